"""What a block of a page looks like, as numbers: its length, its links, its punctuation, its place, what it repeats."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from index.extract.blocks import Block
from index.extract.found import fold

NAMES = (
    "under-20", "under-40", "under-80", "under-160", "over-320", "length", "links", "all-links", "sentences", "ends",
    "colon",
    "capitals", "digits", "furniture", "repeated", "before-headline", "after-headline", "position", "position-squared",
    "is-title", "like-title", "in-description", "in-article-body", "not-in-article-body", "few-words", "commas",
    "share-of-parent", "share-of-outer", "parent-to-best", "outer-to-best", "under-headline", "cjk", "quote",
    "from-headline", "page-size", "title-case",
)  # fmt: skip

_HEAD = 200
SENTENCE = re.compile(r"[.!?…][\"”’»)“]*(?:\s|$)|[。！？]")
END = re.compile(r"[.!?…:][\"”’»)“\]]*$|[。！？」]$")
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
# How lines begin that stand around stories: captions, invitations, notices.
FURNITURE = re.compile(
    r"(?:read more|read also|also read|see also|more:|related|share|sign up|subscribe|follow|click here|photo|foto|"
    r"image|bild|picture|video|watch|advertis|anzeige|werbung|©|copyright|credit|source:|quelle|lesen sie|mehr zum|"
    r"auch interessant|newsletter|print|email|tags?:|topics?:|filed under|by |von |updated|published|posted|comments?|"
    r"leave a|all rights|lire aussi|leer más|te puede|leia|läs (?:mer|också)|les også|læs også|czytaj|zobacz|"
    r"читайте|اقرأ|baca juga|getty|ap photo|file photo|scroll|skip|continue reading|story continues|"
    r"don't miss|recommended|join|get the|thank you|please|we use|this article|this story|"
    r"der artikel|dieser (?:artikel|text|beitrag))",
    re.IGNORECASE,
)


class Hints(NamedTuple):
    """What the metadata says of the story, folded: its title, its description, its text."""

    title: str
    description: str
    article_body: str


class Surroundings(NamedTuple):
    """What holds for all blocks of one page."""

    hints: Hints
    title_words: frozenset[str]
    headline: int
    blocks: int
    times: Counter[str]
    parent: dict[int, int]
    outer: dict[int, int]
    prose: int
    most_parent: int
    most_outer: int


def words_in(text: str) -> int:
    """Words, where two CJK characters make one."""
    return text.count(" ") + 1 + (0 if text.isascii() else len(CJK.findall(text)) // 2)


def surroundings(blocks: Sequence[Block], hints: Hints) -> Surroundings:
    """Look at a page as a whole."""
    parent: dict[int, int] = {}
    outer: dict[int, int] = {}
    for block in blocks:
        prose = (
            len(block.text)
            if words_in(block.text) >= 10 and block.link < 0.3 * len(block.text) and END.search(block.text[-8:])
            else 0
        )
        parent[block.group] = parent.get(block.group, 0) + prose
        outer[block.outer] = outer.get(block.outer, 0) + prose
    return Surroundings(
        hints=hints,
        title_words=frozenset(hints.title.split()),
        headline=_headline(blocks, hints.title),
        blocks=len(blocks),
        times=Counter(block.text for block in blocks),
        parent=parent,
        outer=outer,
        prose=max(1, sum(parent.values())),
        most_parent=max(1, *parent.values()),
        most_outer=max(1, *outer.values()),
    )


def _headline(blocks: Sequence[Block], title: str) -> int:
    """Where the headline stands: the heading that is the title, else the first h1, else -1."""
    headings = [(at, block) for at, block in enumerate(blocks) if block.tag in ("h1", "h2", "h3")]
    first = [at for at, block in headings if block.tag == "h1"]
    same = [at for at, block in headings if fold(block.text) == title]
    return next(iter(sorted(same, key=lambda at: at not in first) or first), -1)


def shape(block: Block, at: int, page: Surroundings) -> list[float]:
    """The numbers of one block, in the order of NAMES."""
    # The beginning of a long block tells as much as all of it, for a fraction of the time.
    text, head = block.text, block.text[:_HEAD]
    folded = fold(head)
    size, words, seen = len(text), words_in(text), len(head)
    links = block.link / size
    away = at - page.headline if page.headline >= 0 else 0
    known, body = len(page.hints.article_body) > 300 and words > 3, page.hints.article_body
    parent, outer = page.parent[block.group], page.outer[block.outer]
    return [
        size < 20, 20 <= size < 40, 40 <= size < 80, 80 <= size < 160, size >= 320, math.log(size + 1) / 6,
        min(1.0, links), links > 0.85,
        min(3, len(SENTENCE.findall(head))) / 3, END.search(text[-8:]) is not None, text[-1] == ":",
        sum(map(str.isupper, head)) / seen, sum(map(str.isdigit, head)) / seen, FURNITURE.match(text) is not None,
        page.times[text] > 1, away < 0, away > 0, at / page.blocks, (at / page.blocks) ** 2,
        folded == page.hints.title, _like(folded, page.title_words),
        words > 4 and _described(folded, page.hints.description),
        known and folded in body, known and folded not in body, words <= 3, text.count(",") / max(1, words),
        parent / page.prose, outer / page.prose, parent / page.most_parent, outer / page.most_outer,
        0 < away <= 3, not head.isascii() and CJK.search(head) is not None, text[0] in "\"“„«»'‘",
        min(1.0, abs(away) / 50) if page.headline >= 0 else 1.0, min(1.0, page.blocks / 300), _title_case(head),
    ]  # fmt: skip


def _like(folded: str, title: frozenset[str]) -> bool:
    return bool(title) and len(title.intersection(folded.split())) > 0.7 * len(title)


def _described(folded: str, description: str) -> bool:
    return folded in description or (len(description) > 30 and description[:60] in folded)


def _title_case(text: str) -> float:
    words = text.split()
    return sum(word[0].isupper() for word in words) / len(words)
