"""The loops of `pruning`, for numba: candidates from the rarest clause, in batches; the others are asked about them.

All terms of a query stand in one row, in the order in which they are asked (arranging_loops.py, atoms_loops.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.arranging_loops import FIRST, SLOP, arrange
from search.kernels.atoms_loops import ask_atom, hold_phrase
from search.kernels.candidates_loops import HOPELESS, keep, mark_all, offer_all
from search.kernels.cursors_loops import BLOCK, LOOKED, fresh
from search.kernels.leaves import PART, SUM, Leaf, Part, Sum
from search.kernels.leaves_loops import end_of_documents
from search.kernels.lengths_loops import NEVER, least_freqs, rests_by_length
from search.kernels.listing_loops import list_candidates, list_promising
from search.kernels.phrase_loops import ABSENT
from search.kernels.top import COUNT, LOOKED_AT, TIED
from search.kernels.top_loops import ORDER, OUT, in_order

U = np.uint64
BLOCKS, NORM = int(Leaf.BLOCKS), int(Leaf.NORM)
# So many candidates are asked about together: at first few, because good ones are found among few already, and the
# better those are that are known, the fewer are candidates.
FIRST_BATCH, LARGEST_BATCH = 256, 2048
# Of a term with many blocks some documents that promise most are scored before all else.
MANY_BLOCKS, SAMPLED = 64, 128


@jit()
def _ask_clauses(part: Part, query: Any, shape: Any, limits: Any, candidates: Any) -> Any:
    """Keep those candidates, which match an atom of the first clause, that pass all clauses, and add what they score by
    the atoms from `start` on; returns how many, and how many of them were looked at closely.
    """
    (atoms, clauses, start), (docs, sums, found, count) = shape, candidates
    close = 0
    for clause in range(len(clauses)):
        first, size = clauses[clause]
        if clause == 0 and start == size:
            continue
        mark_all((docs, sums, found, count), 0 if clause == 0 else ABSENT)
        for atom in range(max(first, start), first + abs(size)):
            close = max(close, ask_atom(part, query, atoms[atom], limits, (docs, sums, found, count)))
        count = keep((docs, sums, found, count), size > 0)
    return count, max(close, count)


@jit()
def _unseen(candidates: Any, seen: Any) -> int:
    """Keep the candidates that were not seen before, which they are from now on; returns how many."""
    docs, sums, _, count = candidates
    kept = 0
    for k in range(count):
        bit = U(1) << (U(docs[k]) & U(63))
        if not seen[docs[k] >> 6] & bit:
            seen[docs[k] >> 6] |= bit
            docs[kept], sums[kept] = docs[k], sums[k]
            kept += 1
    return kept


@jit()
def _next_batch(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """List candidates by an atom; returns how many match it, and how many were looked at closely.

    `limits`: what rounds, the lowest score wanted, and the tables of least_freqs for the atom's first term.
    """
    ((leaves, weights), _, _, (cursors, _)), first = query, atom[FIRST]
    rounded_by, lowest, tables = limits
    docs, sums, found = candidates
    of_term = ((weights[first], rounded_by), tables)
    count = list_candidates(part, leaves[first], cursors[first], of_term, (docs, sums))
    if atom[SLOP]:
        return hold_phrase(part, query, atom, (rounded_by, lowest), (docs, sums, found, count))
    return count, 0


@jit()
def _pass_atom(part: Part, query: Any, shape: Any, limits: Any, best: Any) -> Any:
    """Offer the best of the documents that match an atom of the first clause; returns how many are kept by then, the
    lowest score wanted, and how many have been counted.

    `shape`: the atoms, the clauses, which atom; and which documents were seen, empty where no other atom has any.
    """
    ((leaves, weights), _, rests, (cursors, _)), (atoms, clauses, number, seen) = query, shape
    (rounded_by, counted_first), (order, out, size, lowest, counted) = limits, best
    atom, room, known = atoms[number], FIRST_BATCH, np.inf
    first = atom[FIRST]
    tables = (np.empty(256, np.uint32), np.empty(256, np.uint32))
    docs, sums, found = np.empty(LARGEST_BATCH, np.uint32), np.empty(LARGEST_BATCH), np.empty(LARGEST_BATCH, np.int64)
    while cursors[first, BLOCK] < leaves[first, BLOCKS]:
        needed = lowest if counted >= counted_first else HOPELESS
        if needed != known:
            least_freqs(part[2][leaves[first, NORM]], (weights[first], needed), rests[first], tables)
            known = needed
            if tables[1][0] == NEVER:
                break
        of_batch = (docs[:room], sums[:room], found[:room])
        count, close = _next_batch(part, query, atom, (rounded_by, needed, tables), of_batch)
        if len(seen):
            count = _unseen((docs, sums, found, count), seen)
        of_atom = (atoms, clauses, number + 1)
        count, closer = _ask_clauses(part, query, of_atom, (rounded_by, needed), (docs, sums, found, count))
        counted += max(close, closer)
        out[2][COUNT] += count
        size, lowest = offer_all((docs, sums, count), lowest, (order, out, size))
        room = min(2 * room, LARGEST_BATCH)
    return size, lowest, counted


@jit()
def _reached(part: Part, query: Any, shape: Any, limits: Any, best: Any) -> float:
    """A score that as many documents reach as there is room for: the lowest of the best among a few that promise most.
    `limits`: what rounds, and the lowest score wanted so far, returned where they are too few.
    """
    ((leaves, weights), _, rests, (cursors, _)), (atoms, clauses) = query, shape
    (rounded_by, lowest), (order, out) = limits, best
    atom = atoms[0]
    first = atom[FIRST]
    docs, sums, found = np.empty(SAMPLED, np.uint32), np.empty(SAMPLED), np.empty(SAMPLED, np.int64)
    of_term = ((weights[first], rounded_by), rests[first])
    count = list_promising(part, leaves[first], cursors[first], of_term, (docs, sums))
    if atom[SLOP]:
        count, _ = hold_phrase(part, query, atom, (rounded_by, lowest), (docs, sums, found, count))
    count, _ = _ask_clauses(part, query, (atoms, clauses, 1), (rounded_by, lowest), (docs, sums, found, count))
    reached = offer_all((docs, sums, count), lowest, (order, out, 0))[1]
    out[2][TIED] = 0
    out[2][LOOKED_AT] += cursors[:, LOOKED].sum()
    return float(reached)


@jit("i8", PART, SUM, ("const i8[:, :]", "const i8[:]"), ("f8", "f8", "i8"), (ORDER, OUT))
def rank_clauses(part: Part, terms: Sum, shape: Any, limits: Any, ranking: Any) -> Any:
    """See pruning.rank_clauses."""
    rounded_by, lowest, counted_first = limits
    order, out = ranking
    out[2][:] = 0
    arranged, offsets, atoms, clauses = arrange(terms, shape)
    if len(clauses) == 0:
        return 0
    rests, held = rests_by_length(part, arranged, rounded_by), np.empty((len(arranged[0]), 128), np.uint32)
    seen = np.zeros(end_of_documents(part[0], arranged[0]) // 64 + 1 if clauses[0, 1] > 1 else 0, np.uint64)
    size, counted = 0, 0
    if len(out[0]) <= SAMPLED // 4 and arranged[0][0, BLOCKS] > MANY_BLOCKS:
        query = (arranged, offsets, rests, (fresh(len(held)), held))
        lowest = _reached(part, query, (atoms, clauses), (rounded_by, lowest), (order, out))
    for number in range(clauses[0, 1]):
        cursors = fresh(len(held))
        query = (arranged, offsets, rests, (cursors, held))
        best = (order, out, size, lowest, counted)
        of_atom = (atoms, clauses, number, seen)
        size, lowest, counted = _pass_atom(part, query, of_atom, (rounded_by, counted_first), best)
        out[2][LOOKED_AT] += cursors[:, LOOKED].sum()
    in_order(out, order, size)
    return size
