"""The loops of `pruning`, for numba: candidates from the rarest clause, in batches; the others are asked about them.

All terms of a query stand in one row, in the order in which they are asked (arranging_loops.py, atoms_loops.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from search.kernels.arranging_loops import FIRST, SLOP, arrange, common_terms
from search.kernels.atoms_loops import NO_TERM, add_term, ask_atom, hold_pair, hold_rest, hold_term
from search.kernels.borrowing_loops import borrowed, keep_alive
from search.kernels.candidates_loops import HOPELESS, give_up, keep, keep_in_bitmap, mark_all, offer_all, room_for, take
from search.kernels.cursors_loops import BLOCK, LOOKED, NOT_READ, PLACE, fresh, rewind
from search.kernels.leaves import PART, SUM, Leaf, Part
from search.kernels.leaves_loops import end_of_documents
from search.kernels.lengths_loops import NEVER, least_freqs, rests_by_length
from search.kernels.listing_loops import (
    greatest,
    is_worth_bitmaps,
    list_all,
    list_candidates,
    list_common,
    list_promising,
)
from search.kernels.phrase_loops import ABSENT
from search.kernels.pruning import ALL
from search.kernels.top import COUNT, LOOKED_AT, TIED
from search.kernels.top_loops import ORDER, OUT, in_order

U = np.uint64
BLOCKS, NORM, BITMAP = int(Leaf.BLOCKS), int(Leaf.NORM), int(Leaf.BITMAP)
# So many candidates are asked about together: at first few, because good ones are found among few already, and the
# better those are that are known, the fewer are candidates.
FIRST_BATCH, LARGEST_BATCH = 256, 2048
# Of a term with many blocks some documents that promise most are scored before all else.
MANY_BLOCKS, SAMPLED = 64, 128
# So many of a batch are looked at for a phrase before the others.
PROMISING = 64
QUERY, LIMITS = (SUM, ("const i8[:, :]", "const i8[:]")), ("f8", "f8", "i8")


@jit()
def _ask_clauses(part: Part, query: Any, shape: Any, limits: Any, candidates: Any) -> Any:
    """Keep those candidates, which an atom of the first clause has listed, that pass all clauses, and add what they
    score by the atoms from `start` on, and by the term that listed them unless that is NO_TERM; returns how many, and
    how many of them were looked at closely.
    """
    (atoms, clauses, start, listed_by), (docs, sums, found, listed, count) = shape, candidates
    close = 0
    for clause in range(len(clauses)):
        first, size = clauses[clause]
        if clause == 0 and start == size:
            continue
        if size == 1 and not atoms[first, SLOP]:
            of_terms = (atoms[first, FIRST], listed_by)
            count, _ = hold_term(part, query, of_terms, limits, (docs, sums, found, listed, count))
            listed_by = NO_TERM
            continue
        if listed_by != NO_TERM:
            add_term(part, query, (listed_by, listed), limits, (docs, sums, found, listed, count))
            listed_by = NO_TERM
        mark_all((docs, sums, found, listed, count), 0 if clause == 0 else ABSENT)
        # Who is given up while an excluding clause is asked would be taken for one that it does not exclude.
        asked = limits if size > 0 else (limits[0], HOPELESS)
        for atom in range(max(first, start), first + abs(size)):
            close = max(close, ask_atom(part, query, atoms[atom], asked, (docs, sums, found, listed, count)))
        count = keep((docs, sums, found, listed, count), size > 0)
    if listed_by != NO_TERM:
        add_term(part, query, (listed_by, listed), limits, (docs, sums, found, listed, count))
    return count, max(close, count)


@jit()
def _unseen(candidates: Any, seen: Any) -> int:
    """Keep the candidates that were not seen before, which they are from now on; returns how many."""
    docs, sums, _, listed, count = candidates
    kept = 0
    for k in range(count):
        bit = U(1) << (U(docs[k]) & U(63))
        if not seen[docs[k] >> 6] & bit:
            seen[docs[k] >> 6] |= bit
            docs[kept], sums[kept], listed[kept] = docs[k], sums[k], listed[k]
            kept += 1
    return kept


@jit()
def _list_batch(part: Part, query: Any, shape: Any, limits: Any, candidates: Any) -> Any:
    """List candidates by an atom's first term, of which those are left out that lack a common term which all must hold;
    returns how many. Parameters as for `_next_batch`.
    """
    ((leaves, _), _, _, (cursors, _)), (atom, common) = query, shape
    (_, lowest, (least, least_from)), (docs, sums, found, listed) = limits, candidates
    first = atom[FIRST]
    if leaves[first, BITMAP] and is_worth_bitmaps(part[0], common, lowest > HOPELESS):
        used = len(least) if lowest > HOPELESS else 0
        count = list_common(part, common, cursors[first], (least[:used], least_from[:used]), (docs, listed))
        sums[:count] = 0.0
        return count
    if lowest == HOPELESS:
        count = list_all(part, leaves[first], cursors[first], (docs, listed))
    else:
        count = list_candidates(part, leaves[first], cursors[first], (least, least_from), (docs, listed))
    sums[:count] = 0.0
    for leaf in common:
        # The next term is asked anyway.
        if leaf[BITMAP] != leaves[first, BITMAP] and leaf[BITMAP] != leaves[first + 1, BITMAP]:
            cursors[first, LOOKED] += count
            count = keep_in_bitmap(part[0], leaf, (docs, sums, found, listed, count))
    return count


@jit()
def _next_batch(part: Part, query: Any, shape: Any, limits: Any, candidates: Any) -> Any:
    """List candidates by an atom's first term, of a phrase those that hold the second one too; returns how many, and
    how many were looked at closely.

    `shape`: the atom, and the leaves of the common terms that all must hold. `limits`: what rounds, the lowest score
    wanted, and the tables of least_freqs for the atom's first term.
    """
    (atom, _), (rounded_by, lowest, _), (docs, sums, found, listed) = shape, limits, candidates
    count = _list_batch(part, query, shape, limits, candidates)
    if atom[SLOP]:
        return hold_pair(part, query, atom, (rounded_by, lowest), (docs, sums, found, listed, count))
    return count, 0


@jit()
def _finish(part: Part, query: Any, shape: Any, limits: Any, candidates: Any) -> Any:
    """Keep the candidates of a batch that match the atom and pass all clauses, and complete their scores; returns how
    many, and how many were looked at closely. `shape` as for `_pass_atom`, `limits`: what rounds, and the lowest score.
    """
    (atoms, clauses, number, seen), (docs, sums, found, listed, count) = shape, candidates
    atom = atoms[number]
    if atom[SLOP]:
        count = hold_rest(part, query, atom, limits, (docs, sums, found, listed, count))
    if len(seen):
        count = _unseen((docs, sums, found, listed, count), seen)
    of_atom = (atoms, clauses, number + 1, NO_TERM if atom[SLOP] else atom[FIRST])
    return _ask_clauses(part, query, of_atom, limits, (docs, sums, found, listed, count))


@jit()
def _finish_best(part: Part, query: Any, shape: Any, limits: Any, batch: Any) -> Any:
    """Offer those candidates for a phrase first that score most so far: where its words mean something together, these
    are the documents that hold it, and most of the others need not be looked at. Returns how many are kept by then, the
    lowest score wanted, and how many candidates are left.
    """
    (leaves, _), _, rests, (cursors, _) = query
    (_, lowest), (candidates, (order, out, size)) = limits, batch
    docs, sums, found, listed, count = candidates
    blocks = cursors[:, BLOCK].copy()
    some, count = take(greatest(sums[:count], PROMISING), candidates)
    passed, _ = _finish(part, query, shape, limits, some)
    out[2][COUNT] += passed
    size, lowest = offer_all((some[0], some[1], passed), lowest, (order, out, size))
    # The others begin again where these began.
    cursors[:, BLOCK] = blocks
    cursors[:, PLACE] = NOT_READ
    second = shape[0][shape[2], FIRST] + 1
    left = (docs, sums, found, listed, count)
    return size, lowest, give_up(part, leaves[second], (rests[second], lowest), left)


@jit()
def _pass_atom(part: Part, query: Any, shape: Any, limits: Any, best: Any) -> Any:
    """Offer the best of the documents that match an atom of the first clause; returns how many are kept by then, the
    lowest score wanted, and how many have been counted.

    `shape`: the atoms, the clauses, which atom; and which documents were seen, empty where no other atom has any.
    """
    ((leaves, weights), _, rests, (cursors, _)), (atoms, clauses, number, _) = query, shape
    (rounded_by, counted_first), (order, out, size, lowest, counted) = limits, best
    atom, known, room = atoms[number], np.inf, FIRST_BATCH if counted_first < ALL else LARGEST_BATCH
    first = atom[FIRST]
    tables_of_first = np.empty(256, np.uint32), np.empty(256, np.uint32)
    owned = room_for(LARGEST_BATCH), tables_of_first, common_terms(part[0], leaves, (atoms, clauses), number)
    (docs, sums, found, listed), tables, common = borrowed(owned)
    while cursors[first, BLOCK] < leaves[first, BLOCKS]:
        needed = lowest if counted >= counted_first else HOPELESS
        if needed != known:
            least_freqs(part[2][leaves[first, NORM]], (weights[first], needed), rests[first], tables)
            known = needed
            if tables[1][0] == NEVER:
                break
        of_batch = (docs[:room], sums[:room], found[:room], listed[:room])
        count, close = _next_batch(part, query, (atom, common), (rounded_by, needed, tables), of_batch)
        if atom[SLOP] and needed > HOPELESS and count > 2 * PROMISING:
            batch = ((docs, sums, found, listed, count), (order, out, size))
            size, lowest, count = _finish_best(part, query, shape, (rounded_by, needed), batch)
            needed = lowest
        count, closer = _finish(part, query, shape, (rounded_by, needed), (docs, sums, found, listed, count))
        counted += max(close, closer)
        out[2][COUNT] += count
        size, lowest = offer_all((docs, sums, count), lowest, (order, out, size))
        room = min(2 * room, LARGEST_BATCH)
    keep_alive(owned)
    return size, lowest, counted


@jit()
def _reached(part: Part, query: Any, shape: Any, limits: Any, best: Any) -> float:
    """A score that as many documents reach as there is room for: the lowest of the best among a few that promise most.
    `limits`: what rounds, and the lowest score wanted so far, returned where they are too few.

    The first clause begins with a term: of the few that promise most hardly any holds a phrase.
    """
    ((leaves, weights), _, rests, (cursors, _)), (atoms, clauses) = query, shape
    (rounded_by, lowest), (order, out) = limits, best
    first = atoms[0, FIRST]
    owned = room_for(SAMPLED)
    docs, sums, found, listed = borrowed(owned)
    of_term = ((weights[first], rounded_by), rests[first])
    count = list_promising(part, leaves[first], cursors[first], of_term, (docs, listed))
    sums[:] = 0.0
    of_atom = (atoms, clauses, 1, first)
    count, _ = _ask_clauses(part, query, of_atom, (rounded_by, lowest), (docs, sums, found, listed, count))
    reached = offer_all((docs, sums, count), lowest, (order, out, 0))[1]
    out[2][TIED] = 0
    out[2][LOOKED_AT] += cursors[:, LOOKED].sum()
    keep_alive(owned)
    return float(reached)


@jit("i8", PART, QUERY, LIMITS, (ORDER, OUT), ("const u4[:]", "const f8[:]", "u8[:]"))
def rank_beside(part: Part, query: Any, limits: Any, ranking: Any, given: Any) -> Any:
    """`rank_clauses`, with some documents given that are among those to choose from, whatever they pass.

    `given` are these, their scores, and a bit for each document of the segment, set where the clauses are not to be
    asked: for those, and perhaps for more. No bits if they are to be asked of all.
    """
    (terms, shape), (rounded_by, lowest, counted_first) = query, limits
    (order, out), (others, sums_of_others, seen) = ranking, given
    out[2][:] = 0
    part, out, order = borrowed(part), borrowed(out), borrowed(order)
    arranged, offsets, atoms, clauses = arrange(terms, shape)
    size, candidates = 0, (others, sums_of_others, len(others))
    if len(clauses) == 0:
        size, _ = offer_all(candidates, lowest, (order, out, 0))
        in_order(out, order, size)
        out[2][COUNT] = len(others)
        return size
    pruned, held = counted_first < ALL, np.zeros((len(arranged[0]), 128), np.uint32)
    rests = rests_by_length(part, arranged, rounded_by) if pruned else np.zeros((len(arranged[0]), 256))
    if len(seen) == 0 and clauses[0, 1] > 1:
        seen = np.zeros(end_of_documents(part[0], arranged[0]) // 64 + 1, np.uint64)
    owned, counted = ((arranged, offsets, rests, (fresh(len(held)), held)), (atoms, clauses, seen)), 0
    query, (atoms, clauses, seen) = borrowed(owned)
    if pruned and not atoms[0, SLOP] and len(out[0]) <= SAMPLED // 4 and arranged[0][0, BLOCKS] > MANY_BLOCKS:
        lowest = _reached(part, query, (atoms, clauses), (rounded_by, lowest), (order, out))
    size, lowest = offer_all(candidates, lowest, (order, out, 0))
    out[2][COUNT] = len(others)
    for number in range(clauses[0, 1]):
        rewind(query[3][0])
        best = (order, out, size, lowest, counted)
        of_atom = (atoms, clauses, number, seen)
        size, lowest, counted = _pass_atom(part, query, of_atom, (rounded_by, counted_first), best)
        out[2][LOOKED_AT] += query[3][0][:, LOOKED].sum()
    in_order(out, order, size)
    keep_alive(owned)
    return size


@jit("i8", PART, QUERY, LIMITS, (ORDER, OUT))
def rank_clauses(part: Part, query: Any, limits: Any, ranking: Any) -> Any:
    """See pruning.rank_clauses."""
    nobody = np.empty(0, np.uint32), np.empty(0), np.empty(0, np.uint64)
    return rank_beside(part, query, limits, ranking, nobody)
