"""The loop of `weights`, for numba: operation by operation what search.score says."""

from __future__ import annotations

from math import frexp, ldexp, log
from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.leaves import Leaf
from search.score import DIGITS, F64, K1

NORM, POSTINGS = int(Leaf.NORM), int(Leaf.POSTINGS)


@jit()
def _strewn(shares: F64, shape: Any, documents: int) -> float:
    """How many documents would pass the clauses if terms with these shares of them were strewn at random."""
    atoms, clauses = shape
    passing, term, atom = np.float64(documents), 0, 0
    for size in clauses:
        of_clause = 0.0
        for _ in range(abs(size)):
            of_atom = 1.0
            for _ in range(atoms[atom, 0]):
                of_atom *= shares[term]
                term += 1
            of_clause += of_atom
            atom += 1
        passing *= min(of_clause, 1.0) if size > 0 else 1.0
    return float(passing)


@jit(
    ("f8", "i8", "f8"), "const i8[:, :, :]", ("i8", "const b1[:]"), ("const i8[:, :]", "const i8[:]"), "f8[:]",
    brief=True,
)  # fmt: skip
def weigh(leaves: I64, scale: Any, shape: Any, weights: F64) -> Any:
    """See weights.weigh."""
    documents, keywords = scale
    postings, largest_sum, shares = np.int64(0), 0.0, np.empty(len(weights))
    for term in range(len(weights)):
        doc_freq, field = np.int64(0), np.int64(0)
        for segment in range(len(leaves)):
            doc_freq += leaves[segment, term, POSTINGS]
            field = max(field, leaves[segment, term, NORM])
        if not doc_freq:
            weights[term] = 0.0
        elif not keywords[field]:
            weights[term] *= log(documents / (doc_freq + 1)) + 1
        postings += doc_freq
        shares[term] = doc_freq / documents
        largest_sum += abs(weights[term])
    step = ldexp(1.0, frexp(largest_sum * (K1 + 1))[1] - DIGITS)
    return 1.5 * 2.0**52 * step, postings, _strewn(shares, shape, documents)
