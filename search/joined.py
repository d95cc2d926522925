"""Most queries are words, all of them or any, or a phrase: planned here in one go, straight to the arrays of a kernel.

What plan.py says of And, Or, Not and Phrase holds here too, and the answers are the same; but where a query is nothing
but clauses of terms, no tree is made of it. The loops cope with terms that a segment lacks, and order the clauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeGuard

import numpy as np

from index.codec.inverted import I64
from search.collection import Collection
from search.kernels.weights import weigh
from search.query import And, Not, Or, Phrase, Query, Term
from search.score import F64

# Candidates are looked up in so many terms of a clause: with thousands, listing their documents costs less.
MOST_PROBED = 64


class Joined(NamedTuple):
    """Documents that pass clauses of terms, and hold the terms as a phrase where `slop` is not 0.

    `leaves` are the terms in each segment (int64[S, T, 8]), `sizes` the clauses (kernels.narrow), `weights` what each
    term weighs (float64[T]), `rounded_by` score.rounder of them; `postings` are those of all terms together. Where all
    terms have to be held, `matches` is how many documents would do so if the terms were strewn at random.
    """

    leaves: I64
    sizes: I64
    weights: F64
    slop: int
    rounded_by: float
    postings: int
    matches: float | None


class _Clauses(NamedTuple):
    """Field and text of every term, its boost, the sizes of the clauses, the slop of a phrase (0: there is none)."""

    terms: list[tuple[str, str]]
    boosts: list[float]
    sizes: list[int]
    slop: int = 0


def joined(query: Query, collection: Collection) -> Joined | None:
    """Plan a query; None where it is more than clauses of terms."""
    found = _clauses(query, collection)
    if found is None:
        return None
    terms, boosts, sizes, slop = found
    leaves, weights = collection.look_up(terms), np.array(boosts)
    rounded_by, postings, together = weigh(leaves, collection.scale, weights)
    matches = together if len(sizes) == len(terms) and min(sizes) > 0 else None
    return Joined(leaves, np.array(sizes), weights, slop, rounded_by, postings, matches)


def _clauses(query: Query, collection: Collection) -> _Clauses | None:
    match query:
        case Term(field, text, boost):
            return _Clauses([(field, text)], [boost], [1])
        case Phrase(field, texts, slop, boost) if len(texts) > 1 and field in collection.positional:
            return _Clauses([(field, text) for text in texts], [boost] * len(texts), [1] * len(texts), slop)
        case Or(children, minimum) if minimum <= 1 and _are_terms(children):
            return _listed(children, [len(children)])
        case And(children) if _are_terms(children):
            return _listed(children, [1] * len(children))
        case And(children) if children:
            return _gathered(children)
        case _:
            return None


def _are_terms(queries: Sequence[Query]) -> TypeGuard[Sequence[Term]]:
    return set(map(type, queries)) == {Term}


def _listed(terms: Sequence[Term], sizes: list[int]) -> _Clauses:
    return _Clauses([(term.field, term.text) for term in terms], [term.boost for term in terms], sizes)


def _gathered(parts: Sequence[Query]) -> _Clauses | None:
    """The clauses of a conjunction; None where a part is more than one, or all are unwanted."""
    terms: list[Term] = []
    sizes: list[int] = []
    for part in parts:
        wanted = not isinstance(part, Not)
        choices = _choices(part.child if isinstance(part, Not) else part)
        if not choices or len(choices) > MOST_PROBED:
            return None
        terms += choices
        sizes.append(len(choices) if wanted else -len(choices))
    return _listed(terms, sizes) if max(sizes) > 0 else None


def _choices(query: Query) -> Sequence[Term]:
    """The terms of which a clause takes any; none where it is more than that."""
    match query:
        case Term():
            return (query,)
        case Or(children, minimum) if minimum <= 1 and _are_terms(children):
            return children
        case _:
            return ()
