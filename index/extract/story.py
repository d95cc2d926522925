"""The story among the blocks of a page.

block -> marks and shape -> first model -> what the neighbours are -> second model -> kept or not
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from index.extract import judge
from index.extract.blocks import BIT, Block
from index.extract.judge import Floats, Ints
from index.extract.shapes import NAMES, Hints, shape, surroundings

KEPT = 0.45
MODEL = "story"
TAGS = (
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "td", "blockquote", "figcaption", "pre", "dd", "dt",
    "section",
    "article", "th", "address",
)  # fmt: skip


def story_of(blocks: Sequence[Block], hints: Hints) -> Floats:
    """The probability of each block to be part of the story."""
    if not blocks:
        return np.zeros(0)
    return judge.settle(_base(blocks, hints), lengths(blocks), groups(blocks), _context_weights())


def lengths(blocks: Sequence[Block]) -> Floats:
    """The characters of each block."""
    return np.array([len(block.text) for block in blocks], dtype=np.float64)


def groups(blocks: Sequence[Block]) -> tuple[Ints, Ints]:
    """The parent and the outer element of each block, numbered from 0."""
    parent = np.unique([block.group for block in blocks], return_inverse=True)[1]
    outer = np.unique([block.outer for block in blocks], return_inverse=True)[1]
    return parent.astype(np.int64), outer.astype(np.int64)


def shapes(blocks: Sequence[Block], hints: Hints) -> Floats:
    """The numbers of all blocks, one row each in the order of shapes.NAMES."""
    page = surroundings(blocks, hints)
    return np.array([shape(block, at, page) for at, block in enumerate(blocks)], dtype=np.float64)


def _base(blocks: Sequence[Block], hints: Hints) -> Floats:
    table = judge.weights(MODEL)
    numbers = shapes(blocks, hints) @ np.array([table["shape"][name] for name in NAMES])
    places = np.array([_place(block.near, block.far, block.tag) for block in blocks])
    return np.asarray(numbers + places + np.array(table["bias"]))


@lru_cache(maxsize=65536)
def _place(near: int, far: int, tag: str) -> tuple[float, float]:
    """What the marks and the tag of a block weigh in both models."""
    table = judge.weights(MODEL)
    pairs = [*_marked(near, table["near"]), *_marked(far, table["far"]), table["tag"].get(tag, table["tag"]["other"])]
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def _marked(marks: int, table: Mapping[str, tuple[float, float]]) -> list[tuple[float, float]]:
    return [table[name] for name, bit in BIT.items() if marks & bit]


@lru_cache(maxsize=1)
def _context_weights() -> Floats:
    table = judge.weights(MODEL)["context"]
    names = [*judge.NEIGHBOURS, *(f"{way}-{name}" for way in ("parent", "outer") for name in judge.GROUP)]
    return np.array([table[name] for name in names])
