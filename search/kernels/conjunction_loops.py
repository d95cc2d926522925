"""The loops of `conjunction`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.narrow_loops import all_of
from search.kernels.phrase_loops import in_order
from search.kernels.top import COUNT
from search.kernels.top_loops import OUT, best

POSTINGS = int(Leaf.POSTINGS)
ORDERED = ("const i8[:, :]", "const u4[:]", "i8")


@jit("i8", PART, SUM, ("const i8[:]", ORDERED), ("f8", "b1"), ("const i8[:]", OUT))
def rank_all(part: Part, terms: Sum, conditions: Any, limits: Any, ranking: Any) -> int:
    """See conjunction.rank_all."""
    sizes, (rows, position_words, slop) = conditions
    dates, out = ranking
    room, start = np.int64(2**62), 0
    for size in sizes:
        postings = terms[0][start : start + abs(size), POSTINGS].sum()
        start += abs(size)
        if size > 0:
            room = min(room, postings)
    docs, sums = np.empty(room, np.uint32), np.empty(room)
    count = all_of(part, terms, sizes, limits, (docs, sums))
    if len(rows) and count:
        count = in_order(part, rows, position_words, slop, (docs[:count], sums[:count]))
    out[2][COUNT] = count
    return best((docs[:count], sums[:count]), dates, out)
