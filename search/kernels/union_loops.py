"""The loops of `union`, for numba.

A window is documents `low` to `high`. For each there is a place in `sums` and a bit in `seen`. Terms keep a cursor: the
block they are in, the place in it, what they have read of it, and how many postings they have looked at in all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import bound, docs_of, freq_of, freqs_of, gallop, last_doc, score
from search.kernels.single_loops import is_allowed, rank_one, scan_one
from search.kernels.top import COUNT, LOOKED_AT, TIED
from search.kernels.top_loops import ORDER, OUT, in_order, offer
from search.kernels.union import MANY_TERMS
from search.score import F64

U = np.uint64
BLOCKS, LENGTHS, NORM, POSTINGS = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM), int(Leaf.POSTINGS)

# Sums of a window stay in the first-level cache.
WINDOW = 4096
# The columns of a cursor.
BLOCK, PLACE, SIZE, HAS_FREQS, LOOKED = range(5)
NOT_READ = -1


@jit()
def ones(word: Any) -> Any:
    """How many bits of a uint64 are set."""
    word = word - ((word >> U(1)) & U(0x5555555555555555))
    word = (word & U(0x3333333333333333)) + ((word >> U(2)) & U(0x3333333333333333))
    word = (word + (word >> U(4))) & U(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * U(0x0101010101010101)) >> U(56))


@jit()
def lowest_bit(word: Any) -> Any:
    """Which bit of a uint64, which is not 0, is the lowest that is set."""
    return ones((word & (~word + U(1))) - U(1))


@jit()
def documents_of(part: Part, terms: Sum) -> int:
    """One above the last document that any of the terms has."""
    end = 0
    for leaf in terms[0]:
        if leaf[BLOCKS]:
            end = max(end, last_doc(part[0], leaf, leaf[BLOCKS] - 1) + 1)
    return end


@jit()
def most_telling_first(terms: Sum) -> Any:
    """The terms of the segment by weight: what the first ones find makes most of the others' documents hopeless."""
    leaves, weights = terms
    order = np.argsort(-weights)
    rows, ordered, size = np.empty_like(leaves), np.empty_like(weights), 0
    for k in order:
        if leaves[k, BLOCKS]:
            rows[size], ordered[size] = leaves[k], weights[k]
            size += 1
    return rows[:size], ordered[:size]


@jit()
def window_size(terms: Any, documents: Any) -> int:
    """How many documents to take at a time: a multiple of 64."""
    return WINDOW if terms <= MANY_TERMS else (documents + 63) // 64 * 64


@jit()
def advance(words: U32, leaf: I64, cursor: I64, low: int) -> None:
    """Move to the first block that ends at `low` or later."""
    if cursor[BLOCK] < leaf[BLOCKS] and last_doc(words, leaf, cursor[BLOCK]) < low:
        cursor[BLOCK] = gallop(words, leaf, cursor[BLOCK], low)
        cursor[PLACE] = NOT_READ


@jit()
def window_bound(part: Part, leaf: I64, cursor: I64, high: int, limits: Any) -> float:
    """What no document before `high` and from the cursor on scores more than."""
    most = 0.0
    for block in range(cursor[BLOCK], leaf[BLOCKS]):
        if block > cursor[BLOCK] and last_doc(part[0], leaf, block - 1) >= high - 1:
            break
        most = max(most, bound(part[1], part[2], leaf, block, limits))
    return most


@jit()
def _open_block(words: U32, leaf: I64, cursor: I64, docs: U32, low: int) -> None:
    """Read the documents of the cursor's block, and pass by those before `low`."""
    if cursor[PLACE] == NOT_READ:
        cursor[SIZE] = docs_of(words, leaf, cursor[BLOCK], docs)
        cursor[PLACE], cursor[HAS_FREQS] = 0, 0
        cursor[LOOKED] += cursor[SIZE]
    while docs[cursor[PLACE]] < low:
        cursor[PLACE] += 1


