"""The loops of `sums`, for numba: rare terms by a bit for each of their documents, common ones pruned, or all of them
window by window.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bitmaps import BITS, ROW_WORDS
from index.codec.bits_loops import lowest_bit, ones
from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.bitmaps_loops import word_at
from search.kernels.candidates_loops import HOPELESS, add, find, keep, room_for
from search.kernels.cursors_loops import fresh
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import docs_of, end_of_documents, freqs_of, last_doc, score
from search.kernels.pruning_loops import rank_beside
from search.kernels.single_loops import rank_one
from search.kernels.sums import FEW_TERMS, RARE, WORTH_PARTING
from search.kernels.top import COUNT, LOOKED_AT
from search.kernels.top_loops import ORDER, OUT, in_order, offer
from search.kernels.union_loops import allow
from search.kernels.windows_loops import next_window, start, sum_up

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)
POSTINGS, BITMAP = int(Leaf.POSTINGS), int(Leaf.BITMAP)


@jit()
def _mark(part: Part, leaf: I64, seen: Any) -> None:
    """Set the bits of all documents of a term."""
    words, docs = part[0], np.empty(128, np.uint32)
    if leaf[BITMAP]:
        bitmap = U(leaf[BITMAP])
        for word in range(U(last_doc(words, leaf, leaf[BLOCKS] - 1) >> 6) + U(1)):
            seen[word] |= word_at(words, bitmap + (word >> U(1)) * U(ROW_WORDS) + U(BITS) + U(2) * (word & U(1)))
        return
    for block in range(leaf[BLOCKS]):
        count = docs_of(words, leaf, block, docs)
        for k in range(U(count)):
            seen[docs[k] >> U(6)] |= U(1) << (docs[k] & U(63))


@jit()
def _list(seen: Any, out: Any) -> Any:
    """List the documents whose bits are set, which score nothing yet; returns how many, and how many come before those
    of each word.
    """
    (docs, sums), ranks, size = out, np.empty(len(seen), np.uint32), 0
    for word in range(len(seen)):
        ranks[word], bits = size, seen[word]
        while bits:
            docs[size], sums[size] = word * 64 + lowest_bit(bits), 0.0
            size += 1
            bits &= bits - U(1)
    return size, ranks


@jit()
def _add_postings(part: Part, leaf: I64, limits: Any, found: Any) -> None:
    """Add the scores of all postings of a term to the sums of those documents whose bits are set."""
    (weight, rounded_by), (seen, ranks, sums) = limits, found
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    held, freqs = np.empty(128, np.uint32), np.empty(128, np.uint32)
    for block in range(leaf[BLOCKS]):
        count = docs_of(part[0], leaf, block, held)
        freqs_of(part[0], leaf, block, freqs)
        for k in range(U(count)):
            word, bit = held[k] >> U(6), U(1) << (held[k] & U(63))
            if seen[word] & bit:
                at = U(ranks[word]) + U(ones(seen[word] & (bit - U(1))))
                sums[at] += score(weight, freqs[k], norm[data[lengths + U(held[k])]], rounded_by)


@jit()
def _add_term(part: Part, leaf: I64, limits: Any, found: Any) -> None:
    """Add what documents score by a term that many of them do not hold."""
    docs, sums, size = found
    holders, scores, postings, places = room_for(size)
    for k in range(size):
        holders[k], scores[k], places[k] = docs[k], 0.0, k
    cursor, nothing = (fresh(1)[0], np.zeros(128, np.uint32)), np.zeros(256)
    of_term = (limits, nothing, HOPELESS)
    find(part, leaf, cursor, of_term, (holders, scores, postings, places, size))
    holding = keep((holders, scores, postings, places, size), True)
    add(part, leaf, of_term, postings, (holders, scores, postings, places, holding))
    for k in range(holding):
        sums[places[k]] += scores[k]


@jit()
def _how_many_common(leaves: I64, common: I64) -> int:
    """How many of some terms, the commonest first, are not rare."""
    left, few = leaves[:, POSTINGS].sum(), 0
    enough = max(RARE, left // WORTH_PARTING if len(leaves) > FEW_TERMS else 0)
    while left > enough:
        left -= leaves[common[few], POSTINGS]
        few += 1
    return few


@jit()
def _score_rare(part: Part, terms: Sum, rounded_by: float, out: Any) -> Any:
    """Tell the rare ones of some terms from the common ones, and score the documents of the rare ones by all terms;
    returns how many these are, and how many terms are common: all if too many are.

    `out` are those documents, rising, and their sums, both with room for max(RARE, a part of WORTH_PARTING) of all
    postings, or for all documents; a bit for each document of the segment, which is set for those; and the terms, the
    commonest first.
    """
    (leaves, weights), (docs, sums, seen, common) = terms, out
    common[:] = np.argsort(-leaves[:, POSTINGS], kind="mergesort")
    few = _how_many_common(leaves, common)
    if few == len(leaves) or few > FEW_TERMS:
        return 0, len(leaves)
    for k in common[few:]:
        _mark(part, leaves[k], seen)
    allow(part[3], 0, seen)
    size, ranks = _list(seen, (docs, sums))
    for k in common[few:]:
        _add_postings(part, leaves[k], (weights[k], rounded_by), (seen, ranks, sums))
    for k in common[:few]:
        _add_term(part, leaves[k], (weights[k], rounded_by), (docs, sums, size))
    return size, few


@jit()
def _count(part: Part, leaves: I64) -> Any:
    """How many documents hold any of some terms: to mark one takes a third of the time of scoring it."""
    seen = np.zeros(end_of_documents(part[0], leaves) // 64 + 1, np.uint64)
    for leaf in leaves:
        _mark(part, leaf, seen)
    return allow(part[3], 0, seen)


@jit()
def _offer_all(low: int, table: Any, order: Any, best: Any) -> Any:
    """Offer the documents of a window; returns how many are kept by then, and the lowest score wanted."""
    (sums, seen), (out, size, lowest) = table, best
    for word in range(len(seen)):
        bits, first = seen[word], word * 64
        while bits:
            place = first + lowest_bit(bits)
            bits &= bits - U(1)
            if sums[place] >= lowest:
                size = offer(out, order, size, low + place, sums[place])
                if size == len(out[0]):
                    lowest = max(lowest, out[1][0])
    return size, lowest


@jit()
def _rank_sums(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """The best of all documents of some terms, added up window by window; returns how many. All are counted."""
    rounded_by, lowest = limits
    end, low, size = end_of_documents(part[0], terms[0]), 0, 0
    state = start(terms, end)
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, rounded_by, True))
        out[2][COUNT] += allow(part[3], low, state[2][1])
        size, lowest = _offer_all(low, state[2], order, (out, size, lowest))
        low = high
    in_order(out, order, size)
    out[2][LOOKED_AT] = terms[0][:, POSTINGS].sum()
    return size


@jit()
def _rank_some(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """The best of more than one term: the rare ones scored whole, the common ones pruned beside them. Returns how many,
    and whether all that match were counted.
    """
    (leaves, weights), documents = terms, len(order[0])
    room = min(max(RARE, leaves[:, POSTINGS].sum() // WORTH_PARTING), documents)
    docs, sums = np.empty(room, np.uint32), np.empty(room)
    seen, common = np.zeros(documents // 64 + 1, np.uint64), np.empty(len(leaves), np.int64)
    size, few = _score_rare(part, terms, limits[0], (docs, sums, seen, common))
    if few > FEW_TERMS:
        return _rank_sums(part, terms, order, limits, out), True
    # The clause of the common terms; of none there is none.
    shape = np.zeros((few, 2), np.int64), np.full(min(few, 1), few, np.int64)
    shape[0][:, 0] = 1
    chosen, given = common[:few], (docs[:size], sums[:size], seen if size else seen[:0])
    query = (leaves[chosen], weights[chosen]), shape
    return rank_beside(part, query, (*limits, 0), (order, out), given), False


@jit("i8", PART, SUM, ORDER, ("f8", "f8", "b1"), OUT)
def rank(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """See sums.rank."""
    rounded_by, lowest, counting = limits
    out[2][:] = 0
    if len(terms[0]) == 1:
        kept, counted = rank_one(part, terms, order, (rounded_by, lowest), out), False
    else:
        kept, counted = _rank_some(part, terms, order, (rounded_by, lowest), out)
    if counting and not counted:
        out[2][COUNT], out[2][LOOKED_AT] = _count(part, terms[0]), terms[0][:, POSTINGS].sum()
    return kept
