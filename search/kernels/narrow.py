"""Candidates -> those of them that a conjunction lets pass: clauses of terms, some of them in the order of a phrase.

A clause is some terms of which a document must hold at least one, or none. Clauses are given as their terms one after
the other, and `sizes` (int64): how many terms each clause has, negative where a document must hold none of them. Where
all clauses are one term of one field, they may be a phrase, given by its slop: each term must stand 1 to `slop` behind
the one before. With a slop of 0 there is no phrase.

The loops ask the rarest clause first, and the others cost what its documents cost: blocks in which no candidate lies
are skipped unread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Part, Sum, among, leaf_scores
from search.kernels.phrase import has_place, in_order, places
from search.kernels.union import scan
from search.score import F64

LOOPS = "search.kernels.narrow_loops"
# The sizes of the clauses, and the slop of the phrase.
Conditions = tuple[I64, int]
NO_PHRASE = 0
TO_BE_LISTED = -1
# Candidates for a phrase that the twins look at together.
LOOKED_AT_TOGETHER = 16_384
# Whether a document must hold one of the terms, and the terms.
Clause = tuple[bool, Sum]


def narrow(
    part: Part, terms: Sum, conditions: Conditions, limits: tuple[float, bool], candidates: tuple[U32, F64]
) -> int:
    """Keep, in place and in order, the candidates that pass every clause and hold the phrase; returns how many.

    The scores of the terms that a document holds are added to its own. `conditions` are the sizes of the clauses and
    the phrase, `limits` are score.rounder and whether scores are wanted at all.
    """
    return pass_clauses(part, terms, (*conditions, len(candidates[0])), limits, candidates)


def all_of(part: Part, terms: Sum, conditions: Conditions, limits: tuple[float, bool], out: tuple[U32, F64]) -> int:
    """Fill `out` with the documents that pass every clause and hold the phrase, rising, and their scores; returns how
    many.

    `out` has room for the postings of any clause. Of one clause at least a document must hold a term.
    """
    return pass_clauses(part, terms, (*conditions, TO_BE_LISTED), limits, out)


@kernel(LOOPS)
def pass_clauses(
    part: Part, terms: Sum, conditions: tuple[I64, int, int], limits: tuple[float, bool], candidates: tuple[U32, F64]
) -> int:
    """`narrow` and `all_of`; `conditions` end with how many candidates there are, or TO_BE_LISTED."""
    sizes, slop, count = conditions
    clauses = _rarest_first(terms, sizes)
    if count == TO_BE_LISTED:
        (_, first), *clauses = clauses
        count = scan.twin(part, first, limits, candidates)
    some = candidates[0][:count], candidates[1][:count]
    return _narrowed(part, terms, (sizes, slop), limits, (some, clauses))


def _rarest_first(terms: Sum, sizes: I64) -> list[Clause]:
    """The clauses, those that must be held and have fewest postings first."""
    ends = np.cumsum(np.abs(sizes))[:-1]
    split = zip(sizes > 0, zip(np.split(terms[0], ends), np.split(terms[1], ends), strict=True), strict=False)
    return sorted(split, key=lambda clause: (not clause[0], clause[1][0][:, Leaf.POSTINGS].sum()))


def _side_by_side(part: Part, terms: Sum, limits: tuple[float, bool], candidates: tuple[U32, F64]) -> tuple[U32, F64]:
    """Of candidates that hold the rarest term, and are scored by it, those that hold all terms as an exact phrase.

    As soon as two terms are held it is seen, term by term, the rarest first, where the phrase may begin: that leaves
    few documents in which to look for the common terms.
    """
    (docs, sums), begins = candidates, None
    rarest, *others = np.argsort(terms[0][:, Leaf.POSTINGS], kind="stable").tolist()
    for offset in others:
        found, scores = _held(part, (terms[0][offset : offset + 1], terms[1][offset : offset + 1]), limits[0], docs)
        docs, sums = docs[found], sums[found] + (scores[found] if limits[1] else 0.0)
        begins = _begins(part, terms[0][rarest], rarest, docs) if begins is None else begins
        begins = begins[among(begins, _begins(part, terms[0][offset], offset, docs))[1]]
        kept = has_place(docs, begins)
        docs, sums = docs[kept], sums[kept]
    return docs, sums


def _begins(part: Part, leaf: I64, offset: int, docs: U32) -> I64:
    """Where a phrase would begin whose term at `offset` this is, in documents that all hold it."""
    stands = places(part, leaf, docs)
    return stands[(stands & 0xFFFFFFFF) >= offset] - offset


def _narrowed(
    part: Part,
    terms: Sum,
    conditions: Conditions,
    limits: tuple[float, bool],
    given: tuple[tuple[U32, F64], Sequence[Clause]],
) -> int:
    (candidates, clauses), (sizes, slop) = given, conditions
    docs, sums = candidates[0].copy(), candidates[1].copy()
    # Of an exact phrase only the rarest term is asked here, unless it was before.
    for must, clause in clauses if slop != 1 else clauses[: len(clauses) - len(sizes) + 1]:
        found, scores = _held(part, clause, limits[0], docs)
        kept = found == must
        docs, sums = docs[kept], sums[kept] + (scores[kept] if must and limits[1] else 0.0)
    if slop == 1:
        # So few at once that what is made on the way stays in the processor's cache, and needs no new memory.
        slices = [slice(start, start + LOOKED_AT_TOGETHER) for start in range(0, len(docs), LOOKED_AT_TOGETHER)]
        parts = [_side_by_side(part, terms, limits, (docs[some], sums[some])) for some in slices]
        docs = np.concatenate([docs[:0], *(each[0] for each in parts)])
        sums = np.concatenate([sums[:0], *(each[1] for each in parts)])
    if slop > 1 and len(docs):
        kept = in_order(part, terms[0], slop, docs)
        docs, sums = docs[kept], sums[kept]
    candidates[0][: len(docs)], candidates[1][: len(docs)] = docs, sums
    return len(docs)


def _held(part: Part, terms: Sum, rounded_by: float, docs: U32) -> tuple[NDArray[np.bool_], F64]:
    """For each document whether it holds any of the terms, and the sum of their scores."""
    found, scores = np.zeros(len(docs), np.bool_), np.zeros(len(docs))
    for leaf, weight in zip(*terms, strict=True):
        holders, theirs = leaf_scores(part, leaf, weight, rounded_by, docs)
        places, ours = among(docs, holders)
        found |= ours
        scores[ours] += theirs[places[ours]]
    return found, scores
