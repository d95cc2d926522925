"""Looking up a term among sorted terms that lie end to end."""

from __future__ import annotations

from bisect import bisect_left

from index.codec.compiled import kernel
from index.codec.inverted import U8, U32


@kernel("index.codec.terms_loops")
def lower_bound(blob: U8, offsets: U32, term: U8) -> int:
    """Return the number of the first term that is not smaller than `term` byte by byte; the count where all are."""
    terms = blob.data
    return bisect_left(
        range(len(offsets) - 1), term.tobytes(), key=lambda number: bytes(terms[offsets[number] : offsets[number + 1]])
    )
