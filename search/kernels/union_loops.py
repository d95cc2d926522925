"""The loops of `union`, for numba: all terms window by window."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bits_loops import lowest_bit, ones
from index.codec.compiled import jit
from search.kernels.cursors_loops import LOOKED
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import docs_of, end_of_documents
from search.kernels.pruning_loops import rank_clauses
from search.kernels.single_loops import rank_one, scan_one
from search.kernels.top import COUNT, LOOKED_AT
from search.kernels.top_loops import ORDER, OUT, in_order, offer
from search.kernels.union import FEW_TERMS
from search.kernels.windows_loops import next_window, start, sum_up

U = np.uint64
BLOCKS, POSTINGS = int(Leaf.BLOCKS), int(Leaf.POSTINGS)


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
    """Go through all windows, and count their documents."""
    rounded_by, lowest = limits
    end, low, size = end_of_documents(part[0], terms[0]), 0, 0
    state = start(terms, end)
    while low < end:
        low, high = next_window(part, terms, state, low, end)
        sum_up(part, terms, state, (low, high, rounded_by, True))
        out[2][COUNT] += _allow(part[3], low, state[2][1])
        size, lowest = _offer_all(low, state[2], order, (out, size, lowest))
        low = high
    out[2][LOOKED_AT] += state[0][:, LOOKED].sum()
    in_order(out, order, size)
    return size


@jit()
def _count(part: Part, terms: Sum) -> int:
    """How many documents hold any of the terms."""
    seen, docs = np.zeros(end_of_documents(part[0], terms[0]) // 64 + 1, np.uint64), np.empty(128, np.uint32)
    for leaf in terms[0]:
        for block in range(leaf[BLOCKS]):
            count = docs_of(part[0], leaf, block, docs)
            for k in range(U(count)):
                seen[docs[k] >> U(6)] |= U(1) << (docs[k] & U(63))
    return _allow(part[3], 0, seen)


@jit("i8", PART, SUM, ORDER, ("f8", "f8", "b1"), OUT)
def rank(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> Any:
    """See union.rank."""
    rounded_by, lowest, counting = limits
    out[2][:] = 0
    if len(terms[0]) == 1:
        return rank_one(part, terms, order, limits, out)
    if len(terms[0]) > FEW_TERMS:
        return _rank_windows(part, terms, order, (rounded_by, lowest), out)
    atoms, clauses = np.zeros((len(terms[0]), 2), np.int64), np.array([len(terms[0])])
    atoms[:, 0] = 1
    size = rank_clauses(part, terms, (atoms, clauses), (rounded_by, lowest, 0), (order, out))
    if counting:
        out[2][COUNT], out[2][LOOKED_AT] = _count(part, terms), terms[0][:, POSTINGS].sum()
    return size
