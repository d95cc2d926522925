"""Which documents hold a phrase, for the loops of `narrow`: term by term over all candidates.

Of each candidate there is a row of places (`rows`: one after the other, row k ends at ends[k]) at which the phrase may
stand according to the terms asked so far; every further term shortens the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.block_loops import mask_of, read_number
from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import Part
from search.kernels.leaves_loops import POSITION_WORD, POSITIONS, SHAPE, docs_of, fact, freqs_of, gallop, last_doc

U = np.uint64
NOTHING = -1
# What is known of a term's positions in a candidate: where they begin, in bits; how wide each is; how many there are.
BIT, WIDTH, FREQ = range(3)


@jit()
def _count(words: U32, leaf: I64, block: int, before: U32) -> None:
    """How often the term stands before each document of a block: 129 numbers."""
    freqs_of(words, leaf, block, before)
    total = np.uint32(0)
    for k in range(U(128)):
        freq = before[k]
        before[k] = total
        total += freq
    before[U(128)] = total


@jit()
def streams_of(words: U32, leaf: I64, docs: U32, streams: I64) -> None:
    """Find the positions of a term in candidates, which all hold it."""
    held, before = np.empty(128, np.uint32), np.empty(129, np.uint32)
    block, last, place, bit, width = 0, np.int64(NOTHING), U(0), U(0), U(0)
    for k in range(U(len(docs))):
        doc = docs[k]
        if last < doc:
            block = gallop(words, leaf, block, doc)
            docs_of(words, leaf, block, held)
            _count(words, leaf, block, before)
            last, place = last_doc(words, leaf, block), U(0)
            bit = (U(leaf[POSITIONS]) + U(fact(words, leaf, block, POSITION_WORD))) * U(32)
            width = U(fact(words, leaf, block, SHAPE) >> np.uint32(24))
        while held[place] < doc:
            place += U(1)
        streams[k, BIT] = np.int64(bit + U(before[place]) * width)
        streams[k, WIDTH] = np.int64(width)
        streams[k, FREQ] = np.int64(before[place + U(1)] - before[place])


@jit()
def begin(position_words: U32, streams: I64, offset: int, ends: I64) -> Any:
    """The rows according to the first term asked: where a phrase would begin whose term at `offset` this is."""
    rows = np.empty(streams[:, FREQ].sum(), np.int64)
    size = 0
    for k in range(U(len(streams))):
        bit, width = U(streams[k, BIT]), U(streams[k, WIDTH])
        mask, position = mask_of(width), np.int64(-1)
        for _ in range(streams[k, FREQ]):
            position += np.int64(read_number(position_words, bit, mask)) + 1
            bit += width
            if position >= offset:
                rows[size] = position - offset
                size += 1
        ends[k] = size
    return rows


@jit()
def meet(position_words: U32, streams: I64, offset: int, rows: Any, ends: I64) -> None:
    """Shorten the rows to where the term stands at `offset`. No position is read that no row needs."""
    size, at = 0, 0
    for k in range(U(len(streams))):
        end, bit, width = ends[k], U(streams[k, BIT]), U(streams[k, WIDTH])
        mask, position, left = mask_of(width), np.int64(-1), streams[k, FREQ]
        while at < end:
            wanted = rows[at] + offset
            while position < wanted and left > 0:
                position += np.int64(read_number(position_words, bit, mask)) + 1
                bit += width
                left -= 1
            if position < wanted:
                break
            if position == wanted:
                rows[size] = rows[at]
                size += 1
            at += 1
        at, ends[k] = end, size


@jit()
def _follow(position_words: U32, streams: I64, slop: int, rows: Any, ends: I64) -> Any:
    """New rows: where the term stands 1 to `slop` behind one of the old ones."""
    new = np.empty(streams[:, FREQ].sum(), np.int64)
    size, at = 0, 0
    for k in range(U(len(streams))):
        end, bit, width = ends[k], U(streams[k, BIT]), U(streams[k, WIDTH])
        mask, position, before = mask_of(width), np.int64(-1), np.int64(-1) - slop
        for _ in range(streams[k, FREQ] if at < end else 0):
            position += np.int64(read_number(position_words, bit, mask)) + 1
            bit += width
            # The nearest place before this one decides: those further back are further away.
            while at < end and rows[at] < position:
                before = rows[at]
                at += 1
            if position - before <= slop:
                new[size] = position
                size += 1
        at, ends[k] = end, size
    return new


@jit()
def near(part: Part, leaves: I64, slop: int, docs: U32, found: Any) -> None:
    """Say of each document, all of which hold all terms, whether they stand in order, each close behind the other."""
    words, position_words = part[0], part[4]
    streams, ends = np.empty((len(docs), 3), np.int64), np.empty(len(docs), np.int64)
    streams_of(words, leaves[0], docs, streams)
    rows = begin(position_words, streams, 0, ends)
    for term in range(1, len(leaves)):
        streams_of(words, leaves[term], docs, streams)
        rows = _follow(position_words, streams, slop, rows, ends)
    has_rows(ends, found)


@jit()
def has_rows(ends: I64, found: Any) -> None:
    """Say of each candidate whether there is a place left in its row."""
    start = 0
    for k in range(len(ends)):
        found[k] = ends[k] > start
        start = ends[k]


@jit()
def keep_rows(rows: I64, ends: I64, found: Any) -> None:
    """Drop the rows of the candidates that were not found."""
    size, kept, start = 0, 0, 0
    for k in range(len(ends)):
        end = ends[k]
        if found[k]:
            for at in range(start, end):
                rows[size] = rows[at]
                size += 1
            ends[kept] = size
            kept += 1
        start = end
