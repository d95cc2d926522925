"""Terms that lie end to end: looking one up among sorted ones, and copying some."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U8, U32


@kernel("index.codec.terms_loops")
def lower_bound(blob: U8, offsets: U32, term: U8) -> int:
    """Return the number of the first term that is not smaller than `term` byte by byte; the count where all are."""
    terms = blob.data
    return bisect_left(
        range(len(offsets) - 1), term.tobytes(), key=lambda number: bytes(terms[offsets[number] : offsets[number + 1]])
    )


@kernel("index.codec.terms_loops")
def copy_terms(blob: U8, offsets: I64, wanted: I64, places: I64, out: U8) -> None:
    """Copy the terms of these numbers to places[i] of `out`."""
    lengths = np.diff(places)
    out[:] = blob[np.repeat(offsets[wanted] - places[:-1], lengths) + np.arange(len(out))]
