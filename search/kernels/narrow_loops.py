"""The loops of `narrow`, for numba: term by term over all candidates, so that each loop stays in one term's blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.atoms_loops import hold_phrase
from search.kernels.candidates_loops import HOPELESS, keep, mark_all, probe
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.phrase_loops import ABSENT, near
from search.kernels.top import COUNT
from search.kernels.top_loops import ORDER, OUT, best
from search.kernels.union_loops import scan

BLOCKS, POSTINGS = int(Leaf.BLOCKS), int(Leaf.POSTINGS)
CONDITIONS = ("const i8[:]", "i8")
NEVER_FIRST = 2**62


@jit()
def _order(leaves: I64, sizes: I64) -> Any:
    """The clauses, those that must be held and have fewest postings first; where the terms of each begin; and the
    postings of the first.
    """
    starts, postings = np.zeros(len(sizes), np.int64), np.zeros(len(sizes), np.int64)
    at = 0
    for clause in range(len(sizes)):
        starts[clause] = at
        for _ in range(abs(sizes[clause])):
            postings[clause] += leaves[at, POSTINGS]
            at += 1
        if sizes[clause] < 0:
            postings[clause] = NEVER_FIRST
    order = np.argsort(postings)
    return order, starts, postings[order[0]] if len(order) else np.int64(0)


@jit()
def _ask(part: Part, terms: Sum, clause: Any, limits: Any, candidates: Any) -> None:
    """Mark the candidates that hold a term of a clause, given where it begins and its size; add the scores."""
    start, size = clause
    mark_all(candidates, ABSENT)
    for at in range(start, start + abs(size)):
        if terms[0][at, BLOCKS]:
            probe(part, terms[0][at], (terms[1][at], limits[0], limits[1] and size > 0), candidates)


@jit()
def _narrow(part: Part, terms: Sum, conditions: Any, limits: Any, candidates: Any) -> Any:
    """`narrow`; `conditions` begin with the order in which to ask the clauses, and where each begins."""
    (order, starts, sizes), slop = conditions
    docs, sums = candidates
    kept = len(docs)
    found = np.empty(kept, np.int64)
    for clause in order:
        _ask(part, terms, (starts[clause], sizes[clause]), limits, (docs, sums, found, kept))
        kept = keep((docs, sums, found, kept), sizes[clause] > 0)
    if slop and kept:
        near(part, terms[0], slop, docs[:kept], found)
        kept = keep((docs, sums, found, kept), True)
    return kept


@jit()
def _stand_side_by_side(part: Part, terms: Sum, conditions: Any, limits: Any, candidates: Any) -> Any:
    """`narrow` by an exact phrase, for candidates that hold the first term of the order."""
    ((order, _, _), _), (docs, sums) = conditions, candidates
    weights = terms[1][order] if limits[1] else np.zeros(len(order))
    # Nobody is given up, so that nothing is said of what terms can add, nor of where they stand.
    no_cursors = (np.empty((0, 5), np.int64), np.empty((0, 128), np.uint32))
    query = ((terms[0][order], weights), order, np.empty((0, 256)), no_cursors)
    atom = np.array([0, len(order), 1])
    found = np.empty(len(docs), np.int64)
    return hold_phrase(part, query, atom, (limits[0], HOPELESS), (docs, sums, found, len(docs)))[0]


@jit("i8", PART, SUM, CONDITIONS, ("f8", "b1"), ("u4[:]", "f8[:]"))
def narrow(part: Part, terms: Sum, conditions: Any, limits: Any, candidates: Any) -> Any:
    """See narrow.narrow."""
    sizes, slop = conditions
    order, starts, _ = _order(terms[0], sizes)
    if slop == 1:
        first = (starts[order[0]], sizes[order[0]])
        found = np.empty(len(candidates[0]), np.int64)
        _ask(part, terms, first, limits, (candidates[0], candidates[1], found, len(found)))
        kept = keep((candidates[0], candidates[1], found, len(found)), True)
        held = (candidates[0][:kept], candidates[1][:kept])
        return _stand_side_by_side(part, terms, ((order, starts, sizes), slop), limits, held)
    return _narrow(part, terms, ((order, starts, sizes), slop), limits, candidates)


@jit()
def _all_of(part: Part, terms: Sum, conditions: Any, limits: Any, out: Any) -> Any:
    """`all_of`; `conditions` as for `_narrow`."""
    leaves, weights = terms
    (order, starts, sizes), slop = conditions
    rarest = (starts[order[0]], sizes[order[0]])
    first, end = rarest[0], rarest[0] + rarest[1]
    size = scan(part, (leaves[first:end], weights[first:end]), (limits[0], False), out)
    candidates = (out[0][:size], out[1][:size])
    if slop == 1:
        kept = _stand_side_by_side(part, terms, ((order, starts, sizes), slop), limits, candidates)
    else:
        kept = _narrow(part, terms, ((order[1:], starts, sizes), slop), limits, candidates)
    if limits[1]:
        # The rarest is scored last: most of its documents are gone by now.
        _ask(part, terms, rarest, limits, (out[0], out[1], np.empty(kept, np.int64), kept))
    return kept


@jit("i8", PART, SUM, CONDITIONS, ("f8", "b1"), ("u4[:]", "f8[:]"))
def all_of(part: Part, terms: Sum, conditions: Any, limits: Any, out: Any) -> Any:
    """See narrow.all_of."""
    sizes, slop = conditions
    order, starts, _ = _order(terms[0], sizes)
    return _all_of(part, terms, ((order, starts, sizes), slop), limits, out)


@jit("i8", PART, SUM, CONDITIONS, ("f8", "b1"), (ORDER, OUT))
def rank_all(part: Part, terms: Sum, conditions: Any, limits: Any, ranking: Any) -> Any:
    """See narrow.rank_all."""
    start, out = ranking
    sizes, slop = conditions
    order, starts, room = _order(terms[0], sizes)
    docs, sums = np.empty(room, np.uint32), np.empty(room)
    found = _all_of(part, terms, ((order, starts, sizes), slop), limits, (docs, sums))
    out[2][COUNT] = found
    return best((docs[:found], sums[:found]), start, out)
