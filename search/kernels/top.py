"""The best k of many documents: higher score first, then the newer one, then the lower document number.

The last is not the order that a reader is promised (ids decide), so `best` also says who was left out by it.

A ranking may begin further down, at a score and a date: what is better is as if it were not there, and takes no room.
So a page costs the same wherever it begins. What equals them in both is kept, because ids decide who was before.
"""

from __future__ import annotations

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.score import F64

# What is said of a ranking besides: how many match, how many postings were looked at, and how many documents that equal
# the last one taken in score and date were left out.
COUNT, LOOKED_AT, TIED = range(3)
# So many of those left out are named.
MOST_TIED = 64

# A number for each document of the segment (int64), the greatest first among equal scores; and the score and the number
# at which the ranking begins.
Order = tuple[I64, float, int]
THE_TOP = (np.inf, 2**63 - 1)
# What is filled: the best documents and their scores, the facts, and the documents left out.
Out = tuple[U32, F64, I64, U32]


def room_for(size: int) -> Out:
    """Room for the best so many documents."""
    return np.empty(size, np.uint32), np.empty(size), np.zeros(3, np.int64), np.empty(MOST_TIED, np.uint32)


@kernel("search.kernels.top_loops")
def best(found: tuple[U32, F64], order: Order, out: Out) -> int:
    """Fill `out` with the best documents and their scores, best first, as many as it has room for; returns how many.

    Of the facts only TIED is set. Where more than MOST_TIED were left out, who they are is not said.
    """
    dates, room = order[0], len(out[0])
    docs, scores = _worth_ranking(_from_the_start(found, order), room)
    ranking = np.lexsort((docs, -dates[docs], -scores))
    taken, others = ranking[:room], ranking[room:]
    out[0][: len(taken)], out[1][: len(taken)] = docs[taken], scores[taken]
    out[2][TIED] = 0
    if room and len(others):
        last = taken[-1]
        tied = docs[others[(scores[others] == scores[last]) & (dates[docs[others]] == dates[docs[last]])]]
        out[2][TIED], out[3][: len(tied)] = len(tied), tied[:MOST_TIED]
    return len(taken)


def _worth_ranking(found: tuple[U32, F64], wanted: int) -> tuple[U32, F64]:
    """Those that score as much as the last one wanted: to sort ten takes less than to sort all."""
    docs, scores = found
    if len(docs) <= wanted:
        return found
    kept = scores >= np.partition(scores, -wanted)[-wanted]
    return docs[kept], scores[kept]


def _from_the_start(found: tuple[U32, F64], order: Order) -> tuple[U32, F64]:
    (docs, scores), (dates, score, date) = found, order
    if (score, date) == THE_TOP:
        return found
    kept = (scores < score) | ((scores == score) & (dates[docs] <= date))
    return docs[kept], scores[kept]
