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
BLOCKS, LENGTHS, NORM, GROUP = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM), int(Leaf.GROUP)
NOTHING = -1


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
def _narrow(part: Part, terms: Sum, clauses: Any, limits: Any, candidates: Any) -> int:
    leaves, weights = terms
    wanted, first = clauses
    docs, sums = candidates
    size = len(docs)
    found = np.empty(size, np.bool_)
    at = 0
    for group in range(len(wanted)):
        must = wanted[group]
        found[:size] = False
        while at < len(leaves) and leaves[at, GROUP] - first == group:
            of_term = (weights[at], limits[0], limits[1] and must)
            _probe(part, leaves[at], of_term, (docs, sums, size), found)
            at += 1
        size = _keep(docs, sums, found, size, must)
    return size


@jit("i8", PART, SUM, "const b1[:]", ("f8", "b1"), ("u4[:]", "f8[:]"))
def narrow(part: Part, terms: Sum, wanted: Any, limits: Any, candidates: Any) -> int:
    """See narrow.narrow."""
    return _narrow(part, terms, (wanted, 0), limits, candidates)


@jit("i8", PART, SUM, "const b1[:]", ("f8", "b1"), ("u4[:]", "f8[:]"))
def all_of(part: Part, terms: Sum, wanted: Any, limits: Any, out: Any) -> int:
    """See narrow.all_of."""
    leaves, weights = terms
    first = 0
    while first < len(leaves) and leaves[first, GROUP] == 0:
        first += 1
    if first == 0:
        return 0
    size = scan(part, (leaves[:first], weights[:first]), limits, out)
    candidates = (out[0][:size], out[1][:size])
    return _narrow(part, (leaves[first:], weights[first:]), (wanted[1:], 1), limits, candidates)
