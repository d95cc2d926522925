"""The loop of `edits`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import U8, U32


@jit()
def _decode(blob: U8, start: Any, end: Any, out: Any) -> int:
    """Fill `out` with the characters of UTF-8 bytes; returns how many, or -1 where there is no room for them."""
    size = -1
    for at in range(start, end):
        byte = np.int64(blob[at])
        if byte & 0xC0 == 0x80:
            out[size] = (out[size] << 6) | (byte & 0x3F)
            continue
        size += 1
        if size == len(out):
            return -1
        out[size] = byte if byte < 0x80 else byte & (0x1F if byte < 0xE0 else 0x0F if byte < 0xF0 else 0x07)
    return size + 1


@jit()
def _distance(term: Any, wanted: U32, most: int, row: Any) -> Any:
    """The edits between two words, or some number above `most`."""
    for place in range(len(wanted) + 1):
        row[place] = place
    for column in range(len(term)):
        diagonal, least = row[0], row[0] + 1
        row[0] = column + 1
        for place in range(1, len(wanted) + 1):
            replaced = diagonal + (term[column] != wanted[place - 1])
            diagonal = row[place]
            row[place] = min(replaced, min(row[place], row[place - 1]) + 1)
            least = min(least, row[place])
        if least > most:
            return most + 1
    return row[len(wanted)]


@jit("none", "const u1[:]", "const u4[:]", "const u4[:]", "i8", "b1[:]")
def within_edits(blob: U8, offsets: U32, wanted: U32, most: int, close: Any) -> None:
    """See edits.within_edits."""
    term = np.empty(len(wanted) + most, np.int64)
    row = np.empty(len(wanted) + 1, np.int64)
    for number in range(len(close)):
        size = _decode(blob, np.int64(offsets[number]), np.int64(offsets[number + 1]), term)
        if size >= 0 and len(wanted) - size <= most:
            close[number] = _distance(term[:size], wanted, most, row) <= most
