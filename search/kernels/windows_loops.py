"""Adding up the scores of terms in one window of a segment, for the loops of `union`.

A window is documents `low` to `high`. For each there is a place in `sums` and a bit in `seen`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.cursors_loops import (
    BLOCK,
    HAS_FREQS,
    NOT_READ,
    PLACE,
    SIZE,
    advance,
    end_of,
    fresh,
    next_document,
    open_block,
)
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.leaves_loops import freqs_of, last_doc, score
from search.kernels.union import MANY_TERMS
from search.score import F64

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)

# Sums of a window stay in the first-level cache.
WINDOW = 4096


@jit()
def window_size(terms: Any, documents: Any) -> int:
    """How many documents to take at a time: a multiple of 64."""
    return WINDOW if terms <= MANY_TERMS else (documents + 63) // 64 * 64


@jit()
def _mark(docs: U32, places: Any, low: int, seen: Any) -> None:
    for k in range(U(places[0]), U(places[1])):
        doc = U(docs[k]) - U(low)
        seen[doc >> U(6)] |= U(1) << (doc & U(63))


@jit()
def _add(part: Part, leaf: I64, block: Any, places: Any, window: Any) -> None:
    """Add the scores of the documents at `places` to those sums that are at least what the window needs.

    Sums that reach the lowest score wanted are marked as good.
    """
    docs, freqs = block
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    (weight, rounded_by), low, sums, (needed, lowest, good) = window
    for k in range(U(places[0]), U(places[1])):
        doc = U(docs[k])
        place = doc - U(low)
        before = sums[place]
        if before >= needed:
            total = before + score(weight, freqs[k], norm[data[lengths + doc]], rounded_by)
            sums[place] = total
            if total >= lowest:
                good[place >> U(6)] |= U(1) << (place & U(63))


@jit()
def _candidate(docs: U32, places: Any, low: int, sums: F64, needed: float) -> bool:
    """Whether any of the documents at `places` has a sum of `needed` or more."""
    for k in range(U(places[0]), U(places[1])):
        if sums[U(docs[k]) - U(low)] >= needed:
            return True
    return False


@jit()
def _visit_block(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> None:
    """Go through the cursor's block as far as the window reaches."""
    low, high, limits, needed, lowest, (sums, seen, good) = window
    docs, freqs = block
    open_block(part[0], leaf, cursor, docs, low)
    places = (cursor[PLACE], end_of(docs, cursor, high))
    cursor[PLACE] = places[1]
    _mark(docs, places, low, seen)
    everybody = needed <= 0.0
    if everybody or _candidate(docs, places, low, sums, needed):
        if not cursor[HAS_FREQS]:
            freqs_of(part[0], leaf, cursor[BLOCK], freqs)
            cursor[HAS_FREQS] = 1
        _add(part, leaf, block, places, (limits, low, sums, (-np.inf if everybody else needed, lowest, good)))


@jit()
def _visit(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> None:
    """Go through a term's documents in the window.

    `window`: low, high, the term's limits, the sum from which on a document is a candidate, the lowest score wanted;
    the sums, the bits of documents seen and of good ones.
    """
    while cursor[BLOCK] < leaf[BLOCKS]:
        fresh = cursor[PLACE] == NOT_READ and cursor[BLOCK] > 0
        if fresh and last_doc(part[0], leaf, cursor[BLOCK] - 1) >= window[1] - 1:
            return
        _visit_block(part, leaf, cursor, block, window)
        if cursor[PLACE] < cursor[SIZE]:
            return
        cursor[BLOCK] += 1
        cursor[PLACE] = NOT_READ


@jit()
def start(part: Part, terms: Sum, end: int) -> Any:
    """Fresh cursors, room for the blocks of terms that are read side by side, and sums and bits of a window."""
    count = len(terms[0])
    width = window_size(count, end)
    rows = count if count <= MANY_TERMS else 1
    docs, freqs = np.empty((rows, 128), np.uint32), np.empty((rows, 128), np.uint32)
    bits = np.empty((2, width // 64), np.uint64)
    return fresh(count), docs, freqs, np.empty(width), bits[0], bits[1]


@jit()
def sum_up(part: Part, terms: Sum, state: Any, window: Any, rests: F64) -> None:
    """Add up the terms in one window.

    `window`: low, high, the lowest score wanted, and what rounds.
    """
    leaves, weights = terms
    cursors, docs, freqs, sums, seen, good = state
    low, high, lowest, rounded_by = window
    sums[:], seen[:], good[:] = 0.0, U(0), U(0)
    table = (sums, seen, good)
    for k in range(len(leaves)):
        limits, needed = (weights[k], rounded_by), lowest - rests[k]
        block = (docs[k % len(docs)], freqs[k % len(docs)])
        _visit(part, leaves[k], cursors[k], block, (low, high, limits, needed, lowest, table))


@jit()
def next_window(part: Part, terms: Sum, state: Any, low: int, end: int) -> Any:
    """Where the next window with documents begins and ends; all cursors move there."""
    cursors, docs, _, sums, _, _ = state
    if len(cursors) <= MANY_TERMS:
        low = next_document(part, terms, cursors, docs, low) // 64 * 64
    for k in range(len(cursors)):
        advance(part[0], terms[0][k], cursors[k], low)
    return low, min(low + len(sums), end)
