"""The loops of `narrow`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import docs_of, freq_of, last_doc, score
from search.kernels.union_loops import scan

U = np.uint64
BLOCKS, LENGTHS = int(Leaf.BLOCKS), int(Leaf.LENGTHS)
NORM, POSTINGS = int(Leaf.NORM), int(Leaf.POSTINGS)
NOTHING = -1
LAST = 2**62


@jit()
def gallop(words: U32, leaf: I64, block: int, doc: Any) -> Any:
    """The first block from `block` on that ends at `doc` or later; BLOCKS where there is none."""
    step, low = 1, block
    while block < leaf[BLOCKS] and last_doc(words, leaf, block) < doc:
        low = block + 1
        block += step
        step *= 2
    high = min(block, leaf[BLOCKS])
    while low < high:
        middle = (low + high) // 2
        if last_doc(words, leaf, middle) < doc:
            low = middle + 1
        else:
            high = middle
    return high


@jit()
def _probe(part: Part, leaf: I64, limits: Any, candidates: Any, found: Any) -> None:
    """Mark the candidates that hold the term, and add the scores if the term has a weight here."""
    words, data, norm = part[0], part[1], part[2][leaf[NORM]]
    weight, rounded_by, scored = limits
    docs, sums, size = candidates
    held, block, read, place = np.empty(128, np.uint32), 0, NOTHING, U(0)
    for k in range(U(size)):
        doc = docs[k]
        if last_doc(words, leaf, block) < doc:
            block = gallop(words, leaf, block, doc)
            if block == leaf[BLOCKS]:
                return
        if block != read:
            docs_of(words, leaf, block, held)
            read, place = block, U(0)
        while held[place] < doc:
            place += U(1)
        if held[place] == doc:
            found[k] = True
            if scored:
                length = data[U(leaf[LENGTHS]) + U(doc)]
                sums[k] += score(weight, freq_of(words, leaf, block, place), norm[length], rounded_by)


@jit()
def _keep(docs: U32, sums: Any, found: Any, size: int, wanted: Any) -> Any:
    kept = U(0)
    for k in range(U(size)):
        if found[k] == wanted:
            docs[kept], sums[kept] = docs[k], sums[k]
            kept += U(1)
    return np.int64(kept)


@jit()
def _rarest_first(leaves: I64, sizes: I64) -> Any:
    """The clauses, those that must be held and have fewest postings first; and where the terms of each begin."""
    starts, postings = np.zeros(len(sizes), np.int64), np.zeros(len(sizes), np.int64)
    at = 0
    for clause in range(len(sizes)):
        starts[clause] = at
        for _ in range(abs(sizes[clause])):
            postings[clause] += leaves[at, POSTINGS]
            at += 1
        if sizes[clause] < 0:
            postings[clause] = LAST
    return np.argsort(postings), starts


@jit()
def _narrow(part: Part, terms: Sum, clauses: Any, limits: Any, candidates: Any) -> Any:
    """`narrow` by some clauses, in their order; `clauses` are their numbers, where each begins, and the sizes of all."""
    leaves, weights = terms
    order, starts, sizes = clauses
    docs, sums = candidates
    kept = len(docs)
    found = np.empty(kept, np.bool_)
    for clause in order:
        found[:kept] = False
        must = sizes[clause] > 0
        for at in range(starts[clause], starts[clause] + abs(sizes[clause])):
            if leaves[at, BLOCKS]:
                of_term = (weights[at], limits[0], limits[1] and must)
                _probe(part, leaves[at], of_term, (docs, sums, kept), found)
        kept = _keep(docs, sums, found, kept, must)
    return kept


@jit("i8", PART, SUM, "const i8[:]", ("f8", "b1"), ("u4[:]", "f8[:]"))
def narrow(part: Part, terms: Sum, sizes: Any, limits: Any, candidates: Any) -> Any:
    """See narrow.narrow."""
    order, starts = _rarest_first(terms[0], sizes)
    return _narrow(part, terms, (order, starts, sizes), limits, candidates)


@jit("i8", PART, SUM, "const i8[:]", ("f8", "b1"), ("u4[:]", "f8[:]"))
def all_of(part: Part, terms: Sum, sizes: Any, limits: Any, out: Any) -> Any:
    """See narrow.all_of."""
    leaves, weights = terms
    order, starts = _rarest_first(leaves, sizes)
    first, end = starts[order[0]], starts[order[0]] + sizes[order[0]]
    count = scan(part, (leaves[first:end], weights[first:end]), limits, out)
    return _narrow(part, terms, (order[1:], starts, sizes), limits, (out[0][:count], out[1][:count]))
