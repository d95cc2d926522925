"""Any of some terms: the documents that hold at least one, each with the sum of its scores.

`scan` gives them all. `rank` gives the best k, and is free to leave out whatever cannot be among them.

**How `rank` prunes.** A segment is seen in windows of documents. In each, every term has a bound: the most that one of
its blocks there can score (Ding & Suel 2011), and `rest` is the sum of the bounds from this term on, the most telling
terms first (MaxScore, Turtle & Flood 1995).

    rest < lowest of the best k      a document seen here for the first time cannot get there any more
    rest of the first term < lowest  nobody in this window can

Where all matches are to be counted, all terms are added up window by window, and scores are left out where nobody can
get there (windows_loops.py). Otherwise term by term is gone through, and the others are looked up only for documents
that can (pruning_loops.py).

Sums are exact (score.py), so a bound is never a rounding error too low, and what is pruned is what would have lost.
"""

from __future__ import annotations

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import Part, Sum, is_allowed, leaf_scores
from search.kernels.top import Order, best
from search.score import F64

LOOPS = "search.kernels.union_loops"

# From so many terms on, one window of the whole segment costs less than asking every term about every window.
MANY_TERMS = 64


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
def rank(part: Part, terms: Sum, order: Order, limits: tuple[float, float, bool], out: tuple[U32, F64, I64]) -> int:
    """Fill `out` with the best of what `scan` finds, as top.best would; returns how many.

    `limits` are score.rounder of the query, a score below which nothing is wanted, and whether to count all documents
    that match. `out[2]` gets the count (without counting, of those met on the way), the postings looked at, and whether
    a document was left out that ties with the last in score and date.
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
