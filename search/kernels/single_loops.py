"""A single term, for the loops of `union`: its blocks one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.leaves_loops import bound, docs_of, freqs_of, score
from search.kernels.top import COUNT, LOOKED_AT
from search.kernels.top_loops import in_order, offer

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)


@jit()
def is_allowed(allowed: Any, doc: Any) -> bool:
    """Whether a document may match."""
    return len(allowed) == 0 or bool((allowed[U(doc) >> U(6)] >> (U(doc) & U(63))) & U(1))


@jit()
def scan_one(part: Part, leaf: I64, limits: Any, out: Any) -> Any:
    """`scan` for a single term: its blocks one after the other."""
    words, data, norm = part[0], part[1], part[2][leaf[NORM]]
    weight, rounded_by, scored = limits
    docs, freqs = np.empty(128, np.uint32), np.empty(128, np.uint32)
    size = U(0)
    for block in range(leaf[BLOCKS]):
        count = docs_of(words, leaf, block, docs)
        if scored:
            freqs_of(words, leaf, block, freqs)
        for k in range(U(count)):
            if not is_allowed(part[3], docs[k]):
                continue
            out[0][size], out[1][size] = docs[k], 0.0
            if scored:
                length = data[U(leaf[LENGTHS]) + U(docs[k])]
                out[1][size] = score(weight, freqs[k], norm[length], rounded_by)
            size += U(1)
    return np.int64(size)


@jit()
def _allowed_among(allowed: Any, docs: U32, count: int) -> int:
    if len(allowed) == 0:
        return count
    found = 0
    for k in range(U(count)):
        found += is_allowed(allowed, docs[k])
    return found


@jit()
def _offer_block(part: Part, leaf: I64, block: Any, order: Any, best: Any) -> Any:
    """Offer the documents of a block that reach the lowest score wanted; returns how many are kept by then."""
    docs, freqs, count = block
    out, size, lowest, (weight, rounded_by) = best
    data, norm = part[1], part[2][leaf[NORM]]
    for k in range(U(count)):
        total = score(weight, freqs[k], norm[data[U(leaf[LENGTHS]) + U(docs[k])]], rounded_by)
        if total >= lowest and is_allowed(part[3], docs[k]):
            size = offer(out, order, size, docs[k], total)
            if size == len(out[0]):
                lowest = max(lowest, out[1][0])
    return size


@jit()
def rank_one(part: Part, terms: Sum, order: Any, limits: Any, out: Any) -> int:
    """`rank` for a single term: a block is read if its bound reaches the lowest of the best."""
    words, leaf = part[0], terms[0][0]
    rounded_by, lowest = limits
    limits_of_term = (terms[1][0], rounded_by)
    docs, freqs = np.empty(128, np.uint32), np.empty(128, np.uint32)
    size = 0
    for block in range(leaf[BLOCKS]):
        if lowest > -np.inf and bound(part[1], part[2], leaf, block, limits_of_term) < lowest:
            continue
        count = docs_of(words, leaf, block, docs)
        freqs_of(words, leaf, block, freqs)
        out[2][LOOKED_AT] += count
        out[2][COUNT] += _allowed_among(part[3], docs, count)
        size = _offer_block(part, leaf, (docs, freqs, count), order, (out, size, lowest, limits_of_term))
        if size == len(out[0]):
            lowest = max(lowest, out[1][0])
    in_order(out, order, size)
    return size
