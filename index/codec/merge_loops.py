"""The loops of merge.py."""

from __future__ import annotations

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U8, U32


@jit()
def _order(blob: U8, offsets: I64, one: int, other: int) -> int:
    """-1, 0 or 1 as term `one` is smaller than, equal to or greater than term `other`."""
    start, stop = offsets[one], offsets[one + 1]
    begin, end = offsets[other], offsets[other + 1]
    for k in range(min(stop - start, end - begin)):
        left, right = blob[start + k], blob[begin + k]
        if left != right:
            return -1 if left < right else 1
    if stop - start == end - begin:
        return 0
    return -1 if stop - start < end - begin else 1


@jit()
def _sink(heap: I64, size: int, blob: U8, offsets: I64, at: int) -> None:
    """Let the number at `at` sink to its place in a heap of terms, the smallest on top; equal ones by number."""
    moving = heap[at]
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size:
            order = _order(blob, offsets, heap[child + 1], heap[child])
            if order < 0 or (order == 0 and heap[child + 1] < heap[child]):
                child += 1
        order = _order(blob, offsets, heap[child], moving)
        if order > 0 or (order == 0 and heap[child] > moving):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = moving


@jit("i8", "const u1[:]", "const i8[:]", "const i8[:]", "i8[:]", "i8[:]")
def merge_terms(blob: U8, offsets: I64, firsts: I64, ranks: I64, heads: I64) -> int:
    """A heap of the next term of every list; its numbers are replaced by those that follow them in their lists."""
    ends = firsts[1:]
    heap = np.empty(len(ends), np.int64)
    size = 0
    for k in range(len(ends)):
        if firsts[k] < ends[k]:
            heap[size] = firsts[k]
            size += 1
    for at in range(size // 2 - 1, -1, -1):
        _sink(heap, size, blob, offsets, at)
    distinct = 0
    while size:
        number = heap[0]
        if distinct == 0 or _order(blob, offsets, number, heads[distinct - 1]) != 0:
            heads[distinct] = number
            distinct += 1
        ranks[number] = distinct - 1
        # The ends of the lists rise: a number that is an end is the last of its list.
        last = np.searchsorted(ends, number + 1) < len(ends) and ends[np.searchsorted(ends, number + 1)] == number + 1
        size -= last
        heap[0] = heap[size] if last else number + 1
        _sink(heap, size, blob, offsets, 0)
    return distinct


@jit("none", "const i8[:]", "const u4[:]", "const u4[:]", "const i8[:]", "const i8[:]", "i8[:]", "i8[:]")
def count_live(  # noqa: PLR0913  kernels take plain arrays
    starts: I64, docs: U32, freqs: U32, numbers: I64, ranks: I64, postings: I64, positions: I64
) -> None:
    """Posting by posting."""
    for t in range(len(ranks)):
        for p in range(starts[t], starts[t + 1]):
            if numbers[docs[p]] >= 0:
                postings[ranks[t]] += 1
                positions[ranks[t]] += int(freqs[p])


@jit(
    "i8", "const i8[:]", "const u4[:]", "const u4[:]", "const u4[:]", "const i8[:]", "const i8[:]", "i8[:]", "i8[:]",
    "u4[:]", "u4[:]", "u4[:]",
)  # fmt: skip
def place_live(  # noqa: PLR0913  kernels take plain arrays
    starts: I64, docs: U32, freqs: U32, positions: U32, numbers: I64, ranks: I64, at: I64, positions_at: I64,
    out_docs: U32, out_freqs: U32, out_positions: U32,
) -> int:  # fmt: skip
    """Posting by posting; positions are read on from the first, so those of dropped documents are stepped over."""
    written = 0
    position = 0
    for t in range(len(ranks)):
        rank = ranks[t]
        for p in range(starts[t], starts[t + 1]):
            number = numbers[docs[p]]
            freq = int(freqs[p])
            if number >= 0:
                out_docs[at[rank]] = number
                out_freqs[at[rank]] = freq
                at[rank] += 1
                written += 1
                if len(positions):
                    for k in range(freq):
                        out_positions[positions_at[rank] + k] = positions[position + k]
                    positions_at[rank] += freq
            position += freq
    return written
