"""The loops of `top`, for numba: a heap whose root is the worst document kept."""

from __future__ import annotations

from typing import Any

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.top import MOST_TIED, TIED

OUT = ("u4[:]", "f8[:]", "i8[:]", "u4[:]")
ORDER = ("const i8[:]", "f8", "i8")


@jit()
def is_worse(score: float, doc: Any, other_score: float, other: Any, dates: Any) -> Any:
    """Whether the first document comes after the other in a ranking."""
    if score != other_score:
        return score < other_score
    if dates[doc] != dates[other]:
        return dates[doc] < dates[other]
    return doc > other


@jit()
def _sink(out: Any, dates: I64, size: int, at: int) -> None:
    """Let the document at `at` sink until neither of its children is worse."""
    docs, scores = out
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and is_worse(scores[child + 1], docs[child + 1], scores[child], docs[child], dates):
            child += 1
        if is_worse(scores[at], docs[at], scores[child], docs[child], dates):
            return
        docs[at], docs[child] = docs[child], docs[at]
        scores[at], scores[child] = scores[child], scores[at]
        at = child


@jit()
def _rise(out: Any, dates: I64, at: int) -> None:
    """Let the document at `at` rise while it is worse than its parent."""
    docs, scores = out
    while at > 0:
        parent = (at - 1) // 2
        if not is_worse(scores[at], docs[at], scores[parent], docs[parent], dates):
            return
        docs[at], docs[parent] = docs[parent], docs[at]
        scores[at], scores[parent] = scores[parent], scores[at]
        at = parent


@jit()
def ties(score: float, doc: Any, other_score: float, other: Any, dates: Any) -> bool:
    """Whether only their ids can decide between two documents."""
    return score == other_score and dates[doc] == dates[other]


@jit()
def _leave_out(out: Any, doc: Any) -> None:
    """Note a document that ties with the root."""
    if out[2][TIED] < MOST_TIED:
        out[3][out[2][TIED]] = doc
    out[2][TIED] += 1


@jit()
def offer(out: Any, order: Any, size: int, doc: Any, score: float) -> int:
    """Keep the document if there is room or if it is better than the root; returns how many are kept.

    Those that tie with the root and were turned away or thrown out are noted.
    """
    docs, scores, facts, _ = out
    dates, first_score, first_date = order
    if score > first_score or (score == first_score and dates[doc] > first_date):
        return size
    if size < len(docs):
        docs[size], scores[size] = doc, score
        _rise((docs, scores), dates, size)
        return size + 1
    if is_worse(score, doc, scores[0], docs[0], dates):
        if ties(score, doc, scores[0], docs[0], dates):
            _leave_out(out, doc)
        return size
    lost, lost_score = docs[0], scores[0]
    docs[0], scores[0] = doc, score
    _sink((docs, scores), dates, size, 0)
    # Whatever was lost before tied with this one: it ties with the new root only if this one does.
    if ties(lost_score, lost, scores[0], docs[0], dates):
        _leave_out(out, lost)
    else:
        facts[TIED] = 0
    return size


@jit()
def in_order(out: Any, order: Any, size: int) -> None:
    """Turn the heap into a ranking, best first."""
    (docs, scores, _, _), dates = out, order[0]
    for end in range(size - 1, 0, -1):
        docs[0], docs[end] = docs[end], docs[0]
        scores[0], scores[end] = scores[end], scores[0]
        _sink((docs, scores), dates, end, 0)


@jit("i8", ("const u4[:]", "const f8[:]"), ORDER, OUT)
def best(found: Any, order: Any, out: Any) -> int:
    """See top.best."""
    docs, scores = found
    out[2][TIED] = 0
    size = 0
    for k in range(len(docs)):
        # Most documents lose by their score alone; the heap is asked only about the others.
        if size < len(out[0]) or scores[k] >= out[1][0]:
            size = offer(out, order, size, docs[k], scores[k])
    in_order(out, order, size)
    return size
