"""Which documents hold a phrase, for the loops of `atoms` and `narrow`: term by term over all candidates.

Of each candidate there is a row of places (`rows`: one after the other, row k ends at ends[k]) at which the phrase may
stand according to the terms asked so far; every further term shortens the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.block_loops import add_up_freqs, mask_of, read_number, sum_freqs
from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import Part
from search.kernels.leaves_loops import (
    POSITION_WORD,
    POSITIONS,
    SHAPE,
    docs_from,
    fact,
    freqs_at,
    gallop,
    last_doc,
    pass_by,
)

U = np.uint64
# What marks a document in which something was not found.
ABSENT = -1
# What is known of a term's positions in a candidate: where they begin, in bits; how wide each is; how many there are.
BIT, WIDTH, FREQ = range(3)
# Where so many postings of a block are asked for, all its frequencies are read: that takes no guess of a branch.
WORTH_READING = 4


@jit()
def streams_of(words: U32, leaf: I64, postings: I64, streams: I64) -> None:
    """Find the positions of postings of a term, given by their numbers, rising."""
    sums = np.empty(129, np.int64)
    start, size = U(0), U(len(postings))
    while start < size:
        block, end = postings[start] >> 7, start + U(1)
        while end < size and postings[end] >> 7 == block:
            end += U(1)
        first, freq_bits = freqs_at(words, leaf, block)
        if end - start >= U(WORTH_READING):
            add_up_freqs(words, first, freq_bits, (postings[end - U(1)] & 127) + 1, sums)
            for k in range(start, end):
                place = U(postings[k]) & U(127)
                streams[k, BIT], streams[k, FREQ] = sums[place], sums[place + U(1)] - sums[place]
        else:
            for k in range(start, end):
                place = postings[k] & 127
                streams[k, BIT] = sum_freqs(words, first, freq_bits, place)
                streams[k, FREQ] = sum_freqs(words, first + U(place) * freq_bits, freq_bits, 1)
        width = np.int64(fact(words, leaf, block, SHAPE) >> np.uint32(24))
        begin = (np.int64(fact(words, leaf, block, POSITION_WORD)) + leaf[POSITIONS]) * 32
        for k in range(start, end):
            streams[k, BIT], streams[k, WIDTH] = begin + streams[k, BIT] * width, width
        start = end


@jit()
def postings_of(words: U32, leaf: I64, docs: U32, postings: I64) -> None:
    """Find the numbers of a term's postings for documents that all hold it."""
    held, block, last, place = np.empty(128, np.uint32), 0, np.int64(-1), U(0)
    for k in range(U(len(docs))):
        if last < docs[k]:
            block = gallop(words, leaf, block, docs[k])
            last, (place, _) = last_doc(words, leaf, block), docs_from(words, leaf, block, docs[k], held)
        place = pass_by(held, place, docs[k])
        postings[k] = block * 128 + np.int64(place)


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
def near(part: Part, leaves: I64, slop: int, docs: U32, found: I64) -> None:
    """Mark the documents, all of which hold all terms, by whether these stand in order, each close behind the other."""
    streams, ends = np.empty((len(docs), 3), np.int64), np.empty(len(docs), np.int64)
    postings = np.empty(len(docs), np.int64)
    found[:] = 0
    postings_of(part[0], leaves[0], docs, postings)
    streams_of(part[0], leaves[0], postings, streams)
    rows = begin(part[4], streams, 0, ends)
    for term in range(1, len(leaves)):
        postings_of(part[0], leaves[term], docs, postings)
        streams_of(part[0], leaves[term], postings, streams)
        rows = _follow(part[4], streams, slop, rows, ends)
    has_rows(ends, found)


@jit()
def has_rows(ends: I64, found: I64) -> None:
    """Mark the candidates that have no place left in their rows as absent."""
    start = 0
    for k in range(len(ends)):
        found[k] = found[k] if ends[k] > start else ABSENT
        start = ends[k]


@jit()
def keep_rows(rows: I64, ends: I64, found: I64) -> None:
    """Drop the rows of the candidates that were not found."""
    size, kept, start = 0, 0, 0
    for k in range(len(ends)):
        end = ends[k]
        if found[k] != ABSENT:
            for at in range(start, end):
                rows[size] = rows[at]
                size += 1
            ends[kept] = size
            kept += 1
        start = end
