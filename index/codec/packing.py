"""Postings <-> bit-packed blocks of 128. Pure: arrays in, arrays out.

A block holds 1 to 128 postings of one term. In a stream of 32-bit words, least significant bit first, it is

    gaps          count - 1 numbers of doc_bits:   docs[k + 1] - docs[k] - 1
    frequencies   count numbers of freq_bits:      freqs[k] - 1, right behind the gaps
    padding       to a whole word

and in a stream of its own, because most queries never ask for positions

    positions     sum(freqs) numbers of position_bits: of each posting first the position itself, then gaps less 1

each with the fewest bits that its largest number needs, possibly none. The last document stands in the block's facts:
blocks are skipped by it, and the others are found by subtracting gaps from it, so that a block is read without its
neighbours. The positions of one posting are read alone: the frequencies before it say at which bit they begin.

Blocks are handed to the functions below as a table, int64[blocks, columns], whose columns are named by `Column`.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32, offsets_of

BLOCK = 128
# A number is read from two words at once, and one of no bits may stand behind the last word.
GUARD = 2
LOOPS = "index.codec.packing_loops"
U64 = NDArray[np.uint64]
# Blocks that the twin of `unpack_postings` reads together.
TOGETHER = 256
# For each width the ones of a number.
MASKS: U64 = (np.uint64(1) << np.arange(33, dtype=np.uint64)) - np.uint64(1)


class Column(IntEnum):
    """What the table of blocks holds of each block."""

    POSTING = 0  # number of its first posting in `docs` and `freqs`
    COUNT = 1  # postings, 1 to 128
    OCCURRENCE = 2  # number of its first position in `positions`
    LAST_DOC = 3
    DOC_BITS = 4
    FREQ_BITS = 5
    POSITION_BITS = 6
    MAX_FREQ = 7
    WORD = 8  # where it begins in the words of gaps and frequencies
    POSITION_WORD = 9  # where it begins in the words of positions


def block_table(starts: I64, freqs: U32) -> I64:
    """Cut the postings of each term into blocks; fills the columns POSTING, COUNT and OCCURRENCE."""
    blocks = -(-np.diff(starts) // BLOCK)
    first_blocks = offsets_of(blocks)
    table = np.zeros((int(first_blocks[-1]), len(Column)), np.int64)
    within = np.arange(len(table)) - np.repeat(first_blocks[:-1], blocks)
    table[:, Column.POSTING] = np.repeat(starts[:-1], blocks) + within * BLOCK
    table[:, Column.COUNT] = np.diff(table[:, Column.POSTING], append=starts[-1])
    table[:, Column.OCCURRENCE] = offsets_of(freqs)[table[:, Column.POSTING]]
    return table


def place_blocks(table: I64, occurrences: int) -> tuple[int, int]:
    """Fill the columns WORD and POSITION_WORD; returns the words that both streams take.

    `occurrences` is the number of all positions in the table's blocks.
    """
    count = table[:, Column.COUNT]
    bits = (count - 1) * table[:, Column.DOC_BITS] + count * table[:, Column.FREQ_BITS]
    position_bits = np.diff(table[:, Column.OCCURRENCE], append=occurrences) * table[:, Column.POSITION_BITS]
    words, position_words = offsets_of(-(-bits // 32)), offsets_of(-(-position_bits // 32))
    table[:, Column.WORD], table[:, Column.POSITION_WORD] = words[:-1], position_words[:-1]
    return int(words[-1]), int(position_words[-1])


@kernel(LOOPS)
def measure_blocks(docs: U32, freqs: U32, positions: U32, table: I64) -> None:
    """Fill the columns LAST_DOC, MAX_FREQ and the three widths of every block.

    `positions` may be empty: then they take no bits.
    """
    if not len(table):
        return
    first = table[:, Column.POSTING]
    table[:, Column.LAST_DOC] = docs[first + table[:, Column.COUNT] - 1]
    table[:, Column.DOC_BITS] = _bits(np.maximum.reduceat(_doc_gaps(docs, table), first))
    table[:, Column.MAX_FREQ] = np.maximum.reduceat(freqs, first)
    table[:, Column.FREQ_BITS] = _bits(table[:, Column.MAX_FREQ] - 1)
    if len(positions):
        widest = np.maximum.reduceat(_position_gaps(freqs, positions), table[:, Column.OCCURRENCE])
        table[:, Column.POSITION_BITS] = _bits(widest)


@kernel(LOOPS)
def pack_postings(docs: U32, freqs: U32, table: I64, words: U32) -> None:
    """Write gaps and frequencies into `words`, which are zero and `GUARD` more than `place_blocks` said."""
    owner, within = _owners(table[:, Column.COUNT])
    gaps = np.append(_doc_gaps(docs, table)[1:], 0)
    last = within == table[owner, Column.COUNT] - 1
    _scatter(words, _gap_bit(table, owner, within)[~last], gaps[~last])
    _scatter(words, _freq_bit(table, owner, within), freqs.astype(np.int64) - 1)


@kernel(LOOPS)
def pack_positions(freqs: U32, positions: U32, table: I64, words: U32) -> None:
    """Write positions into `words`, which are zero and `GUARD` more than `place_blocks` said."""
    owner, within = _owners(np.diff(table[:, Column.OCCURRENCE], append=len(positions)))
    _scatter(words, _position_bit(table, owner, within), _position_gaps(freqs, positions))


@kernel(LOOPS)
def unpack_postings(words: U32, table: I64, docs: U32, freqs: U32) -> None:
    """Fill `docs` and `freqs` from all blocks of the table; `words` hold `GUARD` more than the blocks take."""
    # So few at once that what is made on the way stays in the processor's cache: a third of the time.
    for start in range(0, len(table), TOGETHER):
        rows = table[start : start + TOGETHER]
        counts, widths = rows[:, Column.COUNT], rows[:, Column.DOC_BITS]
        bits, ends = rows[:, Column.WORD] * 32, np.cumsum(counts)
        gaps = gather(words, bits, widths, counts) + 1
        gaps[ends - 1] = 0
        # What is subtracted from the block's last document is the sum of the gaps from here to the end of the block.
        before = offsets_of(gaps)
        found = slice(rows[0, Column.POSTING], rows[0, Column.POSTING] + len(gaps))
        docs[found] = before[:-1] + np.repeat(rows[:, Column.LAST_DOC] - before[ends], counts)
        freqs[found] = gather(words, bits + (counts - 1) * widths, rows[:, Column.FREQ_BITS], counts) + 1


@kernel(LOOPS)
def unpack_positions(words: U32, table: I64, freqs: U32, positions: U32) -> None:
    """Fill `positions` from all blocks of the table; `words` hold `GUARD` more than the blocks take."""
    counts = np.diff(table[:, Column.OCCURRENCE], append=len(positions))
    gaps = gather(words, table[:, Column.POSITION_WORD] * 32, table[:, Column.POSITION_BITS], counts) + 1
    starts = offsets_of(freqs)
    summed = np.cumsum(gaps) - 1
    base = np.append(0, summed + 1)[starts[:-1]]
    positions[:] = summed - np.repeat(base, freqs)


def _owners(counts: I64) -> tuple[I64, I64]:
    """For every item of the blocks, the block's row and the item's place in it."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - offsets_of(counts)[:-1][owner]


