"""The story among the blocks of a page.

block -> marks and shape -> first model -> what the neighbours are -> second model -> kept or not
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from index.extract import judge
from index.extract.blocks import BIT, Block
from index.extract.judge import Floats, Ints
from index.extract.shapes import NAMES, Hints, shapes

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
    """The numbers of the parent and of the outer element of each block."""
    return np.array([block.group for block in blocks]), np.array([block.outer for block in blocks])


def _base(blocks: Sequence[Block], hints: Hints) -> Floats:
    table = _weights()
    marks = (
        _marked([block.near for block in blocks]) @ table.near + _marked([block.far for block in blocks]) @ table.far
    )
    tags = np.array([table.tags.get(block.tag, table.other) for block in blocks])
    return np.asarray(shapes(blocks, hints) @ table.shape + marks + tags + table.bias)


def _marked(marks: Sequence[int]) -> Floats:
    """A row of zeros and ones for each block, one column for each mark."""
    return ((np.array(marks)[:, None] >> np.arange(len(BIT))) & 1).astype(np.float64)


class _Weights(NamedTuple):
    """The weights of both models, a row per feature."""

    shape: Floats
    near: Floats
    far: Floats
    tags: Mapping[str, Sequence[float]]
    other: Sequence[float]
    bias: Floats


@lru_cache(maxsize=1)
def _weights() -> _Weights:
    table = judge.weights(MODEL)
    shape, near, far = (
        np.array([table[group][name] for name in names])
        for group, names in (("shape", NAMES), ("near", BIT), ("far", BIT))
    )
    return _Weights(shape, near, far, table["tag"], table["tag"]["other"], np.array(table["bias"]))


@lru_cache(maxsize=1)
def _context_weights() -> Floats:
    table = judge.weights(MODEL)["context"]
    names = [*judge.NEIGHBOURS, *(f"{way}-{name}" for way in ("parent", "outer") for name in judge.GROUP)]
    return np.array([table[name] for name in names])
