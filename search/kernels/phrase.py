"""Documents -> those in which the terms stand in order, each close behind the one before: by numpy, for narrow.py."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.inverted import I64, U32, offsets_of
from index.codec.packing import Column, unpack_positions
from search.kernels.leaves import Leaf, Part, blocks_table, postings


def in_order(part: Part, leaves: I64, slop: int, docs: U32) -> NDArray[np.bool_]:
    """For each document whether there is a place of each term such that from one to the next it is 1 to `slop` further.

    `leaves` are the terms in the order of the phrase; all documents hold all of them.
    """
    reached = _places(part, leaves[0])
    for leaf in leaves[1:]:
        places = _places(part, leaf)
        before = np.searchsorted(reached, places) - 1
        near = places[before >= 0] - reached[before[before >= 0]] <= slop
        reached = places[before >= 0][near]
    return np.isin(docs, reached >> 32)


def _places(part: Part, leaf: I64) -> NDArray[np.int64]:
    """All places of a term in one rising row: document * 2 ** 32 + position."""
    docs, freqs = postings(part, leaf)
    table = blocks_table(part, leaf)
    occurrences = offsets_of(freqs)
    table[:, Column.OCCURRENCE] = occurrences[table[:, Column.POSTING]]
    positions = np.empty(int(occurrences[-1]), np.uint32)
    unpack_positions.twin(part[4][leaf[Leaf.POSITIONS] :], table, freqs, positions)
    return (np.repeat(docs, freqs).astype(np.int64) << 32) + positions
