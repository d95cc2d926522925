"""What documents can score by a term, given their length: tables of 256 numbers, one for each length byte.

A long document scores little by a word that it holds once, and most postings are such. So whether a document is worth
scoring can be seen from its frequency and its length byte alone:

    freq >= least[length]      weight * saturation(freq, norm[length]) + rest[length] can reach the lowest score wanted

where `rest` is what the other terms can add to a document of that length. Such a table holds for a whole segment, and
is made in less time than a hundred documents are scored.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.impacts import CORNERS, MANY
from index.codec.inverted import I64, U8, U32
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.leaves_loops import TOP, score
from search.score import F64

U = np.uint64
BLOCKS, IMPACTS, NORM = int(Leaf.BLOCKS), int(Leaf.IMPACTS), int(Leaf.NORM)
# The impacts of a term with more blocks are not read: so common a word stands in documents of all lengths often.
MOST_BLOCKS = 2048
NEVER = 2**32 - 1
# A frequency is found by a division, and compared with what was found by another: so much less is asked for.
CAUTION = 1 - 1e-9


@jit()
def bounds_by_length(part: Part, leaf: I64, limits: Any, bounds: F64) -> None:
    """Fill `bounds`, float64[256], with what no document of each length scores more than by a term.

    `limits`: the term's weight, and what rounds.
    """
    weight, rounded_by = limits
    bounds[:] = (weight * TOP + rounded_by) - rounded_by if weight > 0.0 and leaf[BLOCKS] else 0.0
    if weight <= 0.0 or leaf[BLOCKS] > MOST_BLOCKS:
        return
    data, norm, often = part[1], part[2][leaf[NORM]], np.zeros(256, np.uint8)
    first = U(leaf[IMPACTS])
    for corner in range(U(CORNERS) * U(leaf[BLOCKS])):
        freq, length = data[first + U(2) * corner], data[first + U(2) * corner + U(1)]
        often[length] = max(often[length], freq)
    most = 0
    for length in range(256):
        # A corner stands for all documents that are at least as long.
        most = max(most, often[length])
        if most < MANY:
            bounds[length] = score(weight, most, norm[length], rounded_by)


@jit()
def rests_by_length(part: Part, terms: Sum, rounded_by: float) -> F64:
    """For each term what all terms behind it can add to a document of each length: float64[T, 256].

    How long the document is in other fields than the term's is not known: their terms count by their greatest bounds.
    """
    leaves, weights = terms
    rests, bounds = np.empty((len(leaves), 256)), np.empty(256)
    of_field, most_of_field, most = np.zeros((len(part[2]), 256)), np.zeros(len(part[2])), 0.0
    for k in range(len(leaves) - 1, -1, -1):
        field = leaves[k, NORM]
        rests[k] = of_field[field] + (most - most_of_field[field])
        bounds_by_length(part, leaves[k], (weights[k], rounded_by), bounds)
        of_field[field] += bounds
        most_of_field[field] += bounds.max()
        most += bounds.max()
    return rests


@jit()
def least_freqs(norm: F64, limits: Any, rest: F64, tables: Any) -> None:
    """Fill two tables, uint32[256]: how often a term must stand in a document of each length so that the document can
    get there; and the least of this over all documents that are at least as long.

    `limits`: the term's weight, and the lowest score wanted.
    """
    (weight, lowest), (least, least_from) = limits, tables
    most, fewest = weight * TOP, NEVER
    for length in range(255, -1, -1):
        needed = lowest - rest[length]
        freq = NEVER
        if needed <= 0.0:
            freq = 0
        elif needed < most:
            freq = int(min(ceil(norm[length] * needed / (most - needed) * CAUTION), float(NEVER)))
        fewest = min(fewest, freq)
        least[length], least_from[length] = freq, fewest


@jit()
def is_promising(data: U8, leaf: I64, block: Any, least_from: U32) -> bool:
    """Whether a document of the block may hold the term as often as it must."""
    at = U(leaf[IMPACTS]) + U(2 * CORNERS) * U(block)
    for corner in range(U(CORNERS)):
        freq, least = data[at + U(2) * corner], least_from[data[at + U(2) * corner + U(1)]]
        if freq >= least or (freq == MANY and least < NEVER):
            return True
    return False
