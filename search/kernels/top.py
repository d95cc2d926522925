"""The best k of many documents: higher score first, then the newer one, then the lower document number.

The last is not the order that a reader is promised (ids decide), so `best` says when it had to decide by it.
"""

from __future__ import annotations

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.score import F64

COUNT, LOOKED_AT, TIED = range(3)


@kernel("search.kernels.top_loops")
def best(found: tuple[U32, F64], dates: I64, out: tuple[U32, F64, I64]) -> int:
    """Fill `out` with the best documents and their scores, best first, as many as it has room for; returns how many.

    `dates` has a number for each document of the segment. `out[2][TIED]` is set to 1 where a document was left out that
    equals the last one taken in score and date, and to 0 otherwise.
    """
    docs, scores = found
    room = len(out[0])
    order = np.lexsort((docs, -dates[docs], -scores))
    taken = order[:room]
    out[0][: len(taken)], out[1][: len(taken)] = docs[taken], scores[taken]
    out[2][TIED] = 0
    if room and len(order) > room:
        last, after = order[room - 1], order[room]
        out[2][TIED] = scores[last] == scores[after] and dates[docs[last]] == dates[docs[after]]
    return len(taken)
