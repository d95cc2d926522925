"""The loops of `union`, for numba: all terms window by window, or the documents of rare ones by a bit for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bitmaps import BITS, ROW_WORDS
from index.codec.bits_loops import lowest_bit, ones
from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.candidates_loops import HOPELESS, add, find, keep, room_for
from search.kernels.cursors_loops import fresh
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import docs_of, end_of_documents, freqs_of, last_doc, score
from search.kernels.single_loops import rank_one, scan_one
from search.kernels.top import COUNT, LOOKED_AT
from search.kernels.top_loops import ORDER, OUT, in_order, offer
from search.kernels.union import FEW_TERMS, RARE, WORTH_PARTING
from search.kernels.windows_loops import next_window, start, sum_up

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)
POSTINGS, BITMAP = int(Leaf.POSTINGS), int(Leaf.BITMAP)


@jit()
def _allow(allowed: Any, low: int, seen: Any) -> int:
    """Take what is not allowed out of the bits; returns how many are left."""
    count = 0
    for word in range(len(seen)):
        if seen[word]:
            if len(allowed):
                seen[word] &= allowed[(low >> 6) + word]
            count += ones(seen[word])
    return count


@jit()
def _write_out(low: int, table: Any, scored: bool, out: Any, size: int) -> int:
    """Append the documents of a window and their sums; returns how many there are by now."""
    sums, seen = table
    for word in range(len(seen)):
        bits, first = seen[word], word * 64
        while bits:
            doc = first + lowest_bit(bits)
            out[0][size], out[1][size] = low + doc, sums[doc] if scored else 0.0
            size += 1
            bits &= bits - U(1)
    return size


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


@jit("i8", PART, SUM, ("f8", "b1"), ("u4[:]", "f8[:]"))
def scan(part: Part, terms: Sum, limits: Any, out: Any) -> Any:
    """See union.scan."""
    rounded_by, scored = limits
    if len(terms[0]) == 1:
        return scan_one(part, terms[0][0], (terms[1][0], rounded_by, scored), out)
    end = end_of_documents(part[0], terms[0])
    state = start(terms, end)
    size, low = 0, 0
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, rounded_by, scored))
        _allow(part[3], low, state[2][1])
        size = _write_out(low, state[2], scored, out, size)
        low = high
    return size


@jit()
def _mark(part: Part, leaf: I64, seen: Any) -> None:
    """Set the bits of all documents of a term."""
    words, docs = part[0], np.empty(128, np.uint32)
    if leaf[BITMAP]:
        bitmap = U(leaf[BITMAP])
        for word in range(U(last_doc(words, leaf, leaf[BLOCKS] - 1) >> 6) + U(1)):
            bits = bitmap + (word >> U(1)) * U(ROW_WORDS) + U(BITS) + U(2) * (word & U(1))
            seen[word] |= U(words[bits]) | (U(words[bits + U(1)]) << U(32))
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
    """See union.how_many_common."""
    left, few = leaves[:, POSTINGS].sum(), 0
    enough = max(RARE, left // WORTH_PARTING if len(leaves) > FEW_TERMS else 0)
    while left > enough:
        left -= leaves[common[few], POSTINGS]
        few += 1
    return few


@jit(("i8", "i8"), PART, SUM, "f8", ("u4[:]", "f8[:]", "u8[:]", "i8[:]"))
def score_rare(part: Part, terms: Sum, rounded_by: float, out: Any) -> Any:
    """See union.score_rare."""
    (leaves, weights), (docs, sums, seen, common) = terms, out
    common[:] = np.argsort(-leaves[:, POSTINGS], kind="mergesort")
    few = _how_many_common(leaves, common)
    if few == len(leaves) or few > FEW_TERMS:
        return 0, len(leaves)
    for k in common[few:]:
        _mark(part, leaves[k], seen)
    _allow(part[3], 0, seen)
    size, ranks = _list(seen, (docs, sums))
    for k in common[few:]:
        _add_postings(part, leaves[k], (weights[k], rounded_by), (seen, ranks, sums))
    for k in common[:few]:
        _add_term(part, leaves[k], (weights[k], rounded_by), (docs, sums, size))
    return size, few


@jit("i8", PART, "const i8[:, :]")
def count(part: Part, leaves: I64) -> Any:
    """See union.count."""
    seen = np.zeros(end_of_documents(part[0], leaves) // 64 + 1, np.uint64)
    for leaf in leaves:
        _mark(part, leaf, seen)
    return _allow(part[3], 0, seen)


@jit("i8", PART, SUM, ORDER, ("f8", "f8"), OUT)
def rank_sums(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """See union.rank_sums."""
    out[2][:] = 0
    if len(terms[0]) == 1:
        return rank_one(part, terms, order, limits, out)
    rounded_by, lowest = limits
    end, low, size = end_of_documents(part[0], terms[0]), 0, 0
    state = start(terms, end)
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, rounded_by, True))
        out[2][COUNT] += _allow(part[3], low, state[2][1])
        size, lowest = _offer_all(low, state[2], order, (out, size, lowest))
        low = high
    in_order(out, order, size)
    out[2][LOOKED_AT] = terms[0][:, POSTINGS].sum()
    return size
