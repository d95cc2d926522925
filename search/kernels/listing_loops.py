"""The documents of a term that may get among the best, for the loops of `pruning`: candidates to begin with.

The rarest clause of a query is gone through whole, so this loop decides how fast most queries are. It reads blocks that
may hold a good document, and looks at nothing of their documents but frequency and length byte.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.impacts import CORNERS
from index.codec.inverted import I64, U32
from search.kernels.cursors_loops import BLOCK, LOOKED
from search.kernels.leaves import Leaf, Part
from search.kernels.leaves_loops import docs_of, freqs_of, score
from search.kernels.lengths_loops import is_promising
from search.kernels.single_loops import is_allowed
from search.score import F64

U = np.uint64
BLOCKS, IMPACTS = int(Leaf.BLOCKS), int(Leaf.IMPACTS)
LENGTHS, NORM = int(Leaf.LENGTHS), int(Leaf.NORM)
# Documents that promise most are looked for in so many blocks.
SAMPLED_BLOCKS = 16


@jit()
def _scored(part: Part, leaf: I64, limits: Any, often: U32, candidates: Any) -> Any:
    """Keep the candidates that are allowed, and score them, given how often each holds the term; returns how many."""
    (weight, rounded_by), (docs, sums, size) = limits, candidates
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    kept = U(0)
    for k in range(U(size)):
        if is_allowed(part[3], docs[k]):
            docs[kept], sums[kept] = docs[k], score(weight, often[k], norm[data[lengths + U(docs[k])]], rounded_by)
            kept += U(1)
    return np.int64(kept)


@jit()
def list_candidates(part: Part, leaf: I64, cursor: I64, limits: Any, candidates: Any) -> Any:
    """Fill the list with documents of a term, from the cursor's block on, that hold it as often as they must; returns
    how many. The list is full where another block might not fit.

    `limits`: the term's weight, and what rounds; and the tables of lengths_loops.least_freqs.
    """
    of_term, (least, least_from) = limits
    docs, sums = candidates
    words, data, lengths = part[0], part[1], U(leaf[LENGTHS])
    held, freqs, often = np.empty(128, np.uint32), np.empty(128, np.uint32), np.empty(len(docs), np.uint32)
    block, size, looked = cursor[BLOCK], U(0), np.int64(0)
    while block < leaf[BLOCKS] and size + U(128) <= U(len(docs)):
        if is_promising(data, leaf, block, least_from):
            count = docs_of(words, leaf, block, held)
            freqs_of(words, leaf, block, freqs)
            looked += count
            # Each is written down, and the next one over it where it is not worth it: that takes no guess of a branch.
            for k in range(U(count)):
                docs[size], often[size] = held[k], freqs[k]
                size += U(freqs[k] >= least[data[lengths + U(held[k])]])
        block += 1
    cursor[BLOCK] = block
    cursor[LOOKED] += looked
    return _scored(part, leaf, of_term, often, (docs, sums, size))


@jit()
def _promises(part: Part, leaf: I64, limits: Any, rest: F64) -> F64:
    """What the best document of each block may come to, roughly: by the term's impacts, and what others can add."""
    (weight, rounded_by), norm, promises = limits, part[2][leaf[NORM]], np.zeros(leaf[BLOCKS])
    for block in range(leaf[BLOCKS]):
        at = U(leaf[IMPACTS]) + U(2 * CORNERS) * U(block)
        for corner in range(U(CORNERS)):
            freq, length = part[1][at + U(2) * corner], part[1][at + U(2) * corner + U(1)]
            promises[block] = max(promises[block], score(weight, freq, norm[length], rounded_by) + rest[length])
    return promises


@jit()
def _greatest(numbers: F64, count: int) -> Any:
    """Which of some numbers are the greatest, as many as `count`: of equal ones the first."""
    chosen, left = np.ones(len(numbers), np.bool_), count
    if len(numbers) > count:
        least = -np.partition(-numbers, count - 1)[count - 1]
        chosen[:] = numbers > least
        left -= chosen.sum()
        for k in range(len(numbers)):
            if numbers[k] == least and left > 0:
                chosen[k] = True
                left -= 1
    return chosen


@jit()
def list_promising(part: Part, leaf: I64, cursor: I64, limits: Any, candidates: Any) -> Any:
    """Fill the list with some documents of a term that may come to most; returns how many. The cursor stays.

    `limits`: the term's weight, and what rounds; and what other terms can add to a document of each length.
    """
    of_term, rest = limits
    chosen, room = _greatest(_promises(part, leaf, of_term, rest), SAMPLED_BLOCKS), SAMPLED_BLOCKS * 128
    some, often, sums = np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room)
    size = 0
    for block in range(leaf[BLOCKS]):
        if chosen[block]:
            freqs_of(part[0], leaf, block, often[size:])
            size += docs_of(part[0], leaf, block, some[size:])
    cursor[LOOKED] += size
    size = _scored(part, leaf, of_term, often, (some, sums, size))
    hopes = sums[:size] + rest[part[1][leaf[LENGTHS] :][some[:size]]]
    chosen, kept = _greatest(hopes, len(candidates[0])), 0
    for k in range(size):
        if chosen[k]:
            candidates[0][kept], candidates[1][kept] = some[k], sums[k]
            kept += 1
    return kept
