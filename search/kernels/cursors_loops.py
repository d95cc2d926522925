"""Cursors: where a loop stands in the postings of each of its terms.

A cursor is the block it is in, the place in it, what has been read of it, and how many postings have been looked at.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.leaves_loops import docs_of, gallop, last_doc

BLOCKS = int(Leaf.BLOCKS)
# The columns of a cursor.
BLOCK, PLACE, SIZE, HAS_FREQS, LOOKED = range(5)
NOT_READ = -1


@jit()
def fresh(count: int) -> I64:
    """Cursors before the first documents of their terms."""
    cursors = np.empty((count, 5), np.int64)
    rewind(cursors)
    return cursors


@jit()
def rewind(cursors: I64) -> None:
    """Put cursors before the first documents of their terms."""
    cursors[:] = 0
    cursors[:, PLACE] = NOT_READ


@jit()
def advance(words: U32, leaf: I64, cursor: I64, low: int) -> None:
    """Move to the first block that ends at `low` or later."""
    if cursor[BLOCK] < leaf[BLOCKS] and last_doc(words, leaf, cursor[BLOCK]) < low:
        cursor[BLOCK] = gallop(words, leaf, cursor[BLOCK], low)
        cursor[PLACE] = NOT_READ


@jit()
def open_block(words: U32, leaf: I64, cursor: I64, docs: U32, low: int) -> None:
    """Read the documents of the cursor's block, and pass by those before `low`."""
    if cursor[PLACE] == NOT_READ:
        cursor[SIZE] = docs_of(words, leaf, cursor[BLOCK], docs)
        cursor[PLACE], cursor[HAS_FREQS] = 0, 0
        cursor[LOOKED] += cursor[SIZE]
    while docs[cursor[PLACE]] < low:
        cursor[PLACE] += 1


@jit()
def end_of(docs: U32, cursor: I64, high: int) -> Any:
    """The place of the block's first document from `high` on."""
    end = cursor[SIZE]
    if docs[end - 1] < high:
        return end
    end = cursor[PLACE]
    while docs[end] < high:
        end += 1
    return end


@jit()
def next_document(part: Part, terms: Sum, cursors: I64, docs: U32, low: int) -> Any:
    """A document from `low` on before which no term has any."""
    nearest: Any = np.int64(1) << 40
    for k in range(len(cursors)):
        cursor, leaf = cursors[k], terms[0][k]
        advance(part[0], leaf, cursor, low)
        if cursor[BLOCK] == leaf[BLOCKS]:
            continue
        if cursor[PLACE] != NOT_READ:
            nearest = min(nearest, np.int64(docs[k, cursor[PLACE]]))
        elif cursor[BLOCK] == 0:
            return low
        else:
            nearest = min(nearest, last_doc(part[0], leaf, cursor[BLOCK] - 1) + 1)
    return max(low, nearest)
