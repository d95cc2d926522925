"""The engine that is stock Whoosh, exhaustively: slow, and the oracle that faster engines are held to.

Whoosh's own pruned top k is wrong for some trees, so every matching article is scored here.
"""

from __future__ import annotations

import heapq
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from whoosh import query as wq
from whoosh.fields import Schema
from whoosh.index import EmptyIndexError, FileIndex
from whoosh.matching import ListMatcher, Matcher, NullMatcher
from whoosh.reading import IndexReader
from whoosh.searching import Searcher

from index.analysis import Analyzer
from index.article import Article
from index.codec.whoosh_index import ArrayIndex
from index.errors import IndexFolderError
from index.folder import read_manifest
from index.schema import NO_DATE
from index.whoosh_schema import whoosh_schema
from search.engine import EngineStatus, Facet, Generation, Hit, Position, Ranking, Request, Sort, position
from search.errors import EngineUnavailable
from search.facets import facet
from search.query import (
    And,
    DateRange,
    Everything,
    Fuzzy,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Wildcard,
)

Scored = tuple[float, int]
Place = tuple[float, float, str]
OpenIndex = Callable[[Path, Schema], FileIndex]


class WhooshEngine:
    """Stock Whoosh behind the seam, over one index folder; follows new generations by itself."""

    def __init__(self, folder: str | Path, open_index: OpenIndex = ArrayIndex) -> None:
        self._folder = Path(folder)
        self._open_index = open_index
        self._lock = threading.Lock()
        self._searcher: Searcher | None = None
        self._generation = Generation(0, "")

    def search(self, request: Request) -> Ranking:
        """Rank every matching article by exhaustive scoring."""
        with self._lock:
            searcher = self._fresh_searcher()
            scored = list(_scored(searcher, request.query))
            top = _top(searcher, scored, request)
            window = top[request.offset : request.offset + request.limit]
            hits = tuple(_hit(searcher.stored_fields(number), score) for score, number in window)
            more = len(top) > request.offset + request.limit
            facets = _facets(searcher, scored, request.facets) if request.facets else ()
            return Ranking(hits, len(scored), "eq", self._generation, more=more, facets=facets)

    def articles(self, ids: Sequence[str]) -> list[Article | None]:
        """Return the stored articles by id."""
        with self._lock:
            searcher = self._fresh_searcher()
            return [_article(searcher.document(id=article_id)) for article_id in ids]

    def analyzer(self) -> Analyzer:
        """Return the analyzer of the index."""
        try:
            return read_manifest(self._folder)
        except IndexFolderError as error:
            raise EngineUnavailable(str(error)) from error

    def status(self) -> EngineStatus:
        """Count the articles."""
        with self._lock:
            return EngineStatus(articles=self._fresh_searcher().doc_count(), generation=self._generation)

    def close(self) -> None:
        """Close the searcher."""
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None

    def _fresh_searcher(self) -> Searcher:
        try:
            index = self._open_index(self._folder, whoosh_schema(read_manifest(self._folder)))
            newest = index.latest_generation()
            if self._searcher is None or newest != self._generation.number:
                self._searcher = index.searcher()
                self._generation = Generation(newest, _updated_at(self._folder, newest))
            return self._searcher
        except IndexFolderError as error:
            raise EngineUnavailable(str(error)) from error
        except (OSError, EmptyIndexError) as error:
            raise EngineUnavailable(f"The index at {self._folder} cannot be read: {error}") from error


class Listing(wq.Query):  # type: ignore[misc]  # Whoosh has no types
    """A query whose matcher is a list of documents; any segment may be all of it."""

    def estimate_size(self, reader: IndexReader) -> int:
        """Never less than what matches: Whoosh orders its intersections by it."""
        return int(reader.doc_count_all())


class ColumnRange(Listing):
    """Articles whose number in a column lies in [start, end), with score 0: Whoosh ranges over indexed terms only."""

    def __init__(self, field: str, start: int | None, end: int | None) -> None:
        self.column = field
        self.start = NO_DATE + 1 if start is None else start
        self.end = 2**62 if end is None else end

    def matcher(self, searcher: Searcher, context: object = None) -> Matcher:
        """Scan the column of one segment."""
        reader = searcher.reader()
        column = reader.column_reader(self.column)
        return _listed({n: 0.0 for n in reader.all_doc_ids() if self.start <= column[n] < self.end})


