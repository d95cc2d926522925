"""Plan + segment -> the documents that match, with their scores. Whatever the tree, each plan is an array of documents
that rise and an array of their scores; plans combine by merging such arrays.

    Words     scan: the union of some terms
    AllOf     the cheapest part is listed, and every other narrows the list: terms and phrases by looking only at blocks
              in which candidates lie, dates by their column, everything else by merging
    AtLeast   the lists of all children, added up

`restricted` is what the kernels take that find the best at once, without listing all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from index.codec.inverted import I64, U32
from index.schema import NO_DATE
from search.clauses import choices
from search.collection import Shard
from search.joined import MOST_PROBED
from search.kernels.leaves import Leaf, Part, Sum, among, as_bits
from search.kernels.narrow import NO_PHRASE, all_of, narrow
from search.kernels.union import scan
from search.plan import AllOf, AtLeast, Dated, Everybody, InOrder, Nobody, Plan, Without, Words, size
from search.score import F64

Matches = tuple[U32, F64]
NONE: Matches = (np.zeros(0, np.uint32), np.zeros(0))


class Search(NamedTuple):
    """One plan on one segment. `leaves` are those of all its terms there (`Planned.leaves`), `rounded_by` is
    score.rounder; without `scored` all scores are 0.
    """

    shard: Shard
    leaves: I64
    rounded_by: float
    scored: bool = True

    @property
    def limits(self) -> tuple[float, bool]:
        """What kernels want to know about scores."""
        return self.rounded_by, self.scored


def matches(search: Search, plan: Plan) -> Matches:
    """All live documents that match, rising, with their scores."""
    match plan:
        case Words():
            return _scanned(search, leaves(search, [plan]))
        case AllOf():
            return _all_of(search, plan)
        case AtLeast(children, minimum):
            return _at_least([matches(search, child) for child in children], minimum, search.shard.documents)
        case Nobody():
            return NONE
        case _:
            docs = np.flatnonzero(mask(search, plan)).astype(np.uint32)
            return docs, np.zeros(len(docs))


def mask(search: Search, plan: Dated | Without | Everybody) -> NDArray[np.bool_]:
    """For each document of the segment whether it is live and matches."""
    shard = search.shard
    match plan:
        case Dated():
            return _within(shard.dates[plan.field], plan) & shard.view.live
        case Without(child):
            chosen = shard.view.live.copy()
            chosen[matches(_unscored(search), child)[0]] = False
            return chosen
        case Everybody():
            return shard.view.live


def leaves(search: Search, clauses: Sequence[Words]) -> Sum:
    """The terms of clauses as kernels take them, one clause after the other."""
    places = [place for words in clauses for place in words.places]
    return search.leaves[places], np.array([weight for words in clauses for weight in words.weights])


def restricted(search: Search, plan: AllOf) -> Part:
    """The segment's part, in which only those documents are allowed that pass the plan's dates and exclusions."""
    if not plan.dated and not plan.without:
        return search.shard.part
    chosen = search.shard.view.live
    for dated in plan.dated:
        chosen = chosen & mask(search, dated)
    for child in plan.without:
        chosen = chosen & mask(search, Without(child))
    words, data, norms, _, positions = search.shard.part
    return words, data, norms, as_bits(chosen), positions


def _scanned(search: Search, terms: Sum) -> Matches:
    out = _room(search, int(terms[0][:, Leaf.POSTINGS].sum()))
    return _cut(out, scan(search.shard.part, terms, search.limits, out))


def _can_probe(words: Words) -> bool:
    return len(words.weights) <= MOST_PROBED


def _is_probed(plan: Plan) -> bool:
    return isinstance(plan, Words) and _can_probe(plan)


def _postings(words: Words) -> int:
    return sum(words.doc_freqs)


def _room(search: Search, postings: int) -> Matches:
    room = min(postings, search.shard.documents)
    return np.empty(room, np.uint32), np.empty(room)


def _cut(found: Matches, count: int) -> Matches:
    return found[0][:count], found[1][:count]


def _all_of(search: Search, plan: AllOf) -> Matches:
    candidates, others = _listed(search, plan)
    for dated in plan.dated:
        candidates = _kept(candidates, _within(search.shard.dates[dated.field], dated)[candidates[0]])
    for phrase in plan.phrases:
        candidates = _in_order(search, plan, phrase, candidates)
    for other in others:
        candidates = _passing(search, candidates, other)
    for child in plan.without:
        if not _is_probed(child):
            excluded = matches(_unscored(search), child)[0]
            candidates = _kept(candidates, ~among(candidates[0], excluded)[1])
    return candidates


def _listed(search: Search, plan: AllOf) -> tuple[Matches, Sequence[Plan]]:
    """What matches all clauses of terms and the cheapest of everything else, and what is left of everything else."""
    documents = search.shard.documents
    clauses = sorted((words for words in plan.clauses if _can_probe(words)), key=_postings)
    listed = (words for words in plan.clauses if not _can_probe(words))
    others = sorted((*plan.others, *listed), key=lambda other: size(other, documents))
    unwanted = [child for child in plan.without if isinstance(child, Words) and _can_probe(child)]
    if clauses and (not others or size(clauses[0], documents) <= size(others[0], documents)):
        terms, sizes = _clauses(search, clauses, unwanted)
        out = _room(search, _postings(clauses[0]))
        return _cut(out, all_of(search.shard.part, terms, (sizes, NO_PHRASE), search.limits, out)), others
    first, *left = others or [Everybody()]
    found = matches(search, first)
    if (clauses or unwanted) and len(found[0]):
        terms, sizes = _clauses(search, clauses, unwanted)
        found = _cut(found, narrow(search.shard.part, terms, (sizes, NO_PHRASE), search.limits, found))
    return found, left


def _clauses(search: Search, wanted: Sequence[Words], unwanted: Sequence[Words]) -> tuple[Sum, I64]:
    """The terms of clauses, and their `sizes` (kernels.narrow)."""
    sizes = [len(words.weights) for words in wanted] + [-len(words.weights) for words in unwanted]
    return leaves(search, [*wanted, *unwanted]), np.array(sizes, np.int64)


def _in_order(search: Search, plan: AllOf, phrase: InOrder, candidates: Matches) -> Matches:
    if not len(candidates[0]):
        return NONE
    terms, sizes = _clauses(search, [plan.clauses[clause] for clause in phrase.clauses], ())
    limits = (search.rounded_by, False)  # They have been scored as clauses.
    found = narrow(search.shard.part, terms, (sizes, phrase.slop), limits, candidates)
    return _cut(candidates, found)


def _passing(search: Search, candidates: Matches, other: Plan) -> Matches:
    """The candidates that match one more plan: where that is but terms and phrases, nothing else is looked for."""
    atoms = choices(other)
    if atoms is None:
        return _joined(candidates, matches(search, other))
    held, sums = np.zeros(len(candidates[0]), np.bool_), candidates[1].copy()
    for atom in atoms:
        terms = search.leaves[list(atom.places)], np.array(atom.weights)
        found = candidates[0].copy(), np.zeros_like(sums)
        conditions = np.ones(len(atom.places), np.int64), atom.slop
        docs, scores = _cut(found, narrow(search.shard.part, terms, conditions, search.limits, found))
        places, _ = among(docs, candidates[0])
        held[places] = True
        sums[places] += scores
    return _kept((candidates[0], sums), held)


def _within(seconds: I64, dated: Dated) -> NDArray[np.bool_]:
    """Articles without a date lie in no range, however open."""
    inside: NDArray[np.bool_] = seconds > NO_DATE if dated.start is None else seconds >= max(dated.start, NO_DATE + 1)
    return inside if dated.end is None else inside & (seconds < dated.end)


def _kept(candidates: Matches, chosen: NDArray[np.bool_]) -> Matches:
    return candidates[0][chosen], candidates[1][chosen]


def _joined(one: Matches, other: Matches) -> Matches:
    few, many = sorted((one, other), key=lambda found: len(found[0]))
    places, here = among(few[0], many[0])
    return few[0][here], few[1][here] + many[1][places[here]]


def _at_least(found: Sequence[Matches], minimum: int, documents: int) -> Matches:
    """Add lists up: in a table of all documents, or where that would be mostly empty, by sorting."""
    docs = np.concatenate([docs for docs, _ in found])
    if not len(docs):
        return NONE
    scores = np.concatenate([scores for _, scores in found])
    if len(docs) * 8 > documents:
        rows, places = np.arange(documents, dtype=np.uint32), docs
    else:
        rows, places = np.unique(docs, return_inverse=True)
    sums = cast(F64, np.bincount(places, scores, len(rows)))
    return _kept((rows, sums), np.bincount(places, minlength=len(rows)) >= minimum)


def _unscored(search: Search) -> Search:
    return search._replace(scored=False)
