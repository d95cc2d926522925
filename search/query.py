"""The query tree: our own values, known to every engine and owned by none.

Leaves hold analysed terms, never a reader's raw text: `parse.py` turns the one into the other, so that every engine
looks up the same words. Scores follow Whoosh's BM25F, which is BM25 per field, summed over the fields of a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every article, with score 0."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches no article."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term in one field."""

    field: str
    text: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms in this order in one field; `slop` is the greatest distance between neighbours, 1 for side by side."""

    field: str
    terms: tuple[str, ...]
    slop: int = 1
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every term of the field that begins so; the scores of the terms add up."""

    field: str
    text: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Every term of the field that the pattern fits: `*` is any run of characters, `?` one character."""

    field: str
    pattern: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Every term of the field within `distance` edits (Levenshtein) that shares its first `prefix` characters."""

    field: str
    text: str
    distance: int = 1
    prefix: int = 1
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class DateRange:
    """Articles whose `field` (published or modified) lies in [start, end), in seconds since 1970 UTC; None is open.

    Scores 0: it filters.
    """

    field: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class And:
    """Articles that match every child; `Not` children exclude. Scores add up."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Articles that match at least `minimum` of the children. Scores of the matching children add up."""

    children: tuple[Query, ...]
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    """Articles that do not match the child. Scores 0."""

    child: Query


Leaf = Term | Phrase | Prefix | Wildcard | Fuzzy | DateRange | Everything | Nothing
Query = Leaf | And | Or | Not


def positive_leaves(query: Query) -> Iterator[Leaf]:
    """Yield the leaves that can make an article match, from left to right: those not under a `Not`."""
    match query:
        case And(children) | Or(children):
            for child in children:
                yield from positive_leaves(child)
        case Not():
            return
        case _:
            yield query
