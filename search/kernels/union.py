"""Any of some terms: the documents that hold at least one, each with the sum of its scores.

`scan` gives them all. `rank` gives the best k, and is free to leave out whatever cannot be among them.

Of a few terms the best are found by pruning (pruning.py), and all are counted apart: to mark a document takes a third
of the time of scoring it. Many terms, such as those of a prefix, promise together more than any document keeps, so
that nothing can be pruned: all of them are added up, window by window (windows_loops.py).
"""

from __future__ import annotations

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
    pairs = [leaf_scores(part, leaf, weight, rounded_by) for leaf, weight in zip(*terms, strict=True)]
    documents = max((int(docs[-1]) + 1 for docs, _ in pairs if len(docs)), default=0)
    held, sums = np.zeros(documents, np.bool_), np.zeros(documents)
    for docs, found in pairs:
        held[docs] = True
        sums[docs] += found
    holders = np.flatnonzero(held).astype(np.uint32)
    docs = holders[is_allowed(part[3], holders)]
    return docs, sums[docs] if scored else np.zeros(len(docs))
