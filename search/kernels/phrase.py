"""Documents -> where a term stands in them, and in which the terms stand in order: by numpy, for narrow.py."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.inverted import I64, U32, offsets_of
from index.codec.packing import Column, gather
from search.kernels.leaves import Leaf, Part, blocks_table, blocks_with, postings

# A place is a document and a position in it, as one number.
DOCUMENT = 32


def in_order(part: Part, leaves: I64, slop: int, docs: U32) -> NDArray[np.bool_]:
    """For each document whether there is a place of each term such that from one to the next it is 1 to `slop` further.

    `leaves` are the terms in the order of the phrase; all documents hold all of them.
    """
    reached = places(part, leaves[0], docs)
    for leaf in leaves[1:]:
        found = places(part, leaf, docs)
        before = np.searchsorted(reached, found) - 1
        near = found[before >= 0] - reached[before[before >= 0]] <= slop
        reached = found[before >= 0][near]
    return has_place(docs, reached)


def places(part: Part, leaf: I64, docs: U32) -> I64:
    """All places of a term in some documents, which all hold it, rising."""
    table = blocks_with(blocks_table(part, leaf), docs)
    holders, freqs = postings(part, leaf, table)
    wanted = np.zeros(int(docs[-1]) + 1 if len(docs) else 0, np.bool_)
    wanted[docs] = True
    numbers = np.flatnonzero(wanted[holders[holders < len(wanted)]])
    blocks = np.repeat(np.arange(len(table)), table[:, Column.COUNT])[numbers]
    # Of each posting the frequencies before it in its block say at which bit its positions begin.
    before = offsets_of(freqs)
    widths, often = table[blocks, Column.POSITION_BITS], freqs[numbers].astype(np.int64)
    bits = table[blocks, Column.POSITION_WORD] * 32 + (before[numbers] - before[table[blocks, Column.POSTING]]) * widths
    gaps = gather(part[4][leaf[Leaf.POSITIONS] :], bits, widths, often) + 1
    ends = np.cumsum(gaps)
    starts = offsets_of(often)[:-1]
    found: I64 = ends - 1 + np.repeat((docs.astype(np.int64) << DOCUMENT) - (ends[starts] - gaps[starts]), often)
    return found


def has_place(docs: U32, found: I64) -> NDArray[np.bool_]:
    """For each document whether any of some places, which all lie in these documents, lies in it."""
    held = np.zeros(int(docs[-1]) + 1 if len(docs) else 0, np.bool_)
    held[found >> DOCUMENT] = True
    kept: NDArray[np.bool_] = held[docs]
    return kept
