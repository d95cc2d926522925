"""Asking candidates for an atom, a term or a phrase, for the loops of `pruning` and `narrow`.

A query is a tuple of its terms in the order in which they are asked, the place of each in its phrase, what all behind
each can add to a document of each length, and of each a cursor and the block read there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.arranging_loops import FIRST, SIZE, SLOP
from search.kernels.borrowing_loops import borrowed, keep_alive
from search.kernels.candidates_loops import HOPELESS, add, find, find_in_bitmap, keep, keep_in_bitmap, settle
from search.kernels.cursors_loops import LOOKED
from search.kernels.leaves import Leaf, Part
from search.kernels.phrase_loops import ABSENT, begin, has_rows, keep_rows, meet, near, streams_of

BITMAP = int(Leaf.BITMAP)
# Of candidates that no term has listed.
NO_TERM = -1


@jit()
def find_term(part: Part, query: Any, k: Any, limits: Any, candidates: Any) -> None:
    """Mark the candidates that hold term k. `limits`: what rounds, and the lowest score wanted."""
    (leaves, weights), _, rests, (cursors, held) = query
    find(part, leaves[k], (cursors[k], held[k]), ((weights[k], limits[0]), rests[k], limits[1]), candidates)


@jit()
def _keep_those_with(part: Part, query: Any, k: Any, limits: Any, candidates: Any) -> Any:
    """Keep those candidates that hold term k; returns how many. `limits` as for `find_term`."""
    leaf = query[0][0][k]
    if leaf[BITMAP]:
        docs, sums, found, listed, count = candidates
        query[3][0][k, LOOKED] += count
        count = keep_in_bitmap(part[0], leaf, candidates)
        find_in_bitmap(part[0], leaf, (docs, sums, found, listed, count))
        return count
    find_term(part, query, k, limits, candidates)
    return keep(candidates, True)


@jit()
def add_term(part: Part, query: Any, posted: Any, limits: Any, candidates: Any) -> None:
    """Add what candidates score by a term, given which, and the number of the posting of each. `limits`: what rounds,
    and the lowest score wanted.
    """
    ((leaves, weights), _, rests, _), (k, postings) = query, posted
    if weights[k] != 0.0 or limits[1] > HOPELESS:
        add(part, leaves[k], ((weights[k], limits[0]), rests[k], limits[1]), postings, candidates)


@jit()
def hold_term(part: Part, query: Any, terms: Any, limits: Any, candidates: Any) -> Any:
    """Keep those candidates that hold a term, and add its score, and that of the term that listed them; returns how
    many, and how many of them hold the term. `terms` are the two, the second one NO_TERM if they have its score.

    Most candidates hold only the term that listed them: it is not asked what they score before that is known.
    """
    (k, listed_by), (rounded_by, lowest) = terms, limits
    docs, sums, found, listed, count = candidates
    to_find = (rounded_by, lowest if listed_by == NO_TERM else HOPELESS)
    count = _keep_those_with(part, query, k, to_find, (docs, sums, found, listed, count))
    holding = count
    if listed_by != NO_TERM:
        add_term(part, query, (listed_by, listed), (rounded_by, HOPELESS), (docs, sums, found, listed, count))
    add_term(part, query, (k, found), limits, (docs, sums, found, listed, count))
    if lowest > HOPELESS:
        count = keep((docs, sums, found, listed, count), True)
    return count, holding


@jit()
def _stand_in_order(part: Part, query: Any, atom: I64, candidates: Any) -> int:
    """Keep those candidates, which hold all terms of a phrase, in which they stand in order; returns how many."""
    (leaves, _), offsets, _, _ = query
    docs, _, found, _, count = candidates
    in_phrase = np.empty((atom[SIZE], leaves.shape[1]), np.int64)
    for k in range(atom[FIRST], atom[FIRST] + atom[SIZE]):
        in_phrase[offsets[k]] = leaves[k]
    near(part, in_phrase, atom[SLOP], docs[:count], found[:count])
    return int(keep(candidates, True))


@jit()
def hold_pair(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Keep those candidates, which the first term of a phrase has listed, that hold the second one; returns how many,
    and how many of them were looked at closely. They have the scores of both unless `hold_rest` is to add them.
    """
    pair = (atom[FIRST] + 1, atom[FIRST])
    if not _is_scored_last(atom, limits):
        return hold_term(part, query, pair, limits, candidates)
    count = _keep_those_with(part, query, pair[0], limits, candidates)
    return count, count


@jit()
def _is_scored_last(atom: I64, limits: Any) -> Any:
    """Whether a phrase is looked for before its terms are scored: where nobody is given up for a low score."""
    return atom[SLOP] == 1 and limits[1] == HOPELESS


