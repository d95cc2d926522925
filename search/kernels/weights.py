"""What the terms of a query weigh in a collection: looked up, counted over all segments, and weighed in one go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64
from search.kernels.leaves import Leaf
from search.score import F64, idf, rounder

# How many documents the collection has, and of each field whether it holds keywords.
Scale = tuple[int, NDArray[np.bool_]]


@kernel("search.kernels.weights_loops")
def weigh(leaves: I64, scale: Scale, weights: F64) -> tuple[float, int, float]:
    """Turn boosts into weights, in place: a keyword counts as it is, a word by how telling it is, an unknown one not
    at all. Returns score.rounder of the weights, how many postings the terms have together, and how many documents
    would hold all of them if they were strewn at random.

    `leaves` are those of the terms in each segment, int64[S, T, 8]; `weights` are float64[T].
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
    # One after the other, as the loop does: a product of floats depends on its order.
    together = float(documents)
    for doc_freq in doc_freqs.tolist():
        together *= doc_freq / documents
    return rounder(weights.tolist()), int(doc_freqs.sum()), together
