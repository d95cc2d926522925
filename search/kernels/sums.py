"""The best of any of some terms: the rare ones are scored whole, the common ones pruned.

Many terms, such as those of a prefix, promise together more than any document keeps, so that nothing can be pruned. But
nearly all postings are those of a few. So the documents of all others are scored whole, by every term; and what is left
holds none but the few, of which pruning.py finds the best. Where not even that helps, all are added up, window by
window.
"""

from __future__ import annotations

import numpy as np

from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.pruning import NOTHING, rank_clauses
from search.kernels.top import COUNT, LOOKED_AT, Order, Out
from search.kernels.union import FEW_TERMS, RARE, WORTH_PARTING, count, rank_sums, score_rare

POSTINGS = int(Leaf.POSTINGS)
# The clause of so many terms; of none there is none.
SHAPES = [
    (np.array([[1, 0]] * few, np.int64).reshape(-1, 2), np.full(min(few, 1), few)) for few in range(FEW_TERMS + 1)
]


def rank(part: Part, terms: Sum, order: Order, limits: tuple[float, float, bool], out: Out) -> int:
    """Fill `out` with the best of what union.scan finds, as top.best would; returns how many.

    `limits` are score.rounder of the query, a score below which nothing is wanted, and whether to count all documents
    that match. Without counting, the count is of those met on the way.
    """
    rounded_by, lowest, counting = limits
    if len(terms[0]) == 1:
        kept = rank_sums(part, terms, order, (rounded_by, lowest), out)
    else:
        kept = _rank_some(part, terms, order, (rounded_by, lowest), out)
    if counting:
        out[2][COUNT], out[2][LOOKED_AT] = count(part, terms[0]), terms[0][:, POSTINGS].sum()
    return kept


def _rank_some(part: Part, terms: Sum, order: Order, limits: tuple[float, float], out: Out) -> int:
    leaves, weights = terms
    documents, postings = len(order[0]), int(leaves[:, POSTINGS].sum())
    room = min(max(RARE, postings // WORTH_PARTING), documents)
    docs, sums = np.empty(room, np.uint32), np.empty(room)
    seen, common = np.zeros(documents // 64 + 1, np.uint64), np.empty(len(leaves), np.int64)
    size, few = score_rare(part, terms, limits[0], (docs, sums, seen, common))
    if few > FEW_TERMS:
        return rank_sums(part, terms, order, limits, out)
    given = (docs[:size], sums[:size], seen) if size else NOTHING
    chosen = common[:few]
    return rank_clauses(part, ((leaves[chosen], weights[chosen]), SHAPES[few]), (*limits, 0), (order, out), given)
