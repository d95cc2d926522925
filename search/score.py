"""BM25 and its bounds. Pure: numbers in, numbers out.

    score(term, document) = weight * saturation          weight = boost * idf(term)
    saturation            = freq * (K1 + 1) / (freq + norm)
    norm                  = K1 * (1 - B + B * length / average length)

(Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", eq. 3.15.) The score of a word in several fields is
the sum over the fields, each with its own lengths and idf: what Whoosh calls BM25F. The length of a field is rounded to
one of 256 (`LENGTHS`), so all norms of a field are a table of 256 numbers, made once per generation of the index.

**Sums are exact.** Every term's score is rounded to a multiple of a tiny step, chosen so that no sum of the query needs
more digits than a float has. So additions never round: whatever the order in which a kernel adds, and whatever it
prunes, the same article gets the same score to the last bit, ties are ties, and a bound is never a hair too low.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import frexp, ldexp, log

import numpy as np
from numpy.typing import NDArray

from index.codec.lengths import LENGTHS as BYTE_LENGTHS

F64 = NDArray[np.float64]

K1 = 1.2
B = 0.75

# What each length byte stands for.
LENGTHS: F64 = BYTE_LENGTHS.astype(np.float64)

# Of a float's 53 binary digits these are left for a sum; the others keep the rounding below one part in 10 ** 15.
DIGITS = 50


def idf(doc_freq: int, documents: int) -> float:
    """How telling a term is, with Whoosh's smoothing: positive even for a term that stands in every document."""
    assert 0 <= doc_freq <= documents, f"{doc_freq=} {documents=}"
    return log(documents / (doc_freq + 1)) + 1


def norms(average_length: float) -> F64:
    """What is added to the frequency below the fraction, for each length byte: float64[256]."""
    return K1 * ((1 - B) + B * LENGTHS / (average_length or 1.0))


def flat_norms() -> F64:
    """The norms of a field without lengths: a term that stands there once scores exactly its weight."""
    return np.full(256, K1)


def saturation(freqs: F64, norm: F64) -> F64:
    """How much of a term's weight a document gets: rises with the frequency, and stays below K1 + 1."""
    gained: F64 = freqs * (K1 + 1)
    gained /= freqs + norm
    return gained


def most(weight: float) -> float:
    """What no document's score for a term exceeds."""
    return max(weight, 0.0) * (K1 + 1)


def rounder(weights: Iterable[float]) -> float:
    """The number R for which (score + R) - R rounds a score to a multiple of the query's step.

    `weights` are those of all terms of the query.
    """
    largest_sum = sum(map(abs, weights)) * (K1 + 1)
    step = ldexp(1.0, frexp(largest_sum)[1] - DIGITS)
    # Above 2 ** 52 floats lie one apart; the half more keeps the sum there when a score is negative.
    return 1.5 * 2.0**52 * step


def scores(weight: float, freqs: F64, norm: F64, rounded_by: float) -> F64:
    """The scores of one term in many documents, on the query's grid. Kernels repeat this, operation by operation."""
    found = saturation(freqs, norm)
    found *= weight
    # In place: arrays of a hundred thousand numbers are sooner changed than made.
    found += rounded_by
    found -= rounded_by
    return found