@jit()
def _end_of(docs: U32, cursor: I64, high: int) -> Any:
    """The place of the block's first document from `high` on."""
    end = cursor[SIZE]
    if docs[end - 1] < high:
        return end
    end = cursor[PLACE]
    while docs[end] < high:
        end += 1
    return end


@jit()
def _mark(docs: U32, places: Any, low: int, seen: Any) -> None:
    for k in range(U(places[0]), U(places[1])):
        doc = U(docs[k]) - U(low)
        seen[doc >> U(6)] |= U(1) << (doc & U(63))


@jit()
def _add(part: Part, leaf: I64, block: Any, places: Any, window: Any) -> None:
    """Add the scores of the documents at `places` to those sums that are at least what the window needs.

    Sums that reach the lowest score wanted are marked as good.
    """
    docs, freqs = block
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    (weight, rounded_by), low, sums, (needed, lowest, good) = window
    for k in range(U(places[0]), U(places[1])):
        doc = U(docs[k])
        place = doc - U(low)
        before = sums[place]
        if before >= needed:
            total = before + score(weight, freqs[k], norm[data[lengths + doc]], rounded_by)
            sums[place] = total
            if total >= lowest:
                good[place >> U(6)] |= U(1) << (place & U(63))


@jit()
def _candidate(docs: U32, places: Any, low: int, sums: F64, needed: float) -> bool:
    """Whether any of the documents at `places` has a sum of `needed` or more."""
    for k in range(U(places[0]), U(places[1])):
        if sums[U(docs[k]) - U(low)] >= needed:
            return True
    return False


