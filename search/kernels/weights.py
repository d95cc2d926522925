"""What the terms of a query weigh in a collection: looked up, counted over all segments, and weighed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import islice
from math import prod
from operator import add

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64
from search.kernels.leaves import Leaf
from search.kernels.pruning import Clauses
from search.score import F64, idf, rounder

# How many documents the collection has, and of each field whether it holds keywords.
Scale = tuple[int, NDArray[np.bool_]]


@kernel("search.kernels.weights_loops")
def weigh(leaves: I64, scale: Scale, shape: Clauses, weights: F64) -> tuple[float, int, float]:
    """Turn boosts into weights, in place: a keyword counts as it is, a word by how telling it is, an unknown one not
    at all. Returns score.rounder of the weights, how many postings the terms have together, and how many documents
    would pass the clauses of `shape` (kernels.pruning) if the terms were strewn at random.

    `leaves` are those of the terms in each segment, int64[S, T, 10]; `weights` are float64[T].
    """
    documents, keywords = scale
    doc_freqs = leaves[:, :, Leaf.POSTINGS].sum(axis=0)
    # A segment that lacks the term says field 0.
    fields = leaves[:, :, Leaf.NORM].max(axis=0, initial=0)
    for term, doc_freq in enumerate(doc_freqs.tolist()):
        if not doc_freq:
            weights[term] = 0.0
        elif not keywords[fields[term]]:
            weights[term] *= idf(doc_freq, documents)
    return rounder(weights.tolist()), int(doc_freqs.sum()), strewn(doc_freqs.tolist(), shape, documents)


def strewn(doc_freqs: Sequence[int], shape: Clauses, documents: int) -> float:
    """How many documents would pass the clauses if terms with these document frequencies were strewn at random."""
    shares = (doc_freq / documents for doc_freq in doc_freqs)
    atoms = iter([prod(islice(shares, size)) for size, _ in shape[0].tolist()])
    clauses = [(size > 0, min(reduce(add, islice(atoms, abs(size)), 0.0), 1.0)) for size in shape[1].tolist()]
    return prod((share for must, share in clauses if must), start=float(documents))