class Everybody(Listing):
    """Every article that is not deleted, with score 0. Whoosh's own Every scores 1."""

    def matcher(self, searcher: Searcher, context: object = None) -> Matcher:
        """List the live documents of one segment."""
        return _listed(dict.fromkeys(searcher.reader().all_doc_ids(), 0.0))


class AtLeast(Listing):
    """Articles that match `minimum` or more of the children; Whoosh's Or promises this but does not do it."""

    def __init__(self, children: Sequence[wq.Query], minimum: int) -> None:
        self.queries = children
        self.minimum = minimum

    def matcher(self, searcher: Searcher, context: object = None) -> Matcher:
        """Count the children of every document of one segment."""
        counts: Counter[int] = Counter()
        scores: defaultdict[int, float] = defaultdict(float)
        for child in self.queries:
            for score, number in _drain(child.matcher(searcher, context)):
                counts[number] += 1
                scores[number] += score
        return _listed({n: scores[n] for n, count in counts.items() if count >= self.minimum})


class Except(Listing):
    """Articles that match the first query and not the second; Whoosh's AndNot lets the first unwanted one through."""

    def __init__(self, wanted: wq.Query, unwanted: wq.Query) -> None:
        self.wanted = wanted
        self.unwanted = unwanted

    def matcher(self, searcher: Searcher, context: object = None) -> Matcher:
        """Take the documents of the one from those of the other, in one segment."""
        scores = {number: score for score, number in _drain(self.wanted.matcher(searcher, context))}
        for _, number in _drain(self.unwanted.matcher(searcher, context)):
            scores.pop(number, None)
        return _listed(scores)


class Expansion(Listing):
    """The sum over all terms that a pattern stands for.

    Whoosh's own pattern queries drop the boost of a single term, and score 1 in small or crowded segments.
    """

    def __init__(self, pattern: wq.Query, boost: float) -> None:
        self.pattern = pattern
        self.boost = boost

    def matcher(self, searcher: Searcher, context: object = None) -> Matcher:
        """Add up the terms that one segment has."""
        scores: defaultdict[int, float] = defaultdict(float)
        for _, text in self.pattern.expanded_terms(searcher.reader()):
            term = wq.Term(self.pattern.field(), text, boost=self.boost)
            for score, number in _drain(term.matcher(searcher, context)):
                scores[number] += score
        return _listed(scores)


def whoosh_query(query: Query) -> wq.Query:
    """Translate our tree into Whoosh's; the scores are those of query.py."""
    match query:
        case And() | Or() | Not():
            return _compound(query)
        case Term(field, text, boost):
            return wq.Term(field, text, boost=boost)
        case Phrase(field, terms, slop, boost):
            return wq.Phrase(field, list(terms), slop=slop, boost=boost)
        case Prefix() | Wildcard() | Fuzzy():
            return _expansion(query)
        case DateRange(field, start, end):
            return ColumnRange(field, start, end)
        case Everything():
            return Everybody()
        case Nothing():
            return wq.NullQuery


def _expansion(query: Prefix | Wildcard | Fuzzy) -> Expansion:
    match query:
        case Prefix(field, text, boost):
            return Expansion(wq.Prefix(field, text), boost)
        case Wildcard(field, pattern, boost):
            return Expansion(wq.Wildcard(field, pattern), boost)
        case Fuzzy(field, text, distance, prefix, boost):
            return Expansion(wq.FuzzyTerm(field, text, maxdist=distance, prefixlength=prefix), boost)


def _compound(query: And | Or | Not) -> wq.Query:
    match query:
        case Not(child):
            return Except(Everybody(), whoosh_query(child))
        case Or(children, minimum):
            translated = [whoosh_query(child) for child in children]
            return AtLeast(translated, minimum)
        case And(children):
            wanted = [whoosh_query(child) for child in children if not isinstance(child, Not)]
            unwanted = [whoosh_query(child.child) for child in children if isinstance(child, Not)]
            positive = wq.And(wanted) if wanted else Everybody()
            return Except(positive, AtLeast(unwanted, 1)) if unwanted else positive