@jit()
def _stand_side_by_side(part: Part, query: Any, k: Any, places: Any, candidates: Any) -> Any:
    """Keep those candidates, which hold term k, in which it stands where the phrase wants it; returns how many.
    `places`: the rows of places so far, where they end, and room for streams.
    """
    ((leaves, _), offsets, _, _), (rows, ends, streams), (docs, sums, found, listed, count) = query, places, candidates
    streams_of(part[0], leaves[k], found[:count], streams)
    meet(part[4], streams[:count], offsets[k], rows, ends)
    has_rows(ends[:count], found)
    keep_rows(rows, ends[:count], found)
    return keep((docs, sums, found, listed, count), True)


@jit()
def _hold_exact(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """`hold_rest`, for a phrase whose terms stand side by side.

    Whether two terms stand in their places is seen before the next one is asked for: that leaves few documents in which
    to look for the common terms, which stand everywhere.
    """
    (leaves, _), offsets, _, _ = query
    docs, sums, found, listed, count = candidates
    first, scored_last = atom[FIRST], _is_scored_last(atom, limits)
    room = np.empty(count, np.int64), np.empty((count, 3), np.int64)
    ends, streams = borrowed(room)
    streams_of(part[0], leaves[first], listed[:count], streams)
    all_rows = begin(part[4], streams[:count], offsets[first], ends)
    rows = borrowed(all_rows)
    for k in range(first + 1, first + atom[SIZE]):
        if k > first + 1:
            find_term(part, query, k, limits, (docs, sums, found, listed, count))
            if not scored_last:
                add_term(part, query, (k, found), limits, (docs, sums, found, listed, count))
                settle((docs, sums, found, listed, count))
            keep_rows(rows, ends[:count], found)
            count = keep((docs, sums, found, listed, count), True)
        count = _stand_side_by_side(part, query, k, (rows, ends, streams), (docs, sums, found, listed, count))
        if scored_last:
            if k == first + 1:
                add_term(part, query, (first, listed), limits, (docs, sums, found, listed, count))
            add_term(part, query, (k, found), limits, (docs, sums, found, listed, count))
    keep_alive((room, all_rows))
    return count


@jit()
def hold_rest(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Keep those candidates that `hold_pair` has kept which hold the whole phrase, and add the other scores; returns
    how many.
    """
    if atom[SLOP] == 1:
        return _hold_exact(part, query, atom, limits, candidates)
    docs, sums, found, listed, count = candidates
    for k in range(atom[FIRST] + 2, atom[FIRST] + atom[SIZE]):
        count, _ = hold_term(part, query, (k, NO_TERM), limits, (docs, sums, found, listed, count))
    return _stand_in_order(part, query, atom, (docs, sums, found, listed, count))


@jit()
def hold_phrase(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Keep those candidates, which the first term of a phrase has listed, that hold it all, and add its scores; returns
    how many, and how many of them held two terms.
    """
    docs, sums, found, listed, _ = candidates
    count, of_two = hold_pair(part, query, atom, limits, candidates)
    return hold_rest(part, query, atom, limits, (docs, sums, found, listed, count)), of_two


@jit()
def list_by(part: Part, query: Any, k: Any, rounded_by: float, candidates: Any) -> Any:
    """Keep those candidates that hold term k, as if it had listed them; returns how many."""
    _, _, found, listed, _ = candidates
    count = _keep_those_with(part, query, k, (rounded_by, HOPELESS), candidates)
    for place in range(count):
        listed[place] = found[place]
    return count


@jit()
def pass_phrase(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """`hold_phrase`, of any candidates: what has listed them is forgotten."""
    docs, sums, found, listed, _ = candidates
    count = list_by(part, query, atom[FIRST], limits[0], candidates)
    return hold_phrase(part, query, atom, limits, (docs, sums, found, listed, count))


@jit()
def _ask_phrase(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Mark the candidates that hold a phrase, and add its scores; returns how many held its two rarest terms."""
    docs, sums, found, _, count = candidates
    ours = (docs[:count].copy(), sums[:count].copy(), np.empty(count, np.int64), np.empty(count, np.int64))
    held, of_two = pass_phrase(part, query, atom, limits, (*ours, count))
    at = 0
    for k in range(held):
        while docs[at] < ours[0][k]:
            at += 1
        sums[at], found[at] = ours[1][k], 0
    return of_two


@jit()
def ask_atom(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Mark the candidates that match an atom, and add its scores; returns how many it cost the look at positions."""
    if atom[SLOP]:
        return _ask_phrase(part, query, atom, limits, candidates)
    docs, sums, found, listed, count = candidates
    owned = np.empty(count, np.int64)
    here = borrowed(owned)
    find_term(part, query, atom[FIRST], limits, (docs, sums, here, listed, count))
    add_term(part, query, (atom[FIRST], here), limits, (docs, sums, found, listed, count))
    for k in range(count):
        found[k] = here[k] if here[k] != ABSENT else found[k]
    keep_alive(owned)
    return 0
