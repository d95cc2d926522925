"""The loops of `union`, for numba: all terms window by window."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bitmaps import BITS, ROW_WORDS
from index.codec.bits_loops import lowest_bit, ones
from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.candidates_loops import HOPELESS, add, find, room_for
from search.kernels.cursors_loops import fresh
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import docs_of, end_of_documents, freqs_of, last_doc, score
from search.kernels.pruning_loops import rank_beside
from search.kernels.single_loops import rank_one, scan_one
from search.kernels.top import COUNT, LOOKED_AT
from search.kernels.top_loops import ORDER, OUT, in_order, offer
from search.kernels.union import FEW_TERMS
from search.kernels.windows_loops import next_window, start, sum_up

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)
POSTINGS, BITMAP = int(Leaf.POSTINGS), int(Leaf.BITMAP)
# The rare ones of many terms are worth telling from the few common ones where they have one of so many postings.
WORTH_PARTING = 4


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
def _rank_windows(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """Go through all windows."""
    rounded_by, lowest = limits
    end, low, size = end_of_documents(part[0], terms[0]), 0, 0
    state = start(terms, end)
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, rounded_by, True))
        _allow(part[3], low, state[2][1])
        size, lowest = _offer_all(low, state[2], order, (out, size, lowest))
        low = high
    in_order(out, order, size)
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
def _marked(part: Part, terms: Sum, documents: int) -> Any:
    """The bits of all documents that hold any of the terms."""
    seen = np.zeros(documents // 64 + 1, np.uint64)
    for leaf in terms[0]:
        _mark(part, leaf, seen)
    return seen


@jit()
def _listed(seen: Any, count: int) -> Any:
    """The documents whose bits are set, so many, as candidates that score nothing yet; and how many of them come before
    those of each word.
    """
    docs, sums, found, listed = room_for(count)
    ranks, size = np.empty(len(seen), np.uint32), 0
    for word in range(len(seen)):
        ranks[word], bits = size, seen[word]
        while bits:
            docs[size], sums[size] = word * 64 + lowest_bit(bits), 0.0
            size += 1
            bits &= bits - U(1)
    return (docs, sums, found, listed, size), ranks


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
def _add_terms(part: Part, terms: Sum, rounded_by: float, candidates: Any) -> None:
    """Add what candidates score by some terms."""
    leaves, weights = terms
    cursors, held, nothing = fresh(len(leaves)), np.zeros((len(leaves), 128), np.uint32), np.zeros(256)
    for k in range(len(leaves)):
        limits = ((weights[k], rounded_by), nothing, HOPELESS)
        find(part, leaves[k], (cursors[k], held[k]), limits, candidates)
        add(part, leaves[k], limits, candidates[2], candidates)


@jit()
def _rank_many(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """Of many terms a few have nearly all postings: the documents of the others are scored whole, and all that hold
    only the few are left to pruning.
    """
    (leaves, weights), (rounded_by, lowest) = terms, limits
    by_size, few = np.argsort(-leaves[:, POSTINGS]), 0
    left = leaves[:, POSTINGS].sum()
    enough = left // WORTH_PARTING
    while left > enough:
        left -= leaves[by_size[few], POSTINGS]
        few += 1
    if few > FEW_TERMS:
        return _rank_windows(part, terms, order, (rounded_by, lowest), out)
    common = (leaves[by_size[:few]], weights[by_size[:few]])
    others = (leaves[by_size[few:]], weights[by_size[few:]])
    seen = _marked(part, others, end_of_documents(part[0], leaves))
    candidates, ranks = _listed(seen, _allow(part[3], 0, seen))
    for k in range(len(others[0])):
        _add_postings(part, others[0][k], (others[1][k], rounded_by), (seen, ranks, candidates[1]))
    _add_terms(part, common, rounded_by, candidates)
    shape = np.zeros((few, 2), np.int64), np.array([few])
    shape[0][:, 0] = 1
    return rank_beside(part, (common, shape), (rounded_by, lowest, 0), (order, out), (candidates, seen))


@jit()
def _rank_few(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    atoms, clauses = np.zeros((len(terms[0]), 2), np.int64), np.array([len(terms[0])])
    atoms[:, 0] = 1
    docs, sums, found, listed = room_for(0)
    nothing = (docs, sums, found, listed, 0), np.zeros(0, np.uint64)
    return rank_beside(part, (terms, (atoms, clauses)), (*limits, 0), (order, out), nothing)


@jit("i8", PART, SUM, ORDER, ("f8", "f8", "b1"), OUT)
def rank(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """See union.rank."""
    rounded_by, lowest, counting = limits
    out[2][:] = 0
    if len(terms[0]) == 1:
        size = rank_one(part, terms, order, (rounded_by, lowest), out)
    elif len(terms[0]) > FEW_TERMS:
        size = _rank_many(part, terms, order, (rounded_by, lowest), out)
    else:
        size = _rank_few(part, terms, order, (rounded_by, lowest), out)
    if counting:
        out[2][COUNT] = _allow(part[3], 0, _marked(part, terms, end_of_documents(part[0], terms[0])))
        out[2][LOOKED_AT] = terms[0][:, POSTINGS].sum()
    return size
