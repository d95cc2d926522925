"""Any of some terms: the documents that hold at least one, each with the sum of its scores.

`scan` gives them all, added up window by window (windows_loops.py); sums.py finds the best of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import U32
from search.kernels.leaves import Part, Sum, is_allowed, leaf_scores
from search.score import F64

LOOPS = "search.kernels.union_loops"


@kernel(LOOPS)
def scan(part: Part, terms: Sum, limits: tuple[float, bool], out: tuple[U32, F64]) -> int:
    """Fill `out` with the documents that hold any of the terms, rising, and their scores; returns how many.

    `limits` are score.rounder of the query, and whether scores are wanted: without, they are 0.
    `out` has room for the postings of all terms, or for all documents of the segment if that is less.
    """
    docs, found = summed(part, terms, limits)
    out[0][: len(docs)], out[1][: len(docs)] = docs, found
    return len(docs)


def summed(part: Part, terms: Sum, limits: tuple[float, bool]) -> tuple[U32, F64]:
    """What `scan` finds, by numpy."""
    rounded_by, scored = limits
    holders, sums = add_up([leaf_scores(part, leaf, weight, rounded_by) for leaf, weight in zip(*terms, strict=True)])
    allowed = is_allowed(part[3], holders)
    return holders[allowed], sums[allowed] if scored else np.zeros(np.count_nonzero(allowed))


def add_up(lists: Sequence[tuple[U32, F64]]) -> tuple[U32, F64]:
    """The documents of all lists, which rise, and the sums of their scores."""
    if len(lists) == 1:
        return lists[0]
    held = np.zeros(max((int(docs[-1]) + 1 for docs, _ in lists if len(docs)), default=0), np.bool_)
    sums = np.zeros(len(held))
    for docs, scores in lists:
        held[docs] = True
        sums[docs] += scores
    docs = np.flatnonzero(held).astype(np.uint32)
    return docs, sums[docs]
