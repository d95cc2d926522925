"""The best of any of some terms: the rare ones are scored whole, the common ones pruned.

Many terms, such as those of a prefix, promise together more than any document keeps, so that nothing can be pruned. But
nearly all postings are those of a few. So the documents of all others are scored whole, by every term; and what is left
holds none but the few, of which pruning.py finds the best. Where not even that helps, all are added up, window by
window.
"""

from __future__ import annotations

from index.codec.compiled import kernel
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.top import COUNT, LOOKED_AT, Order, Out, best
from search.kernels.union import summed

# With more terms than these, going through all of them costs less than looking up those of candidates.
FEW_TERMS = 8
# Terms that have so many postings together are rare; and of more terms than FEW_TERMS those that have one of so many.
RARE, WORTH_PARTING = 1024, 16


@kernel("search.kernels.sums_loops")
def rank(part: Part, terms: Sum, order: Order, limits: tuple[float, float, bool], out: Out) -> int:
    """Fill `out` with the best of what union.scan finds, as top.best would; returns how many.

    `limits` are score.rounder of the query, a score below which nothing is wanted, and whether to count all documents
    that match. Without counting, the count is of those met on the way.
    """
    rounded_by, lowest, _ = limits
    docs, found = summed(part, terms, (rounded_by, True))
    wanted = found >= lowest
    kept = best.twin((docs[wanted], found[wanted]), order, out)
    out[2][COUNT], out[2][LOOKED_AT] = len(docs), int(terms[0][:, Leaf.POSTINGS].sum())
    return kept
