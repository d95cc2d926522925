"""Reading one block of postings (packing.py, layout.py), for the loops of others.

`block_...` take a row of a field's `blocks`, `read_...` the bits themselves. `words` and `blocks` are the arrays of
FieldPostings; block and posting numbers may be signed or not; `out` is uint32 with room for 128.

Bit arithmetic is in uint64 throughout: mixed with a signed number, numba would go on in floating point, and an unsigned
index is not asked whether it is negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import U32

U = np.uint64
LAST_DOC, WORD, POSITION_WORD, SHAPE = range(4)


@jit()
def window(words: U32, bit: Any) -> Any:
    """At least 33 bits from `bit` on, of a stream that goes on for at least one word; `bit` is uint64."""
    word = bit >> U(5)
    wide = U(words[word]) | (U(words[word + U(1)]) << U(32))
    return wide >> (bit & U(31))


@jit()
def read_number(words: U32, bit: Any, mask: Any) -> Any:
    """The number at `bit`; `mask` is uint64."""
    return window(words, bit) & mask


@jit()
def mask_of(bits: Any) -> Any:
    """uint64 with the lowest `bits` bits set."""
    return (U(1) << U(bits)) - U(1)


@jit()
def read_docs(words: U32, word: Any, bits: Any, count: Any, out: U32) -> None:
    """Fill out[:count] with the documents of the block at `word`; its last document stands in out[count - 1]."""
    mask, width, k = mask_of(bits), U(bits), U(count - 1)
    bit = U(word) * U(32) + k * width
    doc = out[k]
    # One window holds four gaps of up to 8 bits, and most gaps are such: a quarter less time than one by one.
    while k >= U(4) and width <= U(8):
        bit -= U(4) * width
        gaps = window(words, bit)
        for j in range(U(1), U(5)):
            doc -= np.uint32((gaps >> (U(4) - j) * width) & mask) + np.uint32(1)
            out[k - j] = doc
        k -= U(4)
    while k > U(0):
        bit -= width
        k -= U(1)
        doc -= np.uint32(read_number(words, bit, mask)) + np.uint32(1)
        out[k] = doc


@jit()
def read_freqs(words: U32, first_bit: Any, bits: Any, count: Any, out: U32) -> None:
    """Fill out[:count] with frequencies; they begin at word * 32 + (count - 1) * doc_bits."""
    mask, width, size = mask_of(bits), U(bits), U(count)
    bit, k = U(first_bit), U(0)
    while k + U(4) <= size and width <= U(8):
        numbers = window(words, bit)
        for j in range(U(4)):
            out[k + j] = np.uint32((numbers >> j * width) & mask) + np.uint32(1)
        bit += U(4) * width
        k += U(4)
    while k < size:
        out[k] = np.uint32(read_number(words, bit, mask)) + np.uint32(1)
        bit += width
        k += U(1)


@jit()
def read_positions(words: U32, first_bit: Any, bits: Any, count: Any, out: U32) -> None:
    """Fill out[:count] with the positions of one posting.

    They begin at position_word * 32 + position_bits * (the sum of the frequencies before it in its block).
    """
    mask, width = mask_of(bits), U(bits)
    bit = U(first_bit)
    position = np.uint32(read_number(words, bit, mask))
    out[0] = position
    for k in range(U(1), U(count)):
        bit += width
        position += np.uint32(read_number(words, bit, mask)) + np.uint32(1)
        out[k] = position


@jit()
def block_count(blocks: U32, block: Any) -> Any:
    """How many postings the block holds."""
    return blocks[block, SHAPE] & np.uint32(0xFF)


@jit()
def block_docs(words: U32, blocks: U32, block: Any, out: U32) -> Any:
    """Fill `out` with the documents of a block; returns how many there are."""
    shape = blocks[block, SHAPE]
    count = shape & np.uint32(0xFF)
    out[count - np.uint32(1)] = blocks[block, LAST_DOC]
    read_docs(words, blocks[block, WORD], (shape >> np.uint32(8)) & np.uint32(0xFF), count, out)
    return count


@jit()
def first_freq_bit(blocks: U32, block: Any) -> Any:
    """The bit of `words` at which the frequencies of a block begin."""
    shape = blocks[block, SHAPE]
    gaps = U(shape & np.uint32(0xFF)) - U(1)
    return U(blocks[block, WORD]) * U(32) + gaps * U((shape >> np.uint32(8)) & np.uint32(0xFF))


@jit()
def block_freqs(words: U32, blocks: U32, block: Any, out: U32) -> None:
    """Fill `out` with the frequencies of a block."""
    shape = blocks[block, SHAPE]
    bits = (shape >> np.uint32(16)) & np.uint32(0xFF)
    read_freqs(words, first_freq_bit(blocks, block), bits, shape & np.uint32(0xFF), out)


@jit()
def block_freq(words: U32, blocks: U32, block: Any, k: Any) -> Any:
    """The frequency of posting `k` of a block alone, without reading the others."""
    bits = U((blocks[block, SHAPE] >> np.uint32(16)) & np.uint32(0xFF))
    return np.uint32(read_number(words, first_freq_bit(blocks, block) + U(k) * bits, mask_of(bits))) + np.uint32(1)


@jit()
def block_positions(position_words: U32, blocks: U32, block: Any, before: Any, out: U32) -> None:
    """Fill `out`, which is as long as the posting's frequency, with its positions.

    `before` is the sum of the frequencies before it in its block.
    """
    bits = U(blocks[block, SHAPE] >> np.uint32(24))
    read_positions(position_words, U(blocks[block, POSITION_WORD]) * U(32) + U(before) * bits, bits, len(out), out)