def _gap_bit(table: I64, owner: I64, within: I64) -> I64:
    bit: I64 = table[owner, Column.WORD] * 32 + within * table[owner, Column.DOC_BITS]
    return bit


def _freq_bit(table: I64, owner: I64, within: I64) -> I64:
    gaps = table[:, Column.WORD] * 32 + (table[:, Column.COUNT] - 1) * table[:, Column.DOC_BITS]
    bit: I64 = gaps[owner] + within * table[owner, Column.FREQ_BITS]
    return bit


def _position_bit(table: I64, owner: I64, within: I64) -> I64:
    bit: I64 = table[owner, Column.POSITION_WORD] * 32 + within * table[owner, Column.POSITION_BITS]
    return bit


def _doc_gaps(docs: U32, table: I64) -> I64:
    """Documents left out before each posting; 0 for the first of a block."""
    gaps: I64 = np.diff(docs.astype(np.int64), prepend=0).view(np.int64) - 1
    gaps[table[:, Column.POSTING]] = 0
    return gaps


def _position_gaps(freqs: U32, positions: U32) -> I64:
    gaps: I64 = np.diff(positions.astype(np.int64), prepend=0).view(np.int64) - 1
    first = offsets_of(freqs)[:-1]
    gaps[first] = positions[first]
    return gaps


def _bits(numbers: NDArray[np.integer]) -> I64:
    """The bits that each number takes, 0 for 0; exact below 2 ** 53."""
    return np.frexp(numbers.astype(np.float64))[1].astype(np.int64)


def _scatter(words: U32, bit: I64, numbers: I64) -> None:
    wide = numbers.astype(np.uint64) << (bit & 31).astype(np.uint64)
    np.bitwise_or.at(words, bit >> 5, wide.astype(np.uint32))
    np.bitwise_or.at(words, (bit >> 5) + 1, (wide >> np.uint64(32)).astype(np.uint32))


def gather(words: U32, bits: I64, widths: I64, counts: I64) -> I64:
    """All numbers of some stretches of a stream, one after the other: of each so many of a width, from a bit on."""
    firsts = offsets_of(counts)
    bit = np.arange(firsts[-1]) * np.repeat(widths, counts)
    bit += np.repeat(bits - firsts[:-1] * widths, counts)
    # Every word together with the next one, without a copy.
    pairs = np.ndarray(words[1:].shape, np.uint64, words, strides=words.strides)
    numbers: U64 = pairs[bit >> 5]
    numbers >>= (bit & 31).view(np.uint64)
    numbers &= np.repeat(MASKS[widths], counts)
    return numbers.view(np.int64)
