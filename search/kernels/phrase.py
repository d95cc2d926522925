"""Candidates -> those in which the terms stand in order, each close behind the one before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32, offsets_of
from index.codec.packing import Column, unpack_positions
from search.kernels.leaves import Part, blocks_table, postings
from search.score import F64


@kernel("search.kernels.phrase_loops")
def in_order(part: Part, leaves: I64, position_words: U32, slop: int, candidates: tuple[U32, F64]) -> int:
    """Keep, in place and in order, the candidates in which the terms stand as a phrase; returns how many.

    There must be a place of each term such that from one to the next it is 1 to `slop` further. `leaves` are the terms
    in the order of the phrase; all candidates hold all of them. `position_words` are the field's packed positions.
    """
    docs, sums = candidates
    reached = _places(part, leaves[0], position_words)
    for leaf in leaves[1:]:
        places = _places(part, leaf, position_words)
        before = np.searchsorted(reached, places) - 1
        near = places[before >= 0] - reached[before[before >= 0]] <= slop
        reached = places[before >= 0][near]
    kept = np.isin(docs, reached >> 32)
    size = int(kept.sum())
    docs[:size], sums[:size] = docs[kept], sums[kept]
    return size


def _places(part: Part, leaf: I64, position_words: U32) -> NDArray[np.int64]:
    """All places of a term in one rising row: document * 2 ** 32 + position."""
    docs, freqs = postings(part, leaf)
    table = blocks_table(part, leaf)
    occurrences = offsets_of(freqs)
    table[:, Column.OCCURRENCE] = occurrences[table[:, Column.POSTING]]
    positions = np.empty(int(occurrences[-1]), np.uint32)
    unpack_positions.twin(position_words, table, freqs, positions)
    return (np.repeat(docs, freqs).astype(np.int64) << 32) + positions
