"""The best documents of a conjunction at once: narrow.all_of, phrase.in_order and top.best, one after the other.

One call instead of three, because on a few hundred candidates the calls cost more than the work.
"""

from __future__ import annotations

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.narrow import all_of
from search.kernels.phrase import in_order
from search.kernels.top import COUNT, best
from search.score import F64

# Leaves in the order of a phrase (none: there is no phrase), the field's packed positions, and the slop.
Ordered = tuple[I64, U32, int]


@kernel("search.kernels.conjunction_loops")
def rank_all(
    part: Part,
    terms: Sum,
    conditions: tuple[I64, Ordered],
    limits: tuple[float, bool],
    ranking: tuple[I64, tuple[U32, F64, I64]],
) -> int:
    """Fill `out` with the best documents that pass every clause and hold the phrase, as top.best would; returns how
    many.

    `conditions` are narrow's `sizes` and the phrase; `ranking` is the dates and `out`, of which out[2] also gets how
    many documents match.
    """
    (sizes, (rows, position_words, slop)), (dates, out) = conditions, ranking
    room = int(terms[0][:, Leaf.POSTINGS].sum())  # The loops are more sparing.
    docs, sums = np.empty(room, np.uint32), np.empty(room)
    count = all_of.twin(part, terms, sizes, limits, (docs, sums))
    if len(rows) and count:
        count = in_order.twin(part, rows, position_words, slop, (docs[:count], sums[:count]))
    out[2][COUNT] = count
    return best.twin((docs[:count], sums[:count]), dates, out)
