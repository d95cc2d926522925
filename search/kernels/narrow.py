"""Candidates -> those of them that clauses of terms let pass: intersection and exclusion.

A clause is some terms of which a document must hold at least one, or none. Clauses are given as their terms one after
the other, and `sizes` (int64): how many terms each clause has, negative where a document must hold none of them.

It costs what the candidates cost: blocks in which no candidate lies are skipped unread, so the caller begins with the
rarest clause.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import Part, Sum, leaf_scores
from search.kernels.union import scan
from search.score import F64


@kernel("search.kernels.narrow_loops")
def narrow(part: Part, terms: Sum, sizes: I64, limits: tuple[float, bool], candidates: tuple[U32, F64]) -> int:
    """Keep, in place and in order, the candidates that pass every clause; returns how many.

    The scores of the terms that a document holds of a clause are added to its own. `limits` are score.rounder, and
    whether scores are wanted at all.
    """
    docs, sums = candidates[0].copy(), candidates[1].copy()
    for size, clause in zip(sizes.tolist(), _clauses(terms, sizes), strict=True):
        found, scores = _held(part, clause, limits[0], docs)
        kept = found == (size > 0)
        docs, sums = docs[kept], sums[kept] + (scores[kept] if size > 0 and limits[1] else 0.0)
    candidates[0][: len(docs)], candidates[1][: len(docs)] = docs, sums
    return len(docs)


@kernel("search.kernels.narrow_loops")
def all_of(part: Part, terms: Sum, sizes: I64, limits: tuple[float, bool], out: tuple[U32, F64]) -> int:
    """Fill `out` as union.scan does for the terms of the first clause, narrowed by the others; returns how many.

    The first clause is one of which a document must hold a term.
    """
    first = int(sizes[0])
    count = scan.twin(part, (terms[0][:first], terms[1][:first]), limits, out)
    others = (terms[0][first:], terms[1][first:])
    return narrow.twin(part, others, sizes[1:], limits, (out[0][:count], out[1][:count]))


def _clauses(terms: Sum, sizes: I64) -> list[Sum]:
    ends = np.cumsum(np.abs(sizes))[:-1]
    split = zip(np.split(terms[0], ends), np.split(terms[1], ends), strict=True)
    return list(split)[: len(sizes)]


def _held(part: Part, terms: Sum, rounded_by: float, docs: U32) -> tuple[NDArray[np.bool_], F64]:
    """For each document whether it holds any of the terms, and the sum of their scores."""
    found, scores = np.zeros(len(docs), np.bool_), np.zeros(len(docs))
    for leaf, weight in zip(*terms, strict=True):
        holders, theirs = leaf_scores(part, leaf, weight, rounded_by)
        _, ours, places = np.intersect1d(docs, holders, assume_unique=True, return_indices=True)
        found[ours] = True
        scores[ours] += theirs[places]
    return found, scores
