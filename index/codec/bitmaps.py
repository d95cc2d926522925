"""Bitmaps of common terms: whether a document holds the term, and by which posting, without reading a block.

A query that asks some thousand documents for a common word would read most of its blocks to find them. A bitmap has a
row of five 32-bit words for every 128 documents of the segment:

    RANK   how many postings of the term lie in the rows before
    BITS   four words: bit d % 32 of word d % 128 // 32 is set where the term stands in document d

so that the posting of document d is that of number RANK + (the bits set before it in its row). This is the rank
directory of succinct bit vectors (Jacobson 1989). A row costs a document 1.25 bits, less than the gaps of a term that
stands in every third one; rarer terms have one too, down to DENSITY, for the time it saves.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from index.codec.inverted import I64, U32, offsets_of

ROW_DOCUMENTS, ROW_WORDS = 128, 5
RANK, BITS = 0, 1
# A term has a bitmap if it stands in one of so many documents or more often, and in so many at least.
DENSITY, LEAST = 16, 1024


def is_dense(doc_freqs: I64, documents: int) -> NDArray[np.bool_]:
    """For each term, given its document frequency in a segment of so many documents, whether it has a bitmap."""
    return (doc_freqs >= LEAST) & (doc_freqs * DENSITY >= documents)


def rows(documents: int) -> int:
    """How many rows a bitmap has."""
    return -(-documents // ROW_DOCUMENTS)


def bitmap(docs: U32, documents: int) -> U32:
    """The bitmap of a term that stands in `docs`, which rise: uint32[rows, ROW_WORDS]."""
    held = np.zeros(rows(documents) * ROW_DOCUMENTS, np.bool_)
    held[docs] = True
    bits = np.packbits(held, bitorder="little").view("<u4").reshape(-1, ROW_WORDS - 1)
    ranks = offsets_of(np.bitwise_count(bits).sum(axis=1, dtype=np.int64))[:-1]
    return cast(U32, np.column_stack([ranks.astype(np.uint32), bits]))
