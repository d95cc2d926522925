"""The loops of `union`, for numba: all terms window by window, or as pruning_loops.py does."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from search.kernels.bits_loops import lowest_bit, ones
from search.kernels.bounds_loops import rests_of
from search.kernels.candidates_loops import ANY
from search.kernels.cursors_loops import LOOKED
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import last_doc
from search.kernels.pruning_loops import rank_pruned
from search.kernels.single_loops import is_allowed, rank_one, scan_one
from search.kernels.top import COUNT, LOOKED_AT, TIED
from search.kernels.top_loops import ORDER, OUT, in_order, offer
from search.kernels.union import MANY_TERMS
from search.kernels.windows_loops import next_window, start, sum_up
from search.score import F64

U = np.uint64
BLOCKS = int(Leaf.BLOCKS)
# More than any sum of scores.
NO_BOUND = 1e300


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


@jit("i8", PART, SUM, ("f8", "b1"), ("u4[:]", "f8[:]"))
def scan(part: Part, terms: Sum, limits: Any, out: Any) -> Any:
    """See union.scan."""
    rounded_by, scored = limits
    if len(terms[0]) == 1:
        return scan_one(part, terms[0][0], (terms[1][0], rounded_by, scored), out)
    end = documents_of(part, terms)
    state = start(part, terms, end)
    # Without scores nobody is a candidate, and everybody is counted.
    lowest, rests = (-np.inf if scored else np.inf), np.zeros(len(terms[0]))
    size, low = 0, 0
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, lowest, rounded_by), rests)
        _allow(part[3], low, state[4])
        size = _write_out(low, state[3], state[4], out, size)
        low = high
    return size


@jit()
def _rank_counted(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """Go through all windows and count their documents; only where a window is not hopeless, they are scored."""
    rounded_by, lowest, end = limits
    state = start(part, terms, end)
    low, size, width = 0, 0, len(state[3])
    if len(terms[0]) > MANY_TERMS:
        rests = np.full((1, len(terms[0]) + 1), NO_BOUND)
    else:
        rests = rests_of(part, terms, width, (end, rounded_by, False))
    while low < end:
        low = next_window(part, terms, state, low, end)[0] // width * width
        if low >= end:
            break
        high = min(low + width, end)
        sum_up(part, terms, state, (low, high, lowest, rounded_by), rests[low // width])
        out[2][COUNT] += _allow(part[3], low, state[4])
        size, lowest = _offer_good(low, (state[3], state[5]), part[3], order, (out, size, lowest))
        low = high
    out[2][LOOKED_AT] += state[0][:, LOOKED].sum()
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
    if counting or len(terms[0]) > MANY_TERMS or len(terms[0]) == 0:
        size = _rank_counted(part, terms, order, (rounded_by, lowest, end), out)
    else:
        no_phrase = (terms[0], np.empty(0, np.int64), (np.empty(0, np.uint32), 0))
        size = rank_pruned(part, terms, (ANY, no_phrase), (rounded_by, lowest, 0, end), (order, out))
    in_order(out, order, size)
    return size
