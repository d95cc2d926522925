"""Any of some terms: the documents that hold at least one, each with the sum of its scores.

`scan` gives them all. `rank` gives the best k, and is free to leave out whatever cannot be among them.

Of a few terms the best are found by pruning (pruning.py), and all are counted apart: to mark a document takes a third
of the time of scoring it. Many terms, such as those of a prefix, promise together more than any document keeps, so
that nothing can be pruned: all of them are added up, window by window (windows_loops.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import U32
from search.kernels.leaves import Part, Sum, is_allowed, leaf_scores
from search.kernels.top import Order, Out, best
from search.score import F64

LOOPS = "search.kernels.union_loops"

# With more terms than these, going through all of them costs less than looking up those of candidates.
FEW_TERMS = 8


@kernel(LOOPS)
def scan(part: Part, terms: Sum, limits: tuple[float, bool], out: tuple[U32, F64]) -> int:
    """Fill `out` with the documents that hold any of the terms, rising, and their scores; returns how many.

    `limits` are score.rounder of the query, and whether scores are wanted: without, they are 0.
    `out` has room for the postings of all terms, or for all documents of the segment if that is less.
    """
    docs, found = _summed(part, terms, limits)
    out[0][: len(docs)], out[1][: len(docs)] = docs, found
    return len(docs)


@kernel(LOOPS)
def rank(part: Part, terms: Sum, order: Order, limits: tuple[float, float, bool], out: Out) -> int:
    """Fill `out` with the best of what `scan` finds, as top.best would; returns how many.

    `limits` are score.rounder of the query, a score below which nothing is wanted, and whether to count all documents
    that match. Without counting, the count is of those met on the way.
    """
    rounded_by, lowest, _ = limits
    docs, found = _summed(part, terms, (rounded_by, True))
    wanted = found >= lowest
    kept = best((docs[wanted], found[wanted]), order, out)
    out[2][:2] = len(docs), sum(int(leaf[6]) for leaf in terms[0])
    return kept


def _summed(part: Part, terms: Sum, limits: tuple[float, bool]) -> tuple[U32, F64]:
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
