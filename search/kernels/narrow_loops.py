"""The loops of `narrow`, for numba: term by term over all candidates, so that each loop stays in one term's blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.atoms_loops import NO_TERM, add_term, ask_atom, hold_phrase, hold_term, list_by
from search.kernels.candidates_loops import HOPELESS, keep, mark_all
from search.kernels.cursors_loops import fresh
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.listing_loops import list_all
from search.kernels.narrow import TO_BE_LISTED
from search.kernels.phrase_loops import ABSENT, near
from search.kernels.union_loops import scan

POSTINGS = int(Leaf.POSTINGS)
NEVER_FIRST = 2**62


@jit()
def _order(leaves: I64, sizes: I64) -> Any:
    """The clauses, those that must be held and have fewest postings first; and where the terms of each begin."""
    starts, postings = np.zeros(len(sizes), np.int64), np.zeros(len(sizes), np.int64)
    at = 0
    for clause in range(len(sizes)):
        starts[clause] = at
        for _ in range(abs(sizes[clause])):
            postings[clause] += leaves[at, POSTINGS]
            at += 1
        if sizes[clause] < 0:
            postings[clause] = NEVER_FIRST
    return np.argsort(postings), starts


@jit()
def _query(terms: Sum, scored: bool) -> Any:
    """The terms as atoms_loops.py takes them; without `scored` they weigh nothing. As nobody is given up, nothing is
    said of what terms can add.
    """
    leaves, weights = terms
    count = len(leaves)
    state = fresh(count), np.zeros((count, 128), np.uint32)
    return (leaves, weights if scored else np.zeros(count)), np.arange(count), np.zeros((count, 256)), state


@jit()
def _hold(part: Part, query: Any, clause: Any, rounded_by: float, candidates: Any) -> Any:
    """Keep the candidates that hold a term of a clause, or none where it excludes, given where it begins, its size, and
    the term that has listed the candidates; returns how many.
    """
    (start, size, listed_by), limits = clause, (rounded_by, HOPELESS)
    if size == 1:
        return hold_term(part, query, (start, listed_by), limits, candidates)[0]
    docs, sums, found, listed, count = candidates
    if listed_by != NO_TERM:
        add_term(part, query, (listed_by, listed), limits, candidates)
    mark_all(candidates, ABSENT)
    for at in range(start, start + abs(size)):
        atom = np.array([at, 1, 0])
        ask_atom(part, query, atom, limits, candidates)
    return keep(candidates, size > 0)


@jit()
def _phrase(terms: Sum, order: I64, scored: bool) -> Any:
    """The terms of a phrase as atoms_loops.py takes them, in the order in which to ask them, and the atom they make."""
    query = _query((terms[0][order], terms[1][order]), scored)
    return (query[0], order, query[2], query[3]), np.array([0, len(order), 1])


@jit()
def _narrow(part: Part, query: Any, conditions: Any, rounded_by: float, candidates: Any) -> Any:
    """`pass_clauses` of candidates; `conditions` begin with the order in which to ask the clauses, where each begins,
    and the term that has listed the candidates. A slop of 1 is not looked at.
    """
    (order, starts, listed_by), sizes, slop = conditions
    docs, sums, found, listed, kept = candidates
    for clause in order:
        of_clause = (starts[clause], sizes[clause], listed_by)
        kept, listed_by = _hold(part, query, of_clause, rounded_by, (docs, sums, found, listed, kept)), NO_TERM
    if listed_by != NO_TERM:
        add_term(part, query, (listed_by, listed), (rounded_by, HOPELESS), (docs, sums, found, listed, kept))
    if slop > 1 and kept:
        near(part, query[0][0], slop, docs[:kept], found)
        kept = keep((docs, sums, found, listed, kept), True)
    return kept


@jit("i8", PART, SUM, ("const i8[:]", "i8", "i8"), ("f8", "b1"), ("u4[:]", "f8[:]"))
def pass_clauses(part: Part, terms: Sum, conditions: Any, limits: Any, candidates: Any) -> Any:
    """See narrow.pass_clauses."""
    (sizes, slop, count), (rounded_by, scored), (docs, sums) = conditions, limits, candidates
    order, starts = _order(terms[0], sizes)
    found, listed = np.empty(len(docs), np.int64), np.empty(len(docs), np.int64)
    left, listed_by = order, NO_TERM
    if count == TO_BE_LISTED:
        left, first, size = order[1:], starts[order[0]], sizes[order[0]]
        if size == 1:
            count, listed_by = list_all(part, terms[0][first], fresh(1)[0], (docs, listed)), first
            sums[:count] = 0.0
        else:
            clause = (terms[0][first : first + size], terms[1][first : first + size])
            count = scan(part, clause, limits, candidates)
    if slop == 1:
        query, atom = _phrase(terms, order, scored)
        if listed_by == NO_TERM:
            count = list_by(part, query, 0, rounded_by, (docs, sums, found, listed, count))
        return hold_phrase(part, query, atom, (rounded_by, HOPELESS), (docs, sums, found, listed, count))[0]
    of_clauses = ((left, starts, listed_by), sizes, slop)
    return _narrow(part, _query(terms, scored), of_clauses, rounded_by, (docs, sums, found, listed, count))
