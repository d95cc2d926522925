"""The loops of `packing`, for numba.

Bit arithmetic is in uint64 throughout: mixed with a signed number, numba would go on in floating point, and an unsigned
index is not asked whether it is negative. A helper stands above the loops that use it, which are compiled as they are
read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.block_loops import read_docs, read_freqs, read_positions
from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from index.codec.packing import Column

U = np.uint64

POSTING, COUNT, OCCURRENCE = int(Column.POSTING), int(Column.COUNT), int(Column.OCCURRENCE)
LAST_DOC, MAX_FREQ = int(Column.LAST_DOC), int(Column.MAX_FREQ)
DOC_BITS, FREQ_BITS, POSITION_BITS = int(Column.DOC_BITS), int(Column.FREQ_BITS), int(Column.POSITION_BITS)
WORD, POSITION_WORD = int(Column.WORD), int(Column.POSITION_WORD)


@jit()
def bit_length(number: Any) -> int:
    """The bits that a uint64 takes, 0 for 0."""
    bits = 0
    while number:
        number >>= U(1)
        bits += 1
    return bits


@jit()
def _widest_position(freqs: U32, positions: U32, at: Any) -> int:
    gaps = U(0)
    for freq in freqs:
        gaps |= U(positions[at])
        for k in range(at + U(1), at + U(freq)):
            gaps |= U(np.uint32(positions[k] - positions[k - U(1)] - np.uint32(1)))
        at += U(freq)
    return bit_length(gaps)


@jit("none", "const u4[:]", "const u4[:]", "const u4[:]", "i8[:, :]")
def measure_blocks(docs: U32, freqs: U32, positions: U32, table: I64) -> None:
    """See packing.measure_blocks."""
    for row in table:
        first, end = U(row[POSTING]), U(row[POSTING] + row[COUNT])
        # Of the numbers or-ed together the highest bit is that of the largest: one loop without a comparison.
        gaps, freq_bits, most = U(0), U(0), np.uint32(0)
        before = docs[first] - np.uint32(1)
        for p in range(first, end):
            gaps |= U(np.uint32(docs[p] - before - np.uint32(1)))
            before = docs[p]
            freq_bits |= U(np.uint32(freqs[p] - np.uint32(1)))
            most = max(most, freqs[p])
        row[LAST_DOC], row[DOC_BITS], row[FREQ_BITS] = before, bit_length(gaps), bit_length(freq_bits)
        row[MAX_FREQ] = most
        if len(positions):
            row[POSITION_BITS] = _widest_position(freqs[first:end], positions, U(row[OCCURRENCE]))


@jit()
def _write_number(words: U32, bit: Any, number: Any) -> None:
    wide = U(number) << (bit & U(31))
    word = bit >> U(5)
    words[word] |= np.uint32(wide & U(0xFFFFFFFF))
    words[word + U(1)] |= np.uint32(wide >> U(32))


@jit("none", "const u4[:]", "const u4[:]", "const i8[:, :]", "u4[:]")
def pack_postings(docs: U32, freqs: U32, table: I64, words: U32) -> None:
    """See packing.pack_postings."""
    for row in table:
        first, end = U(row[POSTING]), U(row[POSTING] + row[COUNT])
        bit = U(row[WORD]) * U(32)
        for p in range(first + U(1), end):
            _write_number(words, bit, np.uint32(docs[p] - docs[p - U(1)] - np.uint32(1)))
            bit += U(row[DOC_BITS])
        for p in range(first, end):
            _write_number(words, bit, np.uint32(freqs[p] - np.uint32(1)))
            bit += U(row[FREQ_BITS])


@jit("none", "const u4[:]", "const u4[:]", "const i8[:, :]", "u4[:]")
def pack_positions(freqs: U32, positions: U32, table: I64, words: U32) -> None:
    """See packing.pack_positions."""
    for row in table:
        bit, width, at = U(row[POSITION_WORD]) * U(32), U(row[POSITION_BITS]), U(row[OCCURRENCE])
        for p in range(U(row[POSTING]), U(row[POSTING] + row[COUNT])):
            _write_number(words, bit, positions[at])
            bit += width
            for k in range(at + U(1), at + U(freqs[p])):
                _write_number(words, bit, np.uint32(positions[k] - positions[k - U(1)] - np.uint32(1)))
                bit += width
            at += U(freqs[p])


@jit("none", "const u4[:]", "const i8[:, :]", "u4[:]", "u4[:]")
def unpack_postings(words: U32, table: I64, docs: U32, freqs: U32) -> None:
    """See packing.unpack_postings."""
    for row in table:
        first, count = row[POSTING], row[COUNT]
        docs[first + count - 1] = row[LAST_DOC]
        read_docs(words, row[WORD], row[DOC_BITS], count, docs[first : first + count])
        freq_bit = row[WORD] * 32 + (count - 1) * row[DOC_BITS]
        read_freqs(words, freq_bit, row[FREQ_BITS], count, freqs[first : first + count])


@jit("none", "const u4[:]", "const i8[:, :]", "const u4[:]", "u4[:]")
def unpack_positions(words: U32, table: I64, freqs: U32, positions: U32) -> None:
    """See packing.unpack_positions."""
    for row in table:
        bit, at = row[POSITION_WORD] * 32, row[OCCURRENCE]
        for p in range(row[POSTING], row[POSTING] + row[COUNT]):
            freq = np.int64(freqs[p])
            read_positions(words, bit, row[POSITION_BITS], freq, positions[at : at + freq])
            bit += freq * row[POSITION_BITS]
            at += freq
