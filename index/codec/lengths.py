"""Lengths of fields as Whoosh keeps them, a byte each: exact up to ten words, to the nearest three per cent beyond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# What each byte stands for: whoosh.util.numeric.byte_to_length, said as its formula.
LENGTHS: NDArray[np.int64] = np.rint((1.033 ** np.arange(256) - 1) * 27).astype(np.int64)


def length_bytes(lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the byte of each length: the first one that stands for as much, 255 where none does."""
    return np.minimum(np.searchsorted(LENGTHS, lengths), 255).astype(np.uint8)
