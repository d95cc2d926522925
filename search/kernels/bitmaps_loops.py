"""What bitmaps of common terms say (index/codec/bitmaps.py), for the loops of others."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bitmaps import BITS, RANK, ROW_WORDS
from index.codec.bits_loops import ones
from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.cursors_loops import BLOCK, LOOKED
from search.kernels.leaves import Leaf, Part
from search.kernels.leaves_loops import last_doc
from search.kernels.lengths_loops import is_promising

U = np.uint64
BLOCKS, BITMAP = int(Leaf.BLOCKS), int(Leaf.BITMAP)
# So many documents are taken from a word of a bitmap without asking whether there are as many.
UNASKED = 3


@jit()
def word_at(words: U32, at: Any) -> Any:
    """64 bits of a bitmap, from a word of it on."""
    return U(words[at]) | (U(words[at + U(1)]) << U(32))


@jit()
def holds(words: U32, bitmap: Any, doc: Any) -> Any:
    """1 where a document holds the term whose bitmap begins at `bitmap`, else 0; all are uint64."""
    word = words[bitmap + (doc >> U(7)) * U(ROW_WORDS) + U(BITS) + ((doc >> U(5)) & U(3))]
    return (U(word) >> (doc & U(31))) & U(1)


@jit()
def posting_of(words: U32, bitmap: Any, doc: Any) -> Any:
    """The number of a document's posting, ABSENT where it has none, by the bitmap that begins at `bitmap`."""
    row, place = bitmap + (doc >> U(7)) * U(ROW_WORDS), doc & U(63)
    low, high = word_at(words, row + U(BITS)), word_at(words, row + U(BITS + 2))
    # By bits instead of conditions: whether a document holds the term is a guess that a processor gets wrong.
    in_high = U(0) - ((doc >> U(6)) & U(1))
    word = (high & in_high) | (low & ~in_high)
    before = ones(word & ((U(1) << place) - U(1))) + ones(low & in_high)
    number = np.int64(words[row + U(RANK)]) + before
    return number | (np.int64((word >> place) & U(1)) - 1)


@jit()
def _below(end: Any) -> Any:
    """64 bits of which those below `end` are set; all of them or none where it lies outside."""
    inside = min(max(end, 0), 63)
    return (U(1) << U(inside)) - U(1) if end < 64 else ~U(0)


@jit()
def _take(shared: Any, ours: Any, origin: Any, listed: Any) -> Any:
    """Append the documents whose bits are set in `shared`, and their postings; returns how many there are by then.

    `ours` has the bits of the term whose postings they are; `origin` is the document of the lowest bit, and the number
    of the first posting from it on.
    """
    (doc, posting), (docs, postings, size), left = origin, listed, shared
    end, at = size + U(ones(shared)), size
    while True:
        for _ in range(UNASKED):
            before = (left & (~left + U(1))) - U(1)
            docs[at] = np.uint32(doc + U(ones(before)))
            postings[at] = posting + ones(ours & before)
            left &= left - U(1)
            at += U(1)
        if at >= end:
            return end


@jit()
def _list_between(words: U32, bitmaps: I64, limits: Any, listed: Any) -> Any:
    """Append the documents from the first of `limits` to below the second whose bits are set in all bitmaps."""
    (start, end), (docs, postings, size) = limits, listed
    for number in range(start >> 7, ((end - 1) >> 7) + 1):
        row, doc = U(bitmaps[0]) + U(number) * U(ROW_WORDS), U(number) << U(7)
        ours, posting = word_at(words, row + U(BITS)), np.int64(words[row + U(RANK)])
        our_high = word_at(words, row + U(BITS + 2))
        low, high = ours, our_high
        for k in range(1, len(bitmaps)):
            other = U(bitmaps[k]) + U(number) * U(ROW_WORDS)
            low &= word_at(words, other + U(BITS))
            high &= word_at(words, other + U(BITS + 2))
        before, behind = start - (number << 7), end - (number << 7)
        if before > 0 or behind < 128:
            low &= _below(behind) & ~_below(before)
            high &= _below(behind - 64) & ~_below(before - 64)
        size = _take(low, ours, (doc, posting), (docs, postings, size))
        size = _take(high, our_high, (doc + U(64), posting + ones(ours)), (docs, postings, size))
    return size


@jit()
def list_in_bitmaps(part: Part, leaves: I64, cursor: I64, least_from: Any, candidates: Any) -> Any:
    """Fill the list with documents that hold all of some terms, which have bitmaps, from the cursor's block of the
    first term on, and the numbers of its postings; returns how many. The list is full where another block might not
    fit.

    Where `least_from` is not empty, blocks are passed by in which no document holds the first term as often as it must.
    """
    words, (docs, listed), bitmaps = part[0], candidates, leaves[:, BITMAP].copy()
    block, size, leaf = cursor[BLOCK], U(0), leaves[0]
    while block < leaf[BLOCKS] and size + U(128 + UNASKED) <= U(len(docs)):
        if len(least_from) == 0 or is_promising(part[1], leaf, block, least_from):
            start = last_doc(words, leaf, block - 1) + 1 if block else np.int64(0)
            limits = start, last_doc(words, leaf, block) + 1
            size = _list_between(words, bitmaps, limits, (docs, listed, size))
        block += 1
    cursor[BLOCK] = block
    cursor[LOOKED] += np.int64(size)
    return np.int64(size)
