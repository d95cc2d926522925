"""Most queries are words and phrases, all of them or any: planned here in one go, straight to the arrays of a kernel.

What plan.py says of And, Or, Not and Phrase holds here too, and the answers are the same; but where a query is nothing
but clauses of atoms (kernels/pruning.py), no tree is made of it. The loops cope with terms that a segment lacks, and
order the clauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeGuard

import numpy as np

from index.codec.inverted import I64
from search.collection import Collection
from search.kernels.pruning import Clauses
from search.kernels.weights import weigh
from search.query import And, Not, Or, Phrase, Query, Term
from search.score import F64

# Candidates are looked up in so many terms of a clause: with thousands, listing their documents costs less.
MOST_PROBED = 64


class Joined(NamedTuple):
    """Documents that pass the clauses of `shape` (kernels.pruning).

    `leaves` are the terms in each segment (int64[S, T, 10]), `weights` what each term weighs (float64[T]), `rounded_by`
    score.rounder of them; `postings` are those of all terms together. `matches` is how many documents would pass the
    clauses if the terms were strewn at random.
    """

    leaves: I64
    shape: Clauses
    weights: F64
    rounded_by: float
    postings: int
    matches: float


class _Parts(NamedTuple):
    """Field and text of every term, and its boost; terms and slop of every atom; how many atoms each clause has."""

    terms: list[tuple[str, str]]
    boosts: list[float]
    atoms: list[tuple[int, int]]
    clauses: list[int]


def joined(query: Query, collection: Collection) -> Joined | None:
    """Plan a query; None where it is more than clauses of terms and phrases."""
    parts = _parts(query, collection)
    if parts is None:
        return None
    leaves, weights = collection.look_up(parts.terms), np.array(parts.boosts)
    shape = _shape(tuple(parts.atoms), tuple(parts.clauses))
    rounded_by, postings, matches = weigh(leaves, collection.scale, shape, weights)
    return Joined(leaves, shape, weights, rounded_by, postings, matches)


@lru_cache(1024)
def _shape(atoms: tuple[tuple[int, int], ...], clauses: tuple[int, ...]) -> Clauses:
    """Clauses as arrays for kernels.pruning. Most queries have one of few shapes."""
    return np.array(atoms), np.array(clauses)


def _parts(query: Query, collection: Collection) -> _Parts | None:
    match query:
        case Term(field, text, boost):
            return _Parts([(field, text)], [boost], [(1, 0)], [1])
        case Or(children, minimum) if minimum <= 1 and _are_terms(children):
            return _of_terms(children, [len(children)])
        case And(children) if _are_terms(children):
            return _of_terms(children, [1] * len(children))
        case And(children) if children:
            return _gathered(children, collection)
        case _:
            return _gathered((query,), collection)


def _are_terms(queries: Sequence[Query]) -> TypeGuard[Sequence[Term]]:
    return set(map(type, queries)) == {Term}


def _of_terms(terms: Sequence[Term], clauses: list[int]) -> _Parts:
    return _Parts(
        [(term.field, term.text) for term in terms], [term.boost for term in terms], [(1, 0)] * len(terms), clauses
    )


def _gathered(parts: Sequence[Query], collection: Collection) -> _Parts | None:
    """The clauses of a conjunction; None where a part is more than one, or all are unwanted."""
    found = _Parts([], [], [], [])
    for part in parts:
        wanted = not isinstance(part, Not)
        choices = _choices(part.child if isinstance(part, Not) else part)
        if not choices or len(choices) > MOST_PROBED:
            return None
        for choice in choices:
            if not _add_atom(choice, found, collection):
                return None
        found.clauses.append(len(choices) if wanted else -len(choices))
    return found if max(found.clauses) > 0 else None


def _choices(query: Query) -> Sequence[Query]:
    """What a clause takes any of."""
    match query:
        case Or(children, minimum) if minimum <= 1:
            return children
        case _:
            return (query,)


def _add_atom(query: Query, found: _Parts, collection: Collection) -> bool:
    """Append a term or a phrase; False for anything else."""
    match query:
        case Term(field, text, boost):
            found.terms.append((field, text))
            found.boosts.append(boost)
            found.atoms.append((1, 0))
            return True
        case Phrase(field, texts, slop, boost) if texts and (len(texts) == 1 or field in collection.positional):
            found.terms.extend((field, text) for text in texts)
            found.boosts.extend([boost] * len(texts))
            found.atoms.append((len(texts), slop if len(texts) > 1 else 0))
            return True
        case _:
            return False