@jit()
def _visit_block(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> None:
    """Go through the cursor's block as far as the window reaches."""
    low, high, limits, needed, counting, lowest, (sums, seen, good) = window
    docs, freqs = block
    _open_block(part[0], leaf, cursor, docs, low)
    places = (cursor[PLACE], _end_of(docs, cursor, high))
    cursor[PLACE] = places[1]
    everybody = needed <= 0.0
    if everybody or counting:
        _mark(docs, places, low, seen)
    if everybody or _candidate(docs, places, low, sums, needed):
        if not cursor[HAS_FREQS]:
            freqs_of(part[0], leaf, cursor[BLOCK], freqs)
            cursor[HAS_FREQS] = 1
        _add(part, leaf, block, places, (limits, low, sums, (-np.inf if everybody else needed, lowest, good)))


@jit()
def _visit(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> None:
    """Go through a term's documents in the window.

    `window`: low, high, the term's limits, the sum from which on a document is a candidate, whether all documents are
    to be counted, the lowest score wanted; the sums, the bits of documents seen and of good ones.
    """
    while cursor[BLOCK] < leaf[BLOCKS]:
        fresh = cursor[PLACE] == NOT_READ and cursor[BLOCK] > 0
        if fresh and last_doc(part[0], leaf, cursor[BLOCK] - 1) >= window[1] - 1:
            return
        _visit_block(part, leaf, cursor, block, window)
        if cursor[PLACE] < cursor[SIZE]:
            return
        cursor[BLOCK] += 1
        cursor[PLACE] = NOT_READ


@jit()
def _has_candidate(sums: F64, seen: Any, needed: float) -> bool:
    for word in range(len(seen)):
        bits, first = seen[word], word * 64
        while bits:
            if sums[first + lowest_bit(bits)] >= needed:
                return True
            bits &= bits - U(1)
    return False


@jit()
def _find(words: U32, leaf: I64, cursor: I64, docs: U32, doc: Any) -> bool:
    """Move the cursor to the first document from `doc` on; says whether it is `doc`. Blocks between are not read."""
    if last_doc(words, leaf, cursor[BLOCK]) < doc:
        cursor[BLOCK] = gallop(words, leaf, cursor[BLOCK], doc)
        cursor[PLACE] = NOT_READ
        if cursor[BLOCK] == leaf[BLOCKS]:
            return False
    _open_block(words, leaf, cursor, docs, doc)
    return bool(docs[cursor[PLACE]] == doc)


@jit()
def _look_up(part: Part, leaf: I64, cursor: I64, docs: U32, window: Any) -> None:
    """Look the term up for the candidates of the window alone: those seen whose sum is at least what is needed."""
    low, (weight, rounded_by), needed, lowest, (sums, seen, good) = window
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    for word in range(len(seen)):
        bits, first = seen[word], word * 64
        while bits:
            place = first + lowest_bit(bits)
            bits &= bits - U(1)
            if sums[place] < needed:
                continue
            if cursor[BLOCK] == leaf[BLOCKS]:
                return
            if _find(part[0], leaf, cursor, docs, low + place):
                freq = freq_of(part[0], leaf, cursor[BLOCK], cursor[PLACE])
                sums[place] += score(weight, freq, norm[data[lengths + U(low + place)]], rounded_by)
                if sums[place] >= lowest:
                    good[word] |= U(1) << U(place - first)


@jit()
def _next_document(part: Part, terms: Sum, cursors: I64, docs: U32, low: int) -> Any:
    """A document from `low` on before which no term has any."""
    nearest: Any = np.int64(1) << 40
    for k in range(len(cursors)):
        cursor, leaf = cursors[k], terms[0][k]
        advance(part[0], leaf, cursor, low)
        if cursor[BLOCK] == leaf[BLOCKS]:
            continue
        if cursor[PLACE] != NOT_READ:
            nearest = min(nearest, np.int64(docs[k, cursor[PLACE]]))
        elif cursor[BLOCK] == 0:
            return low
        else:
            nearest = min(nearest, last_doc(part[0], leaf, cursor[BLOCK] - 1) + 1)
    return max(low, nearest)


@jit()
def _bounds(part: Part, terms: Sum, cursors: I64, window: Any, rests: F64) -> None:
    """Fill `rests` with the sum of the bounds of each term in the window and of all terms behind it."""
    leaves, weights = terms
    high, rounded_by = window
    rests[len(leaves)] = 0.0
    for k in range(len(leaves) - 1, -1, -1):
        rests[k] = rests[k + 1] + window_bound(part, leaves[k], cursors[k], high, (weights[k], rounded_by))


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
def _write_out(low: int, sums: F64, seen: Any, out: Any, size: int) -> int:
    """Append the documents of a window and their sums; returns how many there are by now."""
    for word in range(len(seen)):
        bits, first = seen[word], word * 64
        while bits:
            doc = first + lowest_bit(bits)
            out[0][size], out[1][size] = low + doc, sums[doc]
            size += 1
            bits &= bits - U(1)
    return size


@jit()
def _offer_good(low: int, window: Any, allowed: Any, order: Any, best: Any) -> Any:
    """Offer the good documents of a window; returns how many are kept by then, and the lowest score wanted.

    `window`: sums and the bits of the good ones; `best`: what is kept, how many, and the lowest score before.
    """
    sums, good = window
    out, size, lowest = best
    for word in range(len(good)):
        bits, first = good[word], word * 64
        while bits:
            place = first + lowest_bit(bits)
            bits &= bits - U(1)
            if sums[place] >= lowest and is_allowed(allowed, low + place):
                size = offer(out, order, size, low + place, sums[place])
                if size == len(out[0]):
                    lowest = max(lowest, out[1][0])
    return size, lowest


@jit()
def _start(part: Part, terms: Sum, end: int) -> Any:
    """Fresh cursors, room for the blocks of terms that are read side by side, and sums and bits of a window."""
    count = len(terms[0])
    width = window_size(count, end)
    rows = count if count <= MANY_TERMS else 1
    cursors = np.zeros((count, 5), np.int64)
    cursors[:, PLACE] = NOT_READ
    docs, freqs = np.empty((rows, 128), np.uint32), np.empty((rows, 128), np.uint32)
    bits = np.empty((2, width // 64), np.uint64)
    return cursors, docs, freqs, np.empty(width), bits[0], bits[1]


@jit()
def _sum_up(part: Part, terms: Sum, state: Any, window: Any, rests: F64) -> None:
    """Add up the terms in one window.

    `window`: low, high, the lowest score wanted, whether all documents are to be counted, and what rounds.
    """
    leaves, weights = terms
    cursors, docs, freqs, sums, seen, good = state
    low, high, lowest, counting, rounded_by = window
    sums[:], seen[:], good[:] = 0.0, U(0), U(0)
    table = (sums, seen, good)
    for k in range(len(leaves)):
        limits, needed = (weights[k], rounded_by), lowest - rests[k]
        block = (docs[k % len(docs)], freqs[k % len(docs)])
        if counting or needed <= 0.0 or len(leaves) > MANY_TERMS:
            _visit(part, leaves[k], cursors[k], block, (low, high, limits, needed, counting, lowest, table))
        elif _has_candidate(sums, seen, needed):
            _look_up(part, leaves[k], cursors[k], block[0], (low, limits, needed, lowest, table))
        else:
            return


@jit()
def _next_window(part: Part, terms: Sum, state: Any, low: int, end: int) -> Any:
    """Where the next window with documents begins and ends; all cursors move there."""
    cursors, docs, _, sums, _, _ = state
    if len(cursors) <= MANY_TERMS:
        low = _next_document(part, terms, cursors, docs, low) // 64 * 64
    for k in range(len(cursors)):
        advance(part[0], terms[0][k], cursors[k], low)
    return low, min(low + len(sums), end)


@jit("i8", PART, SUM, ("f8", "b1"), ("u4[:]", "f8[:]"))
def scan(part: Part, terms: Sum, limits: Any, out: Any) -> Any:
    """See union.scan."""
    rounded_by, scored = limits
    if len(terms[0]) == 1:
        return scan_one(part, terms[0][0], (terms[1][0], rounded_by, scored), out)
    end = documents_of(part, terms)
    state = _start(part, terms, end)
    # Without scores nobody is a candidate, and everybody is counted.
    lowest, rests = (-np.inf if scored else np.inf), np.zeros(len(terms[0]))
    size, low = 0, 0
    while low < end:
        low, high = _next_window(part, terms, state, low, end)
        _sum_up(part, terms, state, (low, high, lowest, True, rounded_by), rests)
        _allow(part[3], low, state[4])
        size = _write_out(low, state[3], state[4], out, size)
        low = high
    return size


@jit("i8", PART, SUM, ORDER, ("f8", "f8", "b1"), OUT)
def rank(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """See union.rank."""
    rounded_by, lowest, counting = limits
    facts = out[2]
    facts[COUNT], facts[LOOKED_AT], facts[TIED] = 0, 0, 0
    if len(terms[0]) == 1:
        return rank_one(part, terms, order, limits, out)
    terms = most_telling_first(terms)
    end = documents_of(part, terms)
    state = _start(part, terms, end)
    rests = np.full(len(terms[0]) + 1, np.inf)
    size, low = 0, 0
    while low < end:
        low, high = _next_window(part, terms, state, low, end)
        if lowest > -np.inf:
            _bounds(part, terms, state[0], (high, rounded_by), rests)
        if counting or rests[0] >= lowest:
            _sum_up(part, terms, state, (low, high, lowest, counting, rounded_by), rests)
            facts[COUNT] += _allow(part[3], low, state[4])
            size, lowest = _offer_good(low, (state[3], state[5]), part[3], order, (out, size, lowest))
        low = high
    facts[LOOKED_AT] = state[0][:, LOOKED].sum()
    in_order(out, order, size)
    return size
