"""The loops of `terms`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U8, U32

U = np.uint64


@jit()
def is_smaller(blob: U8, start: Any, end: Any, term: U8) -> bool:
    """Whether the bytes from `start` to `end` come before `term`; `start` and `end` are uint64."""
    size, wanted = end - start, U(len(term))
    for k in range(min(size, wanted)):
        if blob[start + k] != term[k]:
            return bool(blob[start + k] < term[k])
    return bool(size < wanted)


@jit("i8", "const u1[:]", "const u4[:]", "const u1[:]")
def lower_bound(blob: U8, offsets: U32, term: U8) -> int:
    """See terms.lower_bound."""
    low, high = 0, len(offsets) - 1
    while low < high:
        middle = (low + high) // 2
        if is_smaller(blob, U(offsets[middle]), U(offsets[middle + 1]), term):
            low = middle + 1
        else:
            high = middle
    return low


@jit("none", "const u1[:]", "const i8[:]", "const i8[:]", "const i8[:]", "u1[:]")
def copy_terms(blob: U8, offsets: I64, wanted: I64, places: I64, out: U8) -> None:
    """Byte by byte."""
    for i in range(len(wanted)):
        start = offsets[wanted[i]]
        for k in range(places[i + 1] - places[i]):
            out[places[i] + k] = blob[start + k]
