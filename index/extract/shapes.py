"""What a block of a page looks like, as numbers: its length, its links, its punctuation, its place, what it repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.extract.blocks import Block
from index.extract.found import fold
from index.extract.judge import Floats, Ints

NAMES = (
    "under-20", "under-40", "under-80", "under-160", "over-320", "length", "links", "all-links", "sentences", "ends",
    "colon",
    "capitals", "digits", "furniture", "repeated", "before-headline", "after-headline", "position", "position-squared",
    "is-title", "like-title", "in-description", "in-article-body", "not-in-article-body", "few-words", "commas",
    "share-of-parent", "share-of-outer", "parent-to-best", "outer-to-best", "under-headline", "cjk", "quote",
    "from-headline", "page-size", "title-case",
)  # fmt: skip

Columns = dict[str, npt.NDArray[Any]]

_HEAD = 200
_SPACE = ord(" ")
# Beyond stands nothing with two cases, and no digit (CJK extensions, tags, private use).
_LAST_LETTER = 0x20000
_STOP, _CJK_STOP = re.compile(r"[.!?…][\"”’»)“]*(?:\s|$)"), re.compile(r"[。！？]")
_STOPS, _CJK_STOPS, _CLOSING = frozenset(".!?…:"), frozenset("。！？」"), '"”’»)“]'
OPENING = frozenset("\"“„«»'‘")
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
# How lines begin that stand around stories: captions, invitations, notices.
_FURNITURE = re.compile(
    r"(?:read more|read also|also read|see also|more:|related|share|sign up|subscribe|follow|click here|photo|foto|"
    r"image|bild|picture|video|watch|advertis|anzeige|werbung|©|copyright|credit|source:|quelle|lesen sie|mehr zum|"
    r"auch interessant|newsletter|print|email|tags?:|topics?:|filed under|by |von |updated|published|posted|comments?|"
    r"leave a|all rights|lire aussi|leer más|te puede|leia|läs (?:mer|också)|les også|læs også|czytaj|zobacz|"
    r"читайте|اقرأ|baca juga|getty|ap photo|file photo|scroll|skip|continue reading|story continues|"
    r"don't miss|recommended|join|get the|thank you|please|we use|this article|this story|"
    r"der artikel|dieser (?:artikel|text|beitrag))"
)
# Longer than any of these beginnings.
_BEGINNING = 24


class Hints(NamedTuple):
    """What the metadata says of the story, folded: its title, its description, its text."""

    title: str
    description: str
    article_body: str


def words_in(text: str) -> int:
    """Words, where two CJK characters make one."""
    return text.count(" ") + 1 + (0 if text.isascii() else len(CJK.findall(text)) // 2)


def sentences_in(text: str) -> int:
    """The sentences that end in a text."""
    # In two steps, because a search for one of some letters is much faster than one for either of two patterns.
    return len(_STOP.findall(text)) + (0 if text.isascii() else len(_CJK_STOP.findall(text)))


def is_furniture(text: str) -> bool:
    """Whether a text begins as lines do that stand around stories."""
    return _FURNITURE.match(text[:_BEGINNING].lower()) is not None


def ends(text: str) -> bool:
    """Whether a text ends as sentences do."""
    tail = text[-8:]
    return tail.rstrip(_CLOSING)[-1:] in _STOPS or tail[-1:] in _CJK_STOPS


def shapes(blocks: Sequence[Block], hints: Hints) -> Floats:
    """The numbers of all blocks of a page, one row each in the order of NAMES."""
    texts = [block.text for block in blocks]
    # The beginning of a long block tells as much as all of it, for a fraction of the time.
    heads = [text[:_HEAD] for text in texts]
    size, words = np.array(list(map(len, texts))), np.array(list(map(words_in, texts)))
    linked = np.array([block.link for block in blocks]) / size
    stops = np.array(list(map(ends, texts)))
    columns = _sizes(size, words, linked) | _letters(heads) | _looks(texts, heads, words)
    columns |= _places(blocks, hints.title) | _agreements([fold(head) for head in heads], words, hints)
    columns |= _shares(blocks, size * (stops & (words >= 10) & (linked < 0.3))) | {"ends": stops}
    return np.stack([columns[name] for name in NAMES], axis=1).astype(np.float64)


def _sizes(size: Ints, words: Ints, linked: Floats) -> Columns:
    return {
        "under-20": size < 20, "under-40": (size >= 20) & (size < 40), "under-80": (size >= 40) & (size < 80),
        "under-160": (size >= 80) & (size < 160), "over-320": size >= 320, "length": np.log(size + 1) / 6,
        "links": np.minimum(1.0, linked), "all-links": linked > 0.85, "few-words": words <= 3,
    }  # fmt: skip


def _letters(heads: Sequence[str]) -> Columns:
    """The shares of capitals and digits among the letters of each text, and of words with a capital among its words."""
    size = np.array(list(map(len, heads)))
    starts = np.cumsum(size) - size
    codes = np.frombuffer("".join(heads).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    capital, digit = (table[np.minimum(codes, len(table) - 1)] for table in _letter_tables())
    # Between two words stands exactly one space; a text may be cut off behind one.
    first = np.concatenate(([True], codes[:-1] == _SPACE)) & (codes != _SPACE)
    first[starts] = True

    def count(marked: npt.NDArray[np.bool_]) -> Ints:
        return np.add.reduceat(marked, starts, dtype=np.int64)

    return {
        "capitals": count(capital) / size, "digits": count(digit) / size,
        "title-case": count(first & capital) / count(first),
    }  # fmt: skip


@lru_cache(maxsize=1)
def _letter_tables() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """By code point, whether a letter is a capital and whether it is a digit; all beyond are neither."""
    letters = np.arange(_LAST_LETTER, dtype=np.uint32).view("<U1")
    return np.char.isupper(letters), np.char.isdigit(letters)


def _looks(texts: Sequence[str], heads: Sequence[str], words: Ints) -> Columns:
    times = Counter(texts)
    return {
        "sentences": np.minimum(3, list(map(sentences_in, heads))) / 3,
        "colon": np.array([text[-1] == ":" for text in texts]),
        "quote": np.array([text[0] in OPENING for text in texts]),
        "commas": np.array([text.count(",") for text in texts]) / np.maximum(1, words),
        "furniture": np.array(list(map(is_furniture, texts))),
        "cjk": np.array([not head.isascii() and CJK.search(head) is not None for head in heads]),
        "repeated": np.array([times[text] > 1 for text in texts]),
    }


def _places(blocks: Sequence[Block], title: str) -> Columns:
    at, headline = np.arange(len(blocks)), _headline(blocks, title)
    away = at - headline if headline >= 0 else np.zeros(len(blocks))
    return {
        "before-headline": away < 0, "after-headline": away > 0, "under-headline": (away > 0) & (away <= 3),
        "from-headline": np.minimum(1.0, np.abs(away) / 50) if headline >= 0 else np.ones(len(blocks)),
        "position": at / len(blocks), "position-squared": (at / len(blocks)) ** 2,
        "page-size": np.full(len(blocks), min(1.0, len(blocks) / 300)),
    }  # fmt: skip


def _headline(blocks: Sequence[Block], title: str) -> int:
    """Where the headline stands: the heading that is the title, else the first h1, else -1."""
    headings = [(at, block) for at, block in enumerate(blocks) if block.tag in ("h1", "h2", "h3")]
    first = [at for at, block in headings if block.tag == "h1"]
    same = [at for at, block in headings if fold(block.text) == title]
    return next(iter(sorted(same, key=lambda at: at not in first) or first), -1)


def _agreements(folded: Sequence[str], words: Ints, hints: Hints) -> Columns:
    """What the texts say again of what the metadata says."""
    title, body = frozenset(hints.title.split()), hints.article_body
    known = (words > 3) & (len(body) > 300)
    inside = np.array([asked and text in body for text, asked in zip(folded, known.tolist(), strict=True)])
    return {
        "is-title": np.array([text == hints.title for text in folded]),
        "like-title": np.array([_like(text, title) for text in folded]),
        "in-description": np.array([_described(text, hints.description) for text in folded]) & (words > 4),
        "in-article-body": inside, "not-in-article-body": known & ~inside,
    }  # fmt: skip


def _like(folded: str, title: frozenset[str]) -> bool:
    return bool(title) and len(title.intersection(folded.split())) > 0.7 * len(title)


def _described(folded: str, description: str) -> bool:
    return folded in description or (len(description) > 30 and description[:60] in folded)


def _shares(blocks: Sequence[Block], prose: Floats) -> Columns:
    """How much of the page's prose stands in the element of each block, and against the element that holds most."""
    columns: Columns = {}
    for name, group in (("parent", [block.group for block in blocks]), ("outer", [block.outer for block in blocks])):
        sums = np.bincount(group, prose)
        columns[f"share-of-{name}"] = sums[group] / max(1, prose.sum())
        columns[f"{name}-to-best"] = sums[group] / max(1, sums.max())
    return columns
