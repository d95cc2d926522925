"""Which line of a dump is its headline: a linear model over the lines above the story and at its beginning."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from index.extract import judge
from index.extract.dates import has_date
from index.extract.judge import Floats
from index.extract.lines import Line
from index.extract.shapes import FURNITURE, words_in

MODEL = "headline"
NAMES = (
    "distance", "at-start", "inside", "above-2", "above-5", "above-10", "words", "few-words", "many-words", "long",
    "ends",
    "colon", "repeated", "shared", "shared-count", "title-case", "furniture", "capitals", "bullet", "story",
    "date-below",
    "date-above", "byline-below", "longer-below", "prose-below", "longest", "short-above", "dated", "byline",
    "question",
    "first-like-it", "bar", "blank-before",
    "most-shared", "first-sharing", "name-below", "label-above", "shared-below", "fragment", "torn",
)  # fmt: skip
# Lines this far above the story are looked at, and this far into it.
ABOVE, BELOW = 60, 8
# Below this no line is taken for a headline, and the lede has to serve.
LEAST = -4.0
_WORD = re.compile(r"[^\W\d_]{3,}")
_CJK_PAIR = re.compile(r"(?=([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}))")
_NAME = re.compile(r"[A-ZÀ-ÞА-Я][\w'’-]+(?: (?:[a-z]{2,3} )?[A-ZÀ-ÞА-Я][\w.'’-]+){1,3}")
_OPEN = re.compile(r"(?:\s[a-zà-ÿ]{1,3}|,|–|-)$")
_BYLINE = re.compile(r"^(?:by|von|par|por|di|af|av|door|words by|written by|text|oleh)\b", re.IGNORECASE)


def candidates(lines: Sequence[Line], first: int) -> range:
    """The lines that may be the headline of a story beginning at `first`."""
    return range(max(0, first - ABOVE), min(len(lines), first + BELOW))


def headline_scores(lines: Sequence[Line], chances: Floats, first: int) -> Floats:
    """How much each candidate looks like the headline, in log odds."""
    table = judge.weights(MODEL)
    return np.asarray(
        shapes(lines, chances, first) @ np.array([table["shape"][name] for name in NAMES]) + table["bias"]
    )


def shapes(lines: Sequence[Line], chances: Floats, first: int) -> Floats:
    """The numbers of all candidates, one row each in the order of NAMES."""
    window = candidates(lines, first)
    story = _terms(" ".join(line.text for line, chance in zip(lines, chances, strict=True) if chance > 0.5)[:6000])
    times = Counter(line.text for line in lines)
    longest = max(len(lines[at].text) for at in window if at < first) if first > window.start else 0
    dated = [len(line.text) < 100 and has_date(line.text) for line in lines[window.start : window.stop + 6]]
    shares = [_sharing(line.text, story) for line in lines[window.start : window.stop + 1]]
    counts = [share[1] if len(lines[window.start + at].text) < 200 else 0 for at, share in enumerate(shares)]
    most = max(counts)
    leader = next(at for at, count in enumerate(counts) if count >= 0.6 * most)
    seen: set[str] = set()
    rows = []
    for at in window:
        own = at - window.start
        text = lines[at].text
        rest = (times[text] > 1, text not in seen, float(chances[at]), *_dates(dated, at - window.start))
        look = _look(lines, at, longest)
        more = (
            counts[own] == most,
            own == leader,
            *_below(lines, at),
            own + 1 < len(shares) and shares[own + 1][0] > 0.3,
        )
        rows.append([*_place(at, first), *_words(text), *look, *shares[own], *rest, *more])
        seen.add(text)
    return np.array(rows, dtype=np.float64)[:, _ORDER]


_PLACE = ("distance", "at-start", "inside", "above-2", "above-5", "above-10")
_WORDS = (
    "words", "few-words", "many-words", "long", "ends", "colon", "title-case", "furniture", "capitals", "question",
    "bar", "byline",
)  # fmt: skip
_LOOK = ("bullet", "blank-before", "longer-below", "prose-below", "byline-below", "short-above", "longest")
_SHARING = ("shared", "shared-count")
_MORE = ("most-shared", "first-sharing", "name-below", "label-above", "fragment", "torn", "shared-below")
_REST = ("repeated", "first-like-it", "story", "dated", "date-below", "date-above")
_ORDER = [(*_PLACE, *_WORDS, *_LOOK, *_SHARING, *_REST, *_MORE).index(name) for name in NAMES]


def _place(at: int, first: int) -> list[float]:
    away = first - at
    return [math.log1p(abs(away)), away == 0, away < 0, 0 < away <= 2, 0 < away <= 5, 0 < away <= 10]


def _words(text: str) -> list[float]:
    words, parts = words_in(text), text.split()
    last = text.rstrip('"”’»)')[-1:]
    return [
        min(words, 20) / 20, words <= 3, words > 22, len(text) > 160, last in (".", ",", ";"), last == ":",
        sum(part[0].isupper() for part in parts) / len(parts), FURNITURE.match(text) is not None, text.isupper(),
        last == "?", "|" in text, _BYLINE.match(text) is not None,
    ]  # fmt: skip


def _look(lines: Sequence[Line], at: int, longest: int) -> list[float]:
    here, below = len(lines[at].text), lines[at + 1].text if at + 1 < len(lines) else ""
    above = lines[at - 1].text if at else ""
    soon = [line.text for line in lines[at + 1 : at + 5]]
    return [
        lines[at].bullet, lines[at].blank_before, len(below) > here, any(len(text) > 150 for text in soon),
        any(_BYLINE.match(text) for text in soon), len(above) < 25, here >= longest,
    ]  # fmt: skip


def _below(lines: Sequence[Line], at: int) -> list[float]:
    """Whether a name stands below and a label above, and whether the line is only a piece of a sentence."""
    text = lines[at].text
    above = lines[at - 1].text if at else ""
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    named = any(_NAME.fullmatch(line.text) for line in lines[at + 1 : at + 6])
    return [
        named,
        0 < len(above.split()) <= 3,
        _OPEN.search(text) is not None,
        below[:1].islower() or text[:1].islower(),
    ]


def _terms(text: str) -> set[str]:
    words = set(_WORD.findall(text.casefold()))
    return words if text.isascii() else words.union(_CJK_PAIR.findall(text))


def _sharing(text: str, story: set[str]) -> list[float]:
    own = _terms(text)
    shared = sum(term in story for term in own)
    return [shared / max(3, len(own)), min(shared, 8) / 8]


def _dates(dated: Sequence[bool], at: int) -> list[float]:
    return [dated[at], any(dated[at + 1 : at + 6]), any(dated[max(0, at - 3) : at])]
