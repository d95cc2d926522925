"""Why an answer is as it is: the plan as a tree, what was looked at, and what every term gave to every hit.

all of these  (narrow)  in at most 2 articles
  body:bank  (scan)  in at most 2 articles
  body:storm  (narrow)  in at most 3 articles
postings: 5 of these terms, looked at: all that the plan lists
3.104718  https://ledger.example/storm
  1.482311  body:storm, in 3 articles, weight 1.2877
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from search.collection import Collection
from search.engine import Request, Sort
from search.kernels.leaves import Leaf
from search.kernels.narrow import NO_PHRASE, narrow
from search.kernels.top import THE_TOP
from search.matching import Search
from search.plan import AllOf, AtLeast, Dated, Plan, Without, Words, most_telling_first, plan, size, tree
from search.route import PRUNING, Route, looked_at, through

# Of a pattern that stands for many terms, so many are listed.
MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a plan: what it is, how it is carried out, in how many articles it is at most, and its parts."""

    what: str
    how: str
    articles: int
    parts: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class TermScore:
    """What one term in one field gave to a hit: `weight` is boost * idf, `score` what became of it there."""

    term: str
    articles: int
    weight: float
    score: float


@dataclass(frozen=True, slots=True)
class HitScore:
    """A hit and where its score comes from."""

    id: str
    score: float
    terms: tuple[TermScore, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The plan of a request, the postings looked at to answer it (None: all of the listed clauses), and its hits."""

    plan: Step
    postings: int
    looked_at: int | None
    hits: tuple[HitScore, ...]

    def as_json(self) -> dict[str, Any]:
        """The explanation as JSON values."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The explanation for a terminal."""
        yield from _lines(self.plan, 0)
        read = "all that the plan lists" if self.looked_at is None else f"{self.looked_at:,}"
        yield f"postings: {self.postings:,} of these terms, looked at: {read}"
        for hit in self.hits:
            yield f"{hit.score:.6f}  {hit.id}"
            for term in hit.terms:
                yield f"  {term.score:.6f}  {term.term}, in {term.articles:,} articles, weight {term.weight:.4f}"


def explain(collection: Collection, request: Request, hits: Sequence[tuple[str, float]]) -> Explanation:
    """Explain the answer to a request, given the ids and scores of the hits to be explained."""
    made, leaves, rounded_by, _ = tree(request.query, collection)
    scored = request.sort is Sort.RELEVANCE
    searches = [Search(shard, rows, rounded_by, scored) for shard, rows in zip(collection.shards, leaves, strict=True)]
    routes = list(_routes(collection, request))
    kernels = {route.kernel for route in routes}
    pruned = kernels.issubset(PRUNING)
    clauses = list(map(most_telling_first, _words(made)))
    return Explanation(
        plan=_step(made, collection.documents, " and ".join(sorted(kernels)) if pruned else ""),
        postings=sum(sum(words.doc_freqs) for words in clauses),
        looked_at=sum(map(looked_at, routes)) if pruned else None,
        hits=tuple(HitScore(i, score, _terms(collection, searches, clauses, i)) for i, score in hits),
    )


def _routes(collection: Collection, request: Request) -> Iterator[Route]:
    """How each segment is gone through for the answer."""
    scored = request.sort is Sort.RELEVANCE
    made, leaves, rounded_by, _ = plan(request.query, collection, scored)
    for shard, rows in zip(collection.shards, leaves, strict=True):
        search = Search(shard, rows, rounded_by, scored)
        yield through(search, made, (shard.dates["published"], *THE_TOP))


def _step(plan: Plan, documents: int, how: str = "") -> Step:
    articles = size(plan, documents)
    match plan:
        case Words():
            return Step(plan.label, how or "scan", articles, _listed(plan))
        case AllOf():
            return _conjunction(plan, articles, how)
        case AtLeast(children, minimum):
            parts = tuple(_step(child, documents, how) for child in children)
            return Step(f"at least {minimum} of these", how or "merge", articles, parts)
        case Without(child):
            return Step("not", "mask", articles, (_step(child, documents),))
        case Dated():
            return Step(f"{plan.field} from {plan.start} to before {plan.end}", "mask", articles)
        case _:
            return Step(type(plan).__name__.lower(), "mask", articles)


def _conjunction(plan: AllOf, articles: int, how: str) -> Step:
    rarest_first = sorted(plan.clauses, key=lambda words: sum(words.doc_freqs))
    parts = [_step(part, articles, how or ("scan" if n == 0 else "narrow")) for n, part in enumerate(rarest_first)]
    parts += [_step(part, articles, how) for part in (*plan.dated, *plan.others)]
    for phrase in plan.phrases:
        words = " ".join(plan.clauses[place].label for place in phrase.clauses)
        parts.append(Step(f"in this order, at most {phrase.slop} apart: {words}", how or "narrow", articles))
    parts += [Step("not", how or "narrow", articles, (_step(child, articles, how),)) for child in plan.without]
    return Step("all of these", how or "narrow", articles, tuple(parts))


def _listed(words: Words) -> tuple[Step, ...]:
    if len(words.weights) == 1:
        return ()
    listed = most_telling_first(words)
    pairs = list(zip(listed.doc_freqs, listed.weights, strict=True))[:MOST_LISTED]
    return tuple(Step(f"weight {weight:.4f}", "", doc_freq) for doc_freq, weight in pairs)


def _words(plan: Plan) -> Iterator[Words]:
    """The sums that score."""
    match plan:
        case Words():
            yield plan
        case AllOf():
            for part in (*plan.clauses, *plan.others):
                yield from _words(part)
        case AtLeast(children):
            for child in children:
                yield from _words(child)


def _terms(
    collection: Collection, searches: Sequence[Search], clauses: Sequence[Words], article_id: str
) -> tuple[TermScore, ...]:
    document = collection.snapshot.find(article_id)
    if document is None:
        return ()
    search = next(s for s in reversed(searches) if s.shard.view.base <= document)
    number = document - search.shard.view.base
    return tuple(term for words in clauses for term in _scores(collection, search, words, number))


def _scores(collection: Collection, search: Search, words: Words, document: int) -> Iterator[TermScore]:
    """What each term of a sum gives to one document: the kernel that answers searches is asked about it alone."""
    for place, doc_freq, weight in zip(words.places, words.doc_freqs, words.weights, strict=True):
        leaf = search.leaves[place]
        postings = search.shard.fields[leaf[Leaf.NORM]]
        candidates = np.array([document], np.uint32), np.zeros(1)
        alone, conditions = (leaf.reshape(1, -1), np.array([weight])), (np.ones(1, np.int64), NO_PHRASE)
        held = narrow(search.shard.part, alone, conditions, (search.rounded_by, True), candidates)
        if held and postings is not None:
            field, term = collection.field_names[leaf[Leaf.NORM]], postings.term(int(leaf[Leaf.NUMBER]))
            yield TermScore(f"{field}:{term.decode('utf-8', 'replace')}", doc_freq, weight, float(candidates[1][0]))


def _lines(step: Step, depth: int) -> Iterator[str]:
    how = f"  ({step.how})" if step.how else ""
    yield f"{'  ' * depth}{step.what}{how}  in at most {step.articles:,} articles"
    for part in step.parts:
        yield from _lines(part, depth + 1)
