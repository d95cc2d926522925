"""Bits of a uint64, for loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit

U = np.uint64


@jit()
def ones(word: Any) -> Any:
    """How many bits of a uint64 are set."""
    word = word - ((word >> U(1)) & U(0x5555555555555555))
    word = (word & U(0x3333333333333333)) + ((word >> U(2)) & U(0x3333333333333333))
    word = (word + (word >> U(4))) & U(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * U(0x0101010101010101)) >> U(56))


@jit()
def lowest_bit(word: Any) -> Any:
    """Which bit of a uint64, which is not 0, is the lowest that is set."""
    return ones((word & (~word + U(1))) - U(1))
