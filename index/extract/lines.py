"""A text dump -> its lines, each with what its looks say: prose or navigation, date, bullet, repeated, first or last.

A scraper that writes every piece of markup on a line of its own tears paragraphs apart at their links; a line that goes
on in lower case, or with a comma, is joined to the one before it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.extract import judge
from index.extract.dates import has_date
from index.extract.judge import Floats
from index.extract.shapes import CJK, OPENING, ends, is_furniture, sentences_in, words_in

MODEL = "dump"
NAMES = (
    "under-20", "under-40", "under-80", "under-160", "over-320", "length", "sentences", "ends", "colon", "capitals",
    "digits", "furniture", "repeated", "position", "position-squared", "few-words", "commas", "cjk", "quote", "lines",
    "title-case", "lower-start", "bullet", "after-blank", "before-blank", "indent", "date", "bar", "address",
    "small-words",
    "short-before", "short-after", "all-capitals",
)  # fmt: skip
# A number and a full stop is as often the day of a date ("3. Mai 2024").
_BULLET = re.compile(r"^[*•·‣▪►»–-]\s+")
_MARKDOWN = re.compile(r"^(?:#{1,6}\s+|>\s+|[*_]{1,3}(?=\S))|[*_]{1,3}$")
_ADDRESS = re.compile(r"https?://|www\.|@\w|\.(?:com|org|de|net)\b")
_GOES_ON = re.compile(r"[a-zà-öø-ÿа-яё,.;:!?)\]’”»%]")
_BYLINE = re.compile(r"(?:by|von|par|por|di|af|av)(?:\s|$)", re.IGNORECASE)
# A line of tags may begin in lower case too.
_LISTED = re.compile(r"[^,.;:!?]{2,40}(?:, [^,.;:!?]{2,40}){2,}")
_OPEN_END = re.compile(r"[\w,(\[“„«‘–—-]$")
_HEAD = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text without indent and bullet, and how it stood in the dump."""

    text: str
    bullet: bool
    blank_before: bool
    indent: int


def lines_of(text: str) -> list[Line]:
    """The lines that hold words, paragraphs torn apart by markup joined again."""
    found: list[Line] = []
    blank = True
    for raw in text.splitlines():
        stripped = " ".join(raw.split())
        bullet = _BULLET.match(stripped)
        content = _MARKDOWN.sub("", stripped[bullet.end() :] if bullet else stripped).strip()
        if not content or not re.search(r"\w", content) and not found:
            blank = True
            continue
        if found and not bullet and not blank and _continues(found[-1].text, content):
            last = found[-1]
            found[-1] = Line(_joined(last.text, content), last.bullet, last.blank_before, last.indent)
        else:
            found.append(Line(content, bullet is not None, blank, len(raw) - len(raw.lstrip())))
        blank = False
    return found


def _continues(before: str, after: str) -> bool:
    goes_on = _GOES_ON.match(after) and not _BYLINE.match(after) and not _LISTED.fullmatch(after)
    return bool(goes_on) and bool(_OPEN_END.search(before)) and len(before) > 15


def _joined(before: str, after: str) -> str:
    return before + after if after[0] in ",.;:!?)]’”»%" else f"{before} {after}"


def story_lines(lines: Sequence[Line]) -> Floats:
    """The probability of each line to be part of the story."""
    if not lines:
        return np.zeros(0)
    table = judge.weights(MODEL)
    base = shapes(lines) @ np.array([table["shape"][name] for name in NAMES]) + np.array(table["bias"])
    around = np.array([table["context"][name] for name in judge.NEIGHBOURS])
    return judge.settle(base, lengths(lines), (), around)


def lengths(lines: Sequence[Line]) -> Floats:
    """The characters of each line."""
    return np.array([len(line.text) for line in lines], dtype=np.float64)


def shapes(lines: Sequence[Line]) -> Floats:
    """The numbers of all lines, one row each in the order of NAMES."""
    times = Counter(line.text for line in lines)
    blanks = [*(line.blank_before for line in lines[1:]), True]
    sizes = [30, *(len(line.text) for line in lines), 30]
    rows = [
        [*_look(line.text), *_place(line, at / len(lines), blanks[at]), times[line.text] > 1,
         min(1.0, len(lines) / 300), sizes[at] < 50, sizes[at + 2] < 50]
        for at, line in enumerate(lines)
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64)[:, _ORDER]


_LOOK = (
    "under-20", "under-40", "under-80", "under-160", "over-320", "length", "sentences", "ends", "colon", "capitals",
    "digits", "furniture", "few-words", "commas", "cjk", "quote", "title-case", "lower-start", "date", "bar", "address",
    "small-words", "all-capitals",
)  # fmt: skip
_PLACE = ("bullet", "after-blank", "before-blank", "indent", "position", "position-squared")
_ORDER = [(*_LOOK, *_PLACE, "repeated", "lines", "short-before", "short-after").index(name) for name in NAMES]


def _look(text: str) -> list[float]:
    head = text[:_HEAD]
    size, seen, words, parts = len(text), len(head), words_in(text), head.split()
    return [
        size < 20, 20 <= size < 40, 40 <= size < 80, 80 <= size < 160, size >= 320, math.log(size + 1) / 6,
        min(3, sentences_in(head)) / 3, ends(text), text[-1] == ":",
        sum(map(str.isupper, head)) / seen, sum(map(str.isdigit, head)) / seen, is_furniture(text),
        words <= 3, text.count(",") / max(1, words), not head.isascii() and CJK.search(head) is not None,
        text[0] in OPENING, sum(part[0].isupper() for part in parts) / len(parts), text[0].islower(),
        size < 120 and has_date(text), "|" in head or " / " in head, _ADDRESS.search(head) is not None,
        sum(part.islower() and len(part) <= 3 for part in parts) / len(parts), head.isupper(),
    ]  # fmt: skip


def _place(line: Line, position: float, blank_after: bool) -> list[float]:
    return [line.bullet, line.blank_before, blank_after, min(1.0, line.indent / 8), position, position**2]
