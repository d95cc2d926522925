"""Query + collection -> plan: what to look up, with statistics filled in, the rarest first and dead branches gone.

    Query                                          Plan
    words and phrases, all of them or any          Joined    planned at once by joined.py, because most queries are such
    Term, Prefix, Wildcard, Fuzzy, Or of these     Words     any of some terms; their scores add up
    And, Phrase                                    AllOf     every clause, some in order, within dates, without others
    Or of other things, or at least m of n         AtLeast
    DateRange                                      Dated
    Not                                            Without
    Everything, Nothing                            Everybody, Nobody

A plan is data: matching.py carries it out on each segment, explain.py shows it. Planning looks terms up and reads their
document frequencies; it looks at no posting.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from textwrap import shorten
from typing import NamedTuple

import numpy as np

from index.codec.inverted import I64
from index.schema import DATE_FIELDS
from search.collection import Collection
from search.errors import BadRequest
from search.expansion import expand
from search.joined import Joined, joined
from search.kernels.leaves import Leaf
from search.query import (
    And,
    DateRange,
    Everything,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Wildcard,
)
from search.score import rounder

# A query may look at so many postings: some tenths of a second. What it would look at beyond them is left out, the
# commonest words first, because they tell least; the answer says so.
MOST_POSTINGS = 20_000_000
# What a posting costs of the rarest term of a phrase: the others are looked up, and positions are read. Of alternatives
# so few are always searched: the fields of one phrase.
PHRASE_COST, LEAST_KEPT = 6, 4


class Words(NamedTuple):
    """Documents that hold any of these terms; their scores add up.

    Of each term its place among the leaves of the plan, in how many documents it stands, and what it weighs. `label` is
    how a reader would write it.
    """

    label: str
    places: tuple[int, ...]
    doc_freqs: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class InOrder:
    """A condition of AllOf: the clauses at these places, a term each, stand in this order, 1 to `slop` apart."""

    clauses: tuple[int, ...]
    slop: int


@dataclass(frozen=True, slots=True)
class Dated:
    """Documents whose date lies in [start, end); None is open. Scores 0."""

    field: str
    start: int | None
    end: int | None


class AllOf(NamedTuple):
    """Documents that match every clause and everything else named here. Scores add up; `without` scores nothing."""

    clauses: tuple[Words, ...] = ()
    phrases: tuple[InOrder, ...] = ()
    dated: tuple[Dated, ...] = ()
    others: tuple[Plan, ...] = ()
    without: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Documents that match at least `minimum` of the children; the scores of those that match add up."""

    children: tuple[Plan, ...]
    minimum: int


@dataclass(frozen=True, slots=True)
class Without:
    """Documents that do not match the child. Scores 0."""

    child: Plan


