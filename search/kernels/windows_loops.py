"""Adding up the scores of terms in one window of a segment, for the loops of `union`.

A window is documents `low` to `high`. For each there is a place in `sums`, which means nothing until the document's bit
in `seen` is set.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.cursors_loops import (
    BLOCK,
    HAS_FREQS,
    NOT_READ,
    PLACE,
    SIZE,
    end_of,
    fresh,
    next_document,
    open_block,
)
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.leaves_loops import freqs_of, last_doc, score

U = np.uint64
BLOCKS, LENGTHS, NORM, POSTINGS = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM), int(Leaf.POSTINGS)

# Sums of a window stay in the first-level cache, or at least in the second-level one. To enter a window costs a term as
# much as some postings: a window has to hold so many of each.
SMALLEST, LARGEST, WORTH_ENTERING = 1 << 12, 1 << 18, 512
# With more terms than these the blocks that are read side by side would not stay in a cache: they share a window of all
# documents, one after the other.
MANY_TERMS = 256


@jit()
def _width(leaves: I64, documents: int) -> int:
    """How many documents to take at a time: a multiple of 64."""
    if len(leaves) > MANY_TERMS:
        return (documents + 63) // 64 * 64
    width, wanted = SMALLEST, WORTH_ENTERING * len(leaves) * documents
    while width < LARGEST and leaves[:, POSTINGS].sum() * width < wanted:
        width *= 2
    return width


@jit()
def start(terms: Sum, documents: int) -> Any:
    """Fresh cursors, room for the blocks of terms that are read side by side, and sums and bits of a window."""
    count, width = len(terms[0]), _width(terms[0], documents)
    rows = count if count <= MANY_TERMS else 1
    blocks = (np.empty((rows, 128), np.uint32), np.empty((rows, 128), np.uint32))
    return fresh(count), blocks, (np.empty(width), np.empty(width // 64, np.uint64))


@jit()
def _add(part: Part, leaf: I64, block: Any, places: Any, window: Any) -> None:
    """Add the scores of the documents at `places`."""
    (docs, freqs), (weight, rounded_by, scored), (low, sums, seen) = block, window[0], window[1]
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    for k in range(U(places[0]), U(places[1])):
        doc = U(docs[k])
        place = doc - U(low)
        word, bit = place >> U(6), U(1) << (place & U(63))
        if scored:
            before = sums[place] if seen[word] & bit else 0.0
            sums[place] = before + score(weight, freqs[k], norm[data[lengths + doc]], rounded_by)
        seen[word] |= bit


@jit()
def _visit(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> None:
    """Go through a term's documents in a window: where it begins and ends, the term's limits, and its sums and bits."""
    low, high, limits, (sums, seen) = window
    docs, freqs = block
    while cursor[BLOCK] < leaf[BLOCKS]:
        unread = cursor[PLACE] == NOT_READ and cursor[BLOCK] > 0
        if unread and last_doc(part[0], leaf, cursor[BLOCK] - 1) >= high - 1:
            return
        open_block(part[0], leaf, cursor, docs, low)
        if limits[2] and not cursor[HAS_FREQS]:
            freqs_of(part[0], leaf, cursor[BLOCK], freqs)
            cursor[HAS_FREQS] = 1
        places = (cursor[PLACE], end_of(docs, cursor, high))
        cursor[PLACE] = places[1]
        _add(part, leaf, block, places, (limits, (low, sums, seen)))
        if cursor[PLACE] < cursor[SIZE]:
            return
        cursor[BLOCK] += 1
        cursor[PLACE] = NOT_READ


@jit()
def sum_up(part: Part, terms: Sum, state: Any, window: Any) -> None:
    """Add up the terms in one window. `window`: low, high, what rounds, and whether scores are wanted."""
    (leaves, weights), (cursors, (docs, freqs), table) = terms, state
    low, high, rounded_by, scored = window
    table[1][:] = U(0)
    for k in range(len(leaves)):
        block = (docs[k % len(docs)], freqs[k % len(docs)])
        _visit(part, leaves[k], cursors[k], block, (low, high, (weights[k], rounded_by, scored), table))


@jit()
def next_window(part: Part, terms: Sum, state: Any, low: int, end: int) -> Any:
    """Where the next window with documents begins and ends; all cursors move there."""
    cursors, (docs, _), (sums, _) = state
    if len(docs) == len(cursors):
        low = next_document(part, terms, cursors, docs, low) // 64 * 64
    return low, min(low + len(sums), end)
