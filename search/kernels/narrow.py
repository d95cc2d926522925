"""Candidates -> those of them that clauses of terms let pass: intersection and exclusion.

A clause is a group of terms (column GROUP of their rows, counted from 0, rising) of which a document must hold at least
one, or none. It costs what the candidates cost: blocks in which no candidate lies are skipped unread, so the caller
begins with the rarest clause.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import U32
from search.kernels.leaves import Leaf, Part, Sum, leaf_scores
from search.kernels.union import scan
from search.score import F64

Bools = NDArray[np.bool_]


@kernel("search.kernels.narrow_loops")
def narrow(part: Part, terms: Sum, wanted: Bools, limits: tuple[float, bool], candidates: tuple[U32, F64]) -> int:
    """Keep, in place and in order, the candidates that pass every clause; returns how many.

    `wanted` says for each clause whether a document must hold one of its terms, and then the scores of those that it
    holds are added to its own; or must hold none. `limits` are score.rounder, and whether scores are wanted at all.
    """
    docs, sums = candidates[0].copy(), candidates[1].copy()
    for group, must in enumerate(wanted.tolist()):
        found, scores = _clause(part, terms, group, limits[0], docs)
        kept = found == must
        docs, sums = docs[kept], sums[kept] + (scores[kept] if must and limits[1] else 0.0)
    candidates[0][: len(docs)], candidates[1][: len(docs)] = docs, sums
    return len(docs)


@kernel("search.kernels.narrow_loops")
def all_of(part: Part, terms: Sum, wanted: Bools, limits: tuple[float, bool], out: tuple[U32, F64]) -> int:
    """Fill `out` as union.scan does for the terms of the first clause, narrowed by the others; returns how many.

    The first clause is a wanted one.
    """
    first = terms[0][:, Leaf.GROUP] == 0
    if not first.any():
        return 0
    count = scan.twin(part, (terms[0][first], terms[1][first]), limits, out)
    others = terms[0][~first]
    others[:, Leaf.GROUP] -= 1
    return narrow.twin(part, (others, terms[1][~first]), wanted[1:], limits, (out[0][:count], out[1][:count]))


def _clause(part: Part, terms: Sum, group: int, rounded_by: float, docs: U32) -> tuple[Bools, F64]:
    found, scores = np.zeros(len(docs), np.bool_), np.zeros(len(docs))
    for leaf, weight in zip(*terms, strict=True):
        if leaf[Leaf.GROUP] == group:
            _, ours, theirs = np.intersect1d(docs, (pair := leaf_scores(part, leaf, weight, rounded_by))[0], True, True)
            found[ours] = True
            scores[ours] += pair[1][theirs]
    return found, scores
