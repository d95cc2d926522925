"""Any of some terms: the documents that hold at least one, each with the sum of its scores.

`scan` gives them all, `count` says how many there are: to mark a document takes a third of the time of scoring it.
`rank_sums` adds all up, window by window (windows_loops.py), to find the best; `score_rare` is the first step of a
faster way (sums.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import U64, Leaf, Part, Sum, among, is_allowed, leaf_scores
from search.kernels.top import Order, Out, best
from search.score import F64

LOOPS = "search.kernels.union_loops"

# With more terms than these, going through all of them costs less than looking up those of candidates.
FEW_TERMS = 8
# Terms that have so many postings together are rare; and of more terms than FEW_TERMS those that have one of so many.
RARE, WORTH_PARTING = 1024, 16


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
def rank_sums(part: Part, terms: Sum, order: Order, limits: tuple[float, float], out: Out) -> int:
    """Fill `out` with the best of what `scan` finds, as top.best would; returns how many.

    `limits` are score.rounder of the query, and a score below which nothing is wanted. The count is of those met
    on the way.
    """
    rounded_by, lowest = limits
    docs, found = _summed(part, terms, (rounded_by, True))
    wanted = found >= lowest
    kept = best((docs[wanted], found[wanted]), order, out)
    out[2][:2] = len(docs), int(terms[0][:, Leaf.POSTINGS].sum())
    return kept


@kernel(LOOPS)
def count(part: Part, leaves: I64) -> int:
    """How many documents hold any of some terms."""
    return len(_summed(part, (leaves, np.zeros(len(leaves))), (0.0, False))[0])


@kernel(LOOPS)
def score_rare(part: Part, terms: Sum, rounded_by: float, out: tuple[U32, F64, U64, I64]) -> tuple[int, int]:
    """Tell the rare ones of some terms from the common ones, and score the documents of the rare ones by all terms;
    returns how many these are, and how many terms are common: all if too many are.

    `out` are those documents, rising, and their sums, both with room for max(RARE, a part of WORTH_PARTING) of all
    postings, or for all documents; a bit for each document of the segment, which is set for those; and the terms, the
    commonest first.
    """
    leaves, weights = terms
    docs, sums, seen, common = out
    common[:] = np.argsort(-leaves[:, Leaf.POSTINGS], kind="stable")
    few = how_many_common(leaves[common, Leaf.POSTINGS])
    if few == len(leaves) or few > FEW_TERMS:
        return 0, len(leaves)
    rare, _ = _summed(part, (leaves[common[few:]], weights[common[few:]]), (rounded_by, False))
    found = np.zeros(len(rare))
    for leaf, weight in zip(leaves, weights.tolist(), strict=True):
        holders, scores = leaf_scores(part, leaf, weight, rounded_by, rare)
        places, here = among(rare, holders)
        found[here] += scores[places[here]]
    docs[: len(rare)], sums[: len(rare)] = rare, found
    np.bitwise_or.at(seen, rare >> 6, np.uint64(1) << (rare & 63).astype(np.uint64))
    return len(rare), few


def how_many_common(postings: I64) -> int:
    """How many of some terms, the commonest first, are not rare."""
    left = postings.sum() - np.append(0, np.cumsum(postings))
    enough = max(RARE, int(left[0]) // WORTH_PARTING if len(postings) > FEW_TERMS else 0)
    return int(np.argmax(left <= enough))


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
