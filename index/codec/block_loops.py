"""Reading the bits of one block of postings (packing.py), for the loops of others.

`words` are a stream of packed blocks; places and counts may be signed or not; `out` is uint32 with room for `count`.

Bit arithmetic is in uint64 throughout: mixed with a signed number, numba would go on in floating point, and an unsigned
index is not asked whether it is negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import U32

U = np.uint64
# Of 64 bits every other field of so many bits: where those numbers lie to which their neighbours are added.
EVERY_OTHER = np.zeros(64, np.uint64)
for _bits in range(1, 64):
    EVERY_OTHER[_bits] = sum(((1 << _bits) - 1) << at for at in range(0, 64, 2 * _bits)) % 2**64


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
    read_docs_from(words, word, bits, (count, np.uint32(0)), out)


@jit()
def read_docs_from(words: U32, word: Any, bits: Any, limits: Any, out: U32) -> Any:
    """Fill `out` like `read_docs`, but from the end only as far as a document below the one in `limits`, which are the
    count and that document. Returns from where on `out` is filled.
    """
    count, first = limits
    mask, width, k = mask_of(bits), U(bits), U(count - 1)
    bit = U(word) * U(32) + k * width
    doc = out[k]
    # One window holds four gaps of up to 8 bits, and most gaps are such: a quarter less time than one by one.
    while k >= U(4) and width <= U(8) and doc >= first:
        bit -= U(4) * width
        gaps = window(words, bit)
        for j in range(U(1), U(5)):
            doc -= np.uint32((gaps >> (U(4) - j) * width) & mask) + np.uint32(1)
            out[k - j] = doc
        k -= U(4)
    while k > U(0) and doc >= first:
        bit -= width
        k -= U(1)
        doc -= np.uint32(read_number(words, bit, mask)) + np.uint32(1)
        out[k] = doc
    return k


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
def _wide_window(words: U32, bit: Any) -> Any:
    """64 bits from `bit` on, of a stream that goes on for at least two words."""
    word, rest = bit >> U(5), bit & U(31)
    wide = U(words[word]) | (U(words[word + U(1)]) << U(32))
    return (wide >> rest) | ((U(words[word + U(2)]) << U(1)) << (U(63) - rest))


@jit()
def sum_freqs(words: U32, first_bit: Any, bits: Any, count: Any) -> Any:
    """The sum of so many frequencies, the first of which begins at `first_bit`.

    A window holds many: every other one is added to its neighbour, then every other sum, until one is left.
    """
    width, bit, left = U(bits), U(first_bit), U(count)
    total, together = left, U(64) // max(width, U(1))
    while left and width:
        taken = min(left, together)
        numbers = _wide_window(words, bit)
        if taken * width < U(64):
            numbers &= mask_of(taken * width)
        field = width
        while field < U(64):
            numbers = (numbers & EVERY_OTHER[field]) + ((numbers >> field) & EVERY_OTHER[field])
            field *= U(2)
        total += numbers
        bit += taken * width
        left -= taken
    return np.int64(total)


@jit()
def add_up_freqs(words: U32, first_bit: Any, bits: Any, count: Any, sums: Any) -> None:
    """Fill sums[:count + 1], int64, with what the frequencies before each add up to; they begin at `first_bit`."""
    mask, width, size = mask_of(bits), U(bits), U(count)
    bit, k, total = U(first_bit), U(0), U(0)
    while k + U(4) <= size and width <= U(8):
        numbers = window(words, bit)
        for j in range(U(4)):
            sums[k + j] = total
            total += ((numbers >> j * width) & mask) + U(1)
        bit += U(4) * width
        k += U(4)
    while k < size:
        sums[k] = total
        total += read_number(words, bit, mask) + U(1)
        bit += width
        k += U(1)
    sums[size] = total


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
