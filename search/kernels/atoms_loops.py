"""Asking candidates for an atom, a term or a phrase, for the loops of `pruning` and `narrow`.

A query is a tuple of its terms in the order in which they are asked, the place of each in its phrase, what all behind
each can add to a document of each length, and of each a cursor and the block read there. Where nobody is to be given
up, because the lowest score wanted is HOPELESS, only the terms and their places are used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.arranging_loops import FIRST, SIZE, SLOP
from search.kernels.candidates_loops import HOPELESS, ask, keep, mark_all, probe, settle
from search.kernels.cursors_loops import LOOKED
from search.kernels.leaves import Leaf, Part
from search.kernels.phrase_loops import ABSENT, begin, has_rows, keep_rows, meet, near, postings_of, streams_of

BLOCKS = int(Leaf.BLOCKS)


@jit()
def ask_term(part: Part, query: Any, k: Any, limits: Any, candidates: Any) -> None:
    """Mark the candidates that hold term k, and add its score."""
    (leaves, weights), _, rests, (cursors, held) = query
    rounded_by, lowest = limits
    if not leaves[k, BLOCKS]:
        return
    if lowest == HOPELESS:
        looked = probe(part, leaves[k], (weights[k], rounded_by, True), candidates)
        if len(cursors):
            cursors[k, LOOKED] += looked
    else:
        of_term = ((weights[k], rounded_by), rests[k], lowest)
        ask(part, leaves[k], (cursors[k], held[k]), of_term, candidates)


@jit()
def _stand_in_order(part: Part, query: Any, atom: I64, candidates: Any) -> int:
    """Keep those candidates, which hold all terms of a phrase, in which they stand in order; returns how many."""
    (leaves, _), offsets, _, _ = query
    docs, _, found, count = candidates
    in_phrase = np.empty((atom[SIZE], leaves.shape[1]), np.int64)
    for k in range(atom[FIRST], atom[FIRST] + atom[SIZE]):
        in_phrase[offsets[k]] = leaves[k]
    near(part, in_phrase, atom[SLOP], docs[:count], found[:count])
    return int(keep(candidates, True))


@jit()
def hold_phrase(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Keep those candidates, which hold the first term of a phrase, that hold it all, and add its scores; returns how
    many, and how many of them held two terms.

    Whether two terms of an exact phrase stand in their places is seen before the next one is asked for: that leaves few
    documents in which to look for the common terms, which stand everywhere.
    """
    (leaves, _), offsets, _, _ = query
    docs, sums, found, count = candidates
    first, end, exact, of_two = atom[FIRST], atom[FIRST] + atom[SIZE], atom[SLOP] == 1, count
    ends, rows, streams = np.empty(count, np.int64), np.empty(0, np.int64), np.empty((count, 3), np.int64)
    for k in range(first + 1, end):
        mark_all((docs, sums, found, count), ABSENT)
        ask_term(part, query, k, limits, (docs, sums, found, count))
        if exact and k > first + 1:
            settle((docs, sums, found, count))
            keep_rows(rows, ends[:count], found)
        count = keep((docs, sums, found, count), True)
        if k == first + 1:
            of_two = count
            if exact:
                postings_of(part[0], leaves[first], docs[:count], ends)
                streams_of(part[0], leaves[first], ends[:count], streams)
                rows = begin(part[4], streams[:count], offsets[first], ends)
        if exact:
            streams_of(part[0], leaves[k], found[:count], streams)
            meet(part[4], streams[:count], offsets[k], rows, ends)
            has_rows(ends[:count], found)
            keep_rows(rows, ends[:count], found)
            count = keep((docs, sums, found, count), True)
    if not exact:
        count = _stand_in_order(part, query, atom, (docs, sums, found, count))
    return count, of_two


@jit()
def _ask_phrase(part: Part, query: Any, atom: I64, limits: Any, candidates: Any) -> Any:
    """Mark the candidates that hold a phrase, and add its scores; returns how many held its two rarest terms."""
    docs, sums, found, count = candidates
    ours = (docs[:count].copy(), sums[:count].copy(), np.full(count, ABSENT))
    ask_term(part, query, atom[FIRST], limits, (*ours, count))
    held = keep((*ours, count), True)
    held, of_two = hold_phrase(part, query, atom, limits, (*ours, held))
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
    ask_term(part, query, atom[FIRST], limits, candidates)
    return 0
