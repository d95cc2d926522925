"""Candidates -> those of them that clauses of terms let pass: intersection and exclusion.

A clause is some terms of which a document must hold at least one, or none. Clauses are given as their terms one after
the other, and `sizes` (int64): how many terms each clause has, negative where a document must hold none of them.

The loops begin with the rarest clause, and the others cost what its documents cost: blocks in which no candidate lies
are skipped unread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Part, Sum, leaf_scores
from search.kernels.union import scan
from search.score import F64

# Whether a document must hold one of the terms, and the terms.
Clause = tuple[bool, Sum]


@kernel("search.kernels.narrow_loops")
def narrow(part: Part, terms: Sum, sizes: I64, limits: tuple[float, bool], candidates: tuple[U32, F64]) -> int:
    """Keep, in place and in order, the candidates that pass every clause; returns how many.

    The scores of the terms that a document holds of a clause are added to its own. `limits` are score.rounder, and
    whether scores are wanted at all.
    """
    return _narrowed(part, _rarest_first(terms, sizes), limits, candidates)


@kernel("search.kernels.narrow_loops")
def all_of(part: Part, terms: Sum, sizes: I64, limits: tuple[float, bool], out: tuple[U32, F64]) -> int:
    """Fill `out` with the documents that pass every clause, rising, and their scores; returns how many.

    `out` has room for the postings of any clause. The first clause is one of which a document must hold a term.
    """
    (_, first), *others = _rarest_first(terms, sizes)
    count = scan.twin(part, first, limits, out)
    return _narrowed(part, others, limits, (out[0][:count], out[1][:count]))


def _rarest_first(terms: Sum, sizes: I64) -> list[Clause]:
    """The clauses, those that must be held and have fewest postings first."""
    ends = np.cumsum(np.abs(sizes))[:-1]
    split = zip(sizes > 0, zip(np.split(terms[0], ends), np.split(terms[1], ends), strict=True), strict=False)
    return sorted(split, key=lambda clause: (not clause[0], clause[1][0][:, Leaf.POSTINGS].sum()))


def _narrowed(part: Part, clauses: Sequence[Clause], limits: tuple[float, bool], candidates: tuple[U32, F64]) -> int:
    docs, sums = candidates[0].copy(), candidates[1].copy()
    for must, terms in clauses:
        found, scores = _held(part, terms, limits[0], docs)
        kept = found == must
        docs, sums = docs[kept], sums[kept] + (scores[kept] if must and limits[1] else 0.0)
    candidates[0][: len(docs)], candidates[1][: len(docs)] = docs, sums
    return len(docs)


def _held(part: Part, terms: Sum, rounded_by: float, docs: U32) -> tuple[NDArray[np.bool_], F64]:
    """For each document whether it holds any of the terms, and the sum of their scores."""
    found, scores = np.zeros(len(docs), np.bool_), np.zeros(len(docs))
    for leaf, weight in zip(*terms, strict=True):
        holders, theirs = leaf_scores(part, leaf, weight, rounded_by)
        _, ours, places = np.intersect1d(docs, holders, assume_unique=True, return_indices=True)
        found[ours] = True
        scores[ours] += theirs[places]
    return found, scores