def _scored(searcher: Searcher, query: Query) -> Iterator[Scored]:
    """Every matching document with its score, by global document number."""
    translated = whoosh_query(query)
    # With needs_current Whoosh takes its plain, exact matchers; the others trade correctness for speed.
    context = searcher.context(needs_current=True)
    for leaf, base in searcher.leaf_searchers():
        for score, number in _drain(translated.matcher(leaf, context)):
            yield score, base + number


def _drain(matcher: Matcher) -> Iterator[Scored]:
    while matcher.is_active():
        yield matcher.score(), matcher.id()
        matcher.next()


def _listed(scores: Mapping[int, float]) -> Matcher:
    if not scores:
        return NullMatcher()
    numbers = sorted(scores)
    return ListMatcher(numbers, [scores[number] for number in numbers])


def _top(searcher: Searcher, scored: Sequence[Scored], request: Request) -> list[Scored]:
    """The best up to the end of the window, and one more."""
    wanted = request.offset + request.limit + 1
    published = searcher.reader().column_reader("published")
    ids = searcher.reader().column_reader("id")

    def place(hit: Scored) -> Place:
        return _place(request.sort, Position(hit[0], int(published[hit[1]]), ids[hit[1]]))

    if request.after is not None:
        passed = _place(request.sort, request.after)
        scored = [hit for hit in scored if place(hit) > passed]
    elif request.sort is Sort.RELEVANCE:
        # Reading columns is slow: only what can reach the top is compared by them.
        lowest = min((score for score, _ in heapq.nlargest(wanted, scored)), default=0.0)
        scored = [hit for hit in scored if hit[0] >= lowest]
    return heapq.nsmallest(wanted, scored, key=place)


def _place(sort: Sort, position: Position) -> Place:
    """What a position is sorted by, the first place lowest."""
    score, published, article_id = position
    if sort is Sort.OLDEST:
        return 0.0, float("inf") if published == NO_DATE else published, article_id
    return -score if sort is Sort.RELEVANCE else 0.0, -published, article_id


def _facets(searcher: Searcher, scored: Sequence[Scored], names: Sequence[str]) -> tuple[Facet, ...]:
    hits = [_hit(searcher.stored_fields(number), score) for score, number in scored]
    return tuple(facet(name, Counter(value for hit in hits for value in _values(hit, name))) for name in names)


def _values(hit: Hit, name: str) -> set[str]:
    """What a hit is counted for, each once."""
    if name in ("year", "month"):
        published = position(hit).published
        month = "" if published == NO_DATE else f"{datetime(1970, 1, 1) + timedelta(seconds=published):%Y-%m}".zfill(7)
        return {month[: 4 if name == "year" else 7]} - {""}
    values = getattr(hit, name)
    return {values} - {""} if isinstance(values, str) else set(values) - {""}


def _hit(stored: Mapping[str, Any], score: float) -> Hit:
    published, modified = stored["dates"]
    return Hit(
        id=stored["id"], score=score, title=stored["title"], url=stored["url"], published=published,
        modified=modified, section=stored["section"], tags=tuple(stored["tags"]), authors=tuple(stored["authors"]),
        source=stored["source"], language=stored["language"],
    )  # fmt: skip


def _article(stored: Mapping[str, Any] | None) -> Article | None:
    if stored is None:
        return None
    published, modified = stored["dates"]
    return Article(
        id=stored["id"], title=stored["title"], body=stored["body"], url=stored["url"], published=published,
        modified=modified, section=stored["section"], tags=tuple(stored["tags"]), authors=tuple(stored["authors"]),
        source=stored["source"], language=stored["language"], related=tuple(stored["related"]),
    )  # fmt: skip


def _updated_at(folder: Path, generation: int) -> str:
    written = (folder / f"_MAIN_{generation}.toc").stat().st_mtime
    return datetime.fromtimestamp(written, UTC).isoformat(timespec="seconds")
