"""The loop of `impacts`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.impacts import CORNERS, MANY, WORDS
from index.codec.inverted import I64, U8, U32


@jit()
def _insert(corners: Any, size: int, freq: Any, length: Any) -> int:
    """Add a pair to the corners, unless one of them beats it; those that it beats go. Returns how many there are."""
    freqs, lengths = corners
    at = 0
    while at < size and freqs[at] > freq:
        at += 1
    if (at > 0 and lengths[at - 1] <= length) or (at < size and freqs[at] == freq and lengths[at] <= length):
        return size
    end = at
    while end < size and lengths[end] >= length:
        end += 1
    _move(corners, end, size, at + 1)
    freqs[at], lengths[at] = freq, length
    return size - (end - at) + 1


@jit()
def _move(corners: Any, start: int, end: int, to: int) -> None:
    freqs, lengths = corners
    if to > start:
        for k in range(end - start - 1, -1, -1):
            freqs[to + k], lengths[to + k] = freqs[start + k], lengths[start + k]
    else:
        for k in range(end - start):
            freqs[to + k], lengths[to + k] = freqs[start + k], lengths[start + k]


@jit()
def _join(corners: Any, size: int) -> int:
    """Join the two neighbours whose common corner promises least; returns how many there are then."""
    freqs, lengths = corners
    least, joined = np.inf, 0
    for k in range(size - 1):
        promised = freqs[k] / WORDS[lengths[k + 1]]
        if promised < least:
            least, joined = promised, k
    lengths[joined] = lengths[joined + 1]
    _move(corners, joined + 2, size, joined + 1)
    return size - 1


@jit("none", "const u4[:]", "const u1[:]", "const i8[:]", "u1[:, :]")
def measure_impacts(freqs: U32, lengths: U8, starts: I64, impacts: U8) -> None:
    """See impacts.measure_impacts."""
    corners = (np.empty(129, np.uint8), np.empty(129, np.uint8))
    for block in range(len(impacts)):
        size = 0
        for k in range(starts[block], starts[block + 1]):
            size = _insert(corners, size, np.uint8(min(freqs[k], np.uint32(MANY))), lengths[k])
        while size > CORNERS:
            size = _join(corners, size)
        for corner in range(CORNERS):
            at = min(corner, size - 1)
            impacts[block, 2 * corner], impacts[block, 2 * corner + 1] = corners[0][at], corners[1][at]