@dataclass(frozen=True, slots=True)
class Everybody:
    """All documents. Scores 0."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """No document."""


Plan = Words | AllOf | AtLeast | Dated | Without | Everybody | Nobody


class Planned(NamedTuple):
    """A plan, the leaves of its terms in each segment (kernels.leaves; int64[S, T, 10], all 0 where it lacks one),
    score.rounder of its weights, and what a reader should be told about it.
    """

    plan: Plan | Joined
    leaves: I64
    rounded_by: float
    warnings: tuple[str, ...] = ()


def plan(query: Query, collection: Collection, scored: bool = True) -> Planned:
    """Plan a query. Raises BadRequest for one that would cost too much and cannot be cut down."""
    found = joined(query, collection) if scored else None
    if found is not None and found.postings <= MOST_POSTINGS:
        return Planned(found, found.leaves, found.rounded_by)
    return Planned(*tree(query, collection))


def tree(query: Query, collection: Collection) -> tuple[Plan, I64, float, tuple[str, ...]]:
    """What `Planned` holds, with the plan always as a tree: what can be shown."""
    terms: list[tuple[str, str]] = []
    _gather(query, terms)
    planner = _Planner(collection, terms)
    made = planner.plan(query)
    return made, planner.all_leaves(), rounder(planner.weights), tuple(dict.fromkeys(planner.warnings))


def size(plan: Plan, documents: int) -> int:
    """How many documents a plan matches at most."""
    match plan:
        case Words():
            return min(sum(plan.doc_freqs), documents)
        case AllOf():
            return min((size(part, documents) for part in (*plan.clauses, *plan.others)), default=documents)
        case AtLeast():
            return min(sum(size(child, documents) for child in plan.children), documents)
        case Nobody():
            return 0
        case _:
            return documents


def _gather(query: Query, terms: list[tuple[str, str]]) -> None:
    """Append field and text of all terms that are to be looked up."""
    match query:
        case Term(field, text):
            terms.append((field, text))
        case Phrase(field, texts):
            terms += [(field, text) for text in texts]
        case And(children) | Or(children):
            for child in children:
                _gather(child, terms)
        case Not(child):
            _gather(child, terms)


class _Planner:
    """Plans parts of a query. `terms` are all that it names; those of its patterns are put behind them."""

    def __init__(self, collection: Collection, terms: Sequence[tuple[str, str]]) -> None:
        self.collection = collection
        self.places = {term: place for place, term in enumerate(terms)}
        self.leaves = [collection.look_up(terms)]
        self.known = len(terms)
        self.doc_freqs = [sum(freqs) for freqs in self.leaves[0][:, :, Leaf.POSTINGS].T.tolist()]
        self.weights: list[float] = []
        self.warnings: list[str] = []

    def all_leaves(self) -> I64:
        """The leaves of all terms so far."""
        return self.leaves[0] if len(self.leaves) == 1 else np.concatenate(self.leaves, axis=1)

    def plan(self, query: Query) -> Plan:
        """The plan of a query or of a part of it."""
        match query:
            case Term(field, text, boost):
                return self.term(field, text, boost)
            case And(children):
                return self.all_of([self.plan(child) for child in children])
            case Or(children, minimum):
                return self.any_of([self.plan(child) for child in children], max(minimum, 1))
            case Phrase():
                return self.phrase(query)
            case Prefix() | Wildcard() | Fuzzy():
                return self.pattern(query)
            case _:
                return self.unscored(query)

    def unscored(self, query: Query) -> Plan:
        """The plan of what only filters."""
        match query:
            case Not(child):
                return _without(self.plan(child))
            case DateRange(field, start, end) if field in DATE_FIELDS:
                return Dated(field, start, end)
            case Everything():
                return Everybody()
            case _:
                return Nobody()

    def term(self, field: str, text: str, boost: float) -> Words | Nobody:
        """The plan of a term that was looked up; its weight is noted."""
        place = self.places[field, text]
        doc_freq = self.doc_freqs[place]
        if not doc_freq:
            return Nobody()
        weight = self.collection.weight(field, doc_freq, boost)
        self.weights.append(weight)
        return Words(f"{field}:{text}", (place,), (doc_freq,), (weight,))

    def pattern(self, query: Prefix | Wildcard | Fuzzy) -> Words | Nobody:
        """The sum of the terms that a pattern stands for, whose leaves go behind all others."""
        collection = self.collection
        number = collection.field_numbers.get(query.field)
        found = expand(query, [None if number is None else shard.fields[number] for shard in collection.shards])
        if number is None or not found.doc_freqs:
            return Nobody()
        rows = [shard.locate(number, each) for shard, each in zip(collection.shards, found.numbers, strict=True)]
        self.leaves.append(np.array(rows))
        places = range(self.known, self.known + len(found.doc_freqs))
        self.known = places.stop
        weighted = [collection.weight(query.field, freq, query.boost) for freq in found.doc_freqs]
        self.weights += weighted
        return self.affordable(Words(found.label, tuple(places), found.doc_freqs, tuple(weighted)))

    def phrase(self, query: Phrase) -> Plan:
        """The plan of a phrase; nobody matches where a term is missing or the field keeps no positions."""
        clauses = [self.term(query.field, text, query.boost) for text in query.terms]
        words = [clause for clause in clauses if isinstance(clause, Words)]
        if not words or len(words) < len(clauses):
            return Nobody()
        if len(words) == 1:
            return words[0]
        if query.field not in self.collection.positional:
            return Nobody()
        return AllOf(tuple(words), (InOrder(tuple(range(len(words))), query.slop),))

    def all_of(self, plans: Sequence[Plan]) -> Plan:
        if any(isinstance(plan, Nobody) for plan in plans):
            return Nobody()
        parts = _Parts()
        for plan in plans:
            parts.add(plan)
        return Nobody() if any(isinstance(plan, Everybody) for plan in parts.without) else parts.joined()

    def any_of(self, plans: Sequence[Plan], minimum: int) -> Plan:
        """At least so many of some plans; terms become one sum."""
        alive = [plan for plan in plans if not isinstance(plan, Nobody)]
        if len(alive) < minimum:
            return Nobody()
        if minimum == len(alive):
            return self.all_of(alive)
        if minimum > 1:
            return self.counted(alive, minimum)
        words = [plan for plan in alive if isinstance(plan, Words)]
        others = [plan for plan in alive if not isinstance(plan, Words)]
        children = [*([self.affordable(_merged(words))] if words else []), *self.affordable_parts(others)]
        return children[0] if len(children) == 1 else AtLeast(tuple(children), 1)

    def counted(self, plans: Sequence[Plan], minimum: int) -> AtLeast:
        cost = sum(size(plan, self.collection.documents) for plan in plans)
        if cost > MOST_POSTINGS:
            raise BadRequest("q", f"{len(plans)} clauses of which {minimum} must match are too many for this archive.")
        return AtLeast(tuple(plans), minimum)

    def affordable_parts(self, parts: Sequence[Plan]) -> Sequence[Plan]:
        """Leave out the commonest of some alternatives that would cost too much together."""
        rarest_first = sorted(parts, key=self.cost)
        kept = max(bisect_right(list(accumulate(map(self.cost, rarest_first))), MOST_POSTINGS), LEAST_KEPT)
        if kept >= len(parts):
            return parts
        self.warnings.append(
            f"{len(parts)} phrases stand for too much of the archive: the {kept} most telling ones were searched."
        )
        return rarest_first[:kept]

    def cost(self, plan: Plan) -> int:
        """How many postings carrying out an alternative costs, more or less."""
        if isinstance(plan, AtLeast):
            return sum(map(self.cost, plan.children))
        return size(plan, self.collection.documents) * (PHRASE_COST if isinstance(plan, AllOf) else 1)

    def affordable(self, words: Words) -> Words:
        """Leave out the commonest terms of a sum that would cost too much."""
        if sum(words.doc_freqs) <= MOST_POSTINGS:
            return words
        words = most_telling_first(words)
        spent = list(accumulate(words.doc_freqs))
        kept = max(bisect_right(spent, MOST_POSTINGS), 1)
        self.warnings.append(
            f"{shorten(words.label, 60, placeholder=' …')} stands for too much of the archive: of its "
            f"{len(words.weights)} words the {kept} most telling ones were searched."
        )
        return Words(words.label, words.places[:kept], words.doc_freqs[:kept], words.weights[:kept])


def most_telling_first(words: Words) -> Words:
    """The same sum with its terms in the order of their weights."""
    terms = zip(words.weights, words.places, words.doc_freqs, strict=True)
    weighted, places, doc_freqs = zip(*sorted(terms, key=itemgetter(0), reverse=True), strict=True)
    return Words(words.label, places, doc_freqs, weighted)


def _merged(many: Sequence[Words]) -> Words:
    if len(many) == 1:
        return many[0]
    return Words(
        " OR ".join([words.label for words in many]),
        tuple([place for words in many for place in words.places]),
        tuple([doc_freq for words in many for doc_freq in words.doc_freqs]),
        tuple([weight for words in many for weight in words.weights]),
    )


def _without(child: Plan) -> Plan:
    match child:
        case Nobody():
            return Everybody()
        case Everybody():
            return Nobody()
        case _:
            return Without(child)


class _Parts:
    """The parts of a conjunction; a conjunction in a conjunction dissolves."""

    def __init__(self) -> None:
        self.clauses: list[Words] = []
        self.phrases: list[InOrder] = []
        self.dated: list[Dated] = []
        self.others: list[Plan] = []
        self.without: list[Plan] = []

    def add(self, plan: Plan) -> None:
        """Put a part where it belongs."""
        match plan:
            case Words():
                self.clauses.append(plan)
            case AllOf():
                self._add_all(plan)
            case Dated():
                self.dated.append(plan)
            case Without(child):
                self.without.append(child)
            case Everybody():
                pass
            case _:
                self.others.append(plan)

    def joined(self) -> Plan:
        """One thing alone is that thing; of nothing, everybody."""
        parts: list[Plan] = [*self.clauses, *self.dated, *self.others]
        if not parts and len(self.without) < 2:
            return Without(self.without[0]) if self.without else Everybody()
        if len(parts) == 1 and not self.without:
            return parts[0]
        columns = (self.clauses, self.phrases, self.dated, self.others, self.without)
        return AllOf(*map(tuple, columns))  # type: ignore[arg-type]  # mypy joins the columns

    def _add_all(self, plan: AllOf) -> None:
        moved = len(self.clauses)
        self.phrases += [InOrder(tuple(place + moved for place in each.clauses), each.slop) for each in plan.phrases]
        self.clauses += plan.clauses
        self.dated += plan.dated
        self.others += plan.others
        self.without += plan.without
