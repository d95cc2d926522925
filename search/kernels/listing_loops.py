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
from search.kernels.bitmaps_loops import list_in_bitmaps
from search.kernels.cursors_loops import BLOCK, LOOKED
from search.kernels.leaves import Leaf, Part
from search.kernels.leaves_loops import docs_of, end_of_documents, freq_of, freqs_of, score
from search.kernels.lengths_loops import is_promising
from search.kernels.single_loops import is_allowed
from search.score import F64

U = np.uint64
BLOCKS, IMPACTS, POSTINGS = int(Leaf.BLOCKS), int(Leaf.IMPACTS), int(Leaf.POSTINGS)
LENGTHS, NORM = int(Leaf.LENGTHS), int(Leaf.NORM)
# Documents that promise most are looked for in so many blocks.
SAMPLED_BLOCKS = 8
BUCKETS = 256
# Where documents can be passed by because they hold a term too seldom, bitmaps are worth it if others share so few.
MOST_SHARED = 0.25


@jit()
def _allowed(allowed: Any, candidates: Any) -> Any:
    """Keep the candidates that are allowed, with the posting of each; returns how many."""
    docs, listed, size = candidates
    kept = U(0)
    for k in range(U(size)):
        docs[kept], listed[kept] = docs[k], listed[k]
        kept += U(is_allowed(allowed, docs[k]))
    return np.int64(kept)


@jit()
def list_candidates(part: Part, leaf: I64, cursor: I64, tables: Any, candidates: Any) -> Any:
    """Fill the list with documents of a term, from the cursor's block on, that hold it as often as they must, and the
    numbers of these postings; returns how many. The list is full where another block might not fit.

    `tables` are those of lengths_loops.least_freqs.
    """
    (least, least_from), (docs, listed) = tables, candidates
    words, data, lengths = part[0], part[1], U(leaf[LENGTHS])
    held, freqs = np.empty(128, np.uint32), np.empty(128, np.uint32)
    block, size, looked = cursor[BLOCK], U(0), np.int64(0)
    while block < leaf[BLOCKS] and size + U(128) <= U(len(docs)):
        if is_promising(data, leaf, block, least_from):
            count = docs_of(words, leaf, block, held)
            freqs_of(words, leaf, block, freqs)
            looked += count
            # Each is written down, and the next one over it where it is not worth it: that takes no guess of a branch.
            for k in range(U(count)):
                docs[size], listed[size] = held[k], block * 128 + np.int64(k)
                size += U(freqs[k] >= least[data[lengths + U(held[k])]])
        block += 1
    cursor[BLOCK] = block
    cursor[LOOKED] += looked
    return _allowed(part[3], (docs, listed, size)) if len(part[3]) else np.int64(size)


@jit()
def list_all(part: Part, leaf: I64, cursor: I64, candidates: Any) -> Any:
    """Fill the list with documents of a term, from the cursor's block on, and the numbers of its postings; returns how
    many. The list is full where the next block does not fit.
    """
    docs, listed = candidates
    block, size = cursor[BLOCK], np.int64(0)
    while block < leaf[BLOCKS] and size + min(128, leaf[POSTINGS] - block * 128) <= len(docs):
        count = docs_of(part[0], leaf, block, docs[size:])
        for k in range(count):
            listed[size + k] = block * 128 + k
        size += count
        block += 1
    cursor[BLOCK] = block
    cursor[LOOKED] += size
    return _allowed(part[3], (docs, listed, size)) if len(part[3]) else size


@jit()
def is_worth_bitmaps(words: U32, common: I64, pruned: bool) -> bool:
    """Whether listing by the bitmaps of some common terms is cheaper than going through the postings of the first."""
    if len(common) < 2:
        return False
    documents, shared = float(end_of_documents(words, common)), 1.0
    for k in range(1, len(common)):
        shared *= common[k, POSTINGS] / documents
    return not pruned or shared < MOST_SHARED


@jit()
def list_common(part: Part, common: I64, cursor: I64, tables: Any, candidates: Any) -> Any:
    """`list_candidates`, of documents that hold all of some common terms too: the first of them is the term.

    `tables` may be empty: then all such documents are listed.
    """
    (least, least_from), (docs, listed), kept = tables, candidates, U(0)
    words, leaf, lengths = part[0], common[0], U(common[0, LENGTHS])
    size = list_in_bitmaps(part, common, cursor, least_from, candidates)
    for k in range(U(size) if len(least) else U(0)):
        freq = freq_of(words, leaf, listed[k] >> 7, listed[k] & 127)
        docs[kept], listed[kept] = docs[k], listed[k]
        kept += U(freq >= least[part[1][lengths + U(docs[k])]])
    size = np.int64(kept) if len(least) else size
    return _allowed(part[3], (docs, listed, size)) if len(part[3]) else size


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
def greatest(numbers: F64, count: int) -> Any:
    """Which of some numbers are the greatest, as many as `count`: roughly, for they are told apart by BUCKETS only."""
    chosen = np.ones(len(numbers), np.bool_)
    if len(numbers) <= count:
        return chosen
    low, high = numbers.min(), numbers.max()
    scale = (BUCKETS - 1) / (high - low) if high > low else 0.0
    tally = np.zeros(BUCKETS, np.int64)
    for k in range(len(numbers)):
        tally[U((numbers[k] - low) * scale)] += 1
    last, left = BUCKETS - 1, count
    while tally[last] <= left:
        left -= tally[last]
        last -= 1
    for k in range(len(numbers)):
        bucket = np.int64((numbers[k] - low) * scale)
        chosen[k] = bucket > last or (bucket == last and left > 0)
        left -= bucket == last
    return chosen


@jit()
def _hopes(part: Part, leaf: I64, limits: Any, found: Any) -> F64:
    """What documents of a term may come to: what they score by it, and what others can add."""
    (weight, rounded_by), rest = limits
    docs, freqs, size = found
    data, norm, lengths, hopes = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS]), np.empty(size)
    for k in range(size):
        length = data[lengths + U(docs[k])]
        hopes[k] = score(weight, freqs[k], norm[length], rounded_by) + rest[length]
    return hopes


@jit()
def list_promising(part: Part, leaf: I64, cursor: I64, limits: Any, candidates: Any) -> Any:
    """Fill the list with some documents of a term that may come to most, and the numbers of these postings; returns how
    many. The cursor stays.

    `limits`: the term's weight, and what rounds; and what other terms can add to a document of each length.
    """
    of_term, rest = limits
    chosen, room = greatest(_promises(part, leaf, of_term, rest), SAMPLED_BLOCKS), SAMPLED_BLOCKS * 128
    docs, freqs, postings, size = np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room, np.int64), 0
    for block in range(leaf[BLOCKS]):
        if chosen[block]:
            freqs_of(part[0], leaf, block, freqs[size:])
            count = docs_of(part[0], leaf, block, docs[size:])
            for k in range(count):
                postings[size + k] = block * 128 + k
            size += count
    cursor[LOOKED] += size
    chosen, kept = greatest(_hopes(part, leaf, limits, (docs, freqs, size)), len(candidates[0])), 0
    for k in range(size):
        if chosen[k] and is_allowed(part[3], docs[k]):
            candidates[0][kept], candidates[1][kept] = docs[k], postings[k]
            kept += 1
    return kept
