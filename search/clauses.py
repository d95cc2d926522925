"""Plan -> the clauses of atoms that kernels.pruning takes, and what is left of the plan as a mask over documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from index.codec.inverted import I64
from search.joined import MOST_PROBED
from search.kernels.leaves import Sum
from search.kernels.pruning import Clauses
from search.plan import AllOf, AtLeast, Plan, Words


class Atom(NamedTuple):
    """A term, or the terms of a phrase: the place of each among the leaves of the plan, its document frequency and its
    weight. `slop` is that of the phrase, 0 for a term.
    """

    places: tuple[int, ...]
    doc_freqs: tuple[int, ...]
    weights: tuple[float, ...]
    slop: int = 0


class Conjunction(NamedTuple):
    """Documents that match an atom of each of `wanted` and of none of `unwanted`, and pass `masked`.

    `masked` holds nothing but dates and exclusions.
    """

    wanted: tuple[Sequence[Atom], ...]
    unwanted: tuple[Sequence[Atom], ...]
    masked: AllOf

    @property
    def atoms(self) -> list[Atom]:
        """All atoms, clause by clause."""
        return [atom for clause in (*self.wanted, *self.unwanted) for atom in clause]

    @property
    def doc_freqs(self) -> list[int]:
        """The document frequencies of all terms."""
        return [doc_freq for atom in self.atoms for doc_freq in atom.doc_freqs]

    @property
    def candidates(self) -> int:
        """How many documents may pass the rarest clause."""
        return min(sum(min(atom.doc_freqs) for atom in clause) for clause in self.wanted)

    @property
    def is_masked(self) -> bool:
        """Whether there are dates or exclusions that are no clauses."""
        return bool(self.masked.dated or self.masked.without)

    def terms(self, leaves: I64) -> Sum:
        """The terms of all atoms, given the leaves of the plan in a segment."""
        places = [place for atom in self.atoms for place in atom.places]
        return leaves[places], np.array([weight for atom in self.atoms for weight in atom.weights])

    @property
    def shape(self) -> Clauses:
        """What kernels.pruning takes."""
        sizes = [*(len(clause) for clause in self.wanted), *(-len(clause) for clause in self.unwanted)]
        return np.array([(len(atom.places), atom.slop) for atom in self.atoms]), np.array(sizes)


def conjunction(plan: Plan) -> Conjunction | None:
    """The clauses of a plan; None where it has none that must be matched, or a part that is more than a clause."""
    whole = plan if isinstance(plan, AllOf) else _alone(plan)
    parts = None if whole is None else [*_phrases(whole), *_words(whole), *map(choices, whole.others)]
    if whole is None or not parts or None in parts:
        return None
    unwanted = [(child, choices(child)) for child in whole.without]
    masked = AllOf(dated=whole.dated, without=tuple(child for child, atoms in unwanted if atoms is None))
    wanted = tuple(part for part in parts if part is not None)
    return Conjunction(wanted, tuple(atoms for _, atoms in unwanted if atoms is not None), masked)


def _alone(plan: Plan) -> AllOf | None:
    match plan:
        case Words():
            return AllOf((plan,))
        case AtLeast():
            return AllOf(others=(plan,))
        case _:
            return None


def _phrases(plan: AllOf) -> Iterator[Sequence[Atom]]:
    for phrase in plan.phrases:
        yield [_phrase([plan.clauses[place] for place in phrase.clauses], phrase.slop)]


def _words(plan: AllOf) -> Iterator[Sequence[Atom] | None]:
    """The clauses of words that belong to no phrase."""
    of_phrases = {place for phrase in plan.phrases for place in phrase.clauses}
    for place, words in enumerate(plan.clauses):
        if place not in of_phrases:
            yield choices(words)


def choices(plan: Plan) -> Sequence[Atom] | None:
    """The atoms of which a clause takes any; None where it is more than that."""
    match plan:
        case Words() if len(plan.places) <= MOST_PROBED:
            return [Atom((p,), (f,), (w,)) for p, f, w in zip(plan.places, plan.doc_freqs, plan.weights, strict=True)]
        case AtLeast(children, 1):
            found = list(map(choices, children))
            return None if None in found else [atom for each in found if each is not None for atom in each]
        case AllOf(clauses, (phrase,), (), (), ()) if len(phrase.clauses) == len(clauses):
            return [_phrase(clauses, phrase.slop)]
        case _:
            return None


def _phrase(words: Sequence[Words], slop: int) -> Atom:
    terms = [(each.places[0], each.doc_freqs[0], each.weights[0]) for each in words]
    places, doc_freqs, weights = zip(*terms, strict=True)
    return Atom(places, doc_freqs, weights, slop)
