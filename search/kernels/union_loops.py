"""The loops of `union`, for numba: all terms window by window."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bits_loops import lowest_bit, ones
from index.codec.compiled import jit
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import end_of_documents
from search.kernels.single_loops import scan_one
from search.kernels.windows_loops import next_window, start, sum_up

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)
POSTINGS, BITMAP = int(Leaf.POSTINGS), int(Leaf.BITMAP)


@jit()
def allow(allowed: Any, low: int, seen: Any) -> int:
    """Take what is not allowed out of the bits; returns how many are left."""
    count = 0
    for word in range(len(seen)):
        if seen[word]:
            if len(allowed):
                seen[word] &= allowed[(low >> 6) + word]
            count += ones(seen[word])
    return count


@jit()
def _write_out(low: int, table: Any, scored: bool, out: Any, size: int) -> int:
    """Append the documents of a window and their sums; returns how many there are by now."""
    sums, seen = table
    for word in range(len(seen)):
        bits, first = seen[word], word * 64
        while bits:
            doc = first + lowest_bit(bits)
            out[0][size], out[1][size] = low + doc, sums[doc] if scored else 0.0
            size += 1
            bits &= bits - U(1)
    return size


@jit("i8", PART, SUM, ("f8", "b1"), ("u4[:]", "f8[:]"))
def scan(part: Part, terms: Sum, limits: Any, out: Any) -> Any:
    """See union.scan."""
    rounded_by, scored = limits
    if len(terms[0]) == 1:
        return scan_one(part, terms[0][0], (terms[1][0], rounded_by, scored), out)
    end = end_of_documents(part[0], terms[0])
    state = start(terms, end)
    size, low = 0, 0
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, rounded_by, scored))
        allow(part[3], low, state[2][1])
        size = _write_out(low, state[2], scored, out, size)
        low = high
    return size
