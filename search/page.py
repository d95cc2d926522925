"""A search -> Page: the one value behind HTML, JSON and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urlsplit

from index.analysis import Analyzer
from search.cursor import cursor_text
from search.engine import Engine, Facet, Generation, Hit, Ranking, Request, Sort
from search.marked import Marked, cut
from search.marks import FieldMarker, Mark, clues_of
from search.parameters import DEEPEST_RESULT, Parameters
from search.parse import Parsed, parse
from search.query import Everything
from search.snippets import snippets

if TYPE_CHECKING:
    from search.relaxations import Relaxation


class ResultItem(NamedTuple):
    """An article in a list of results, with what matched marked. `rank` counts from 1 over all pages, or from a cursor.

    `word_count` is None where snippets were not asked for: counting needs the body, and so do they.
    """

    rank: int
    hit: Hit
    title: Marked
    tags: tuple[Marked, ...]
    snippets: tuple[Marked, ...]
    word_count: int | None

    @property
    def url(self) -> str:
        """Where the article was published, "" unless a browser may safely follow it."""
        return web_address(self.hit.url)


class Page(NamedTuple):
    """One page of the answer to one search. `sentence` says how the query was understood; `next_cursor` leads on behind
    the last item, however deep, and is "" where the ranking ends.
    """

    parameters: Parameters
    sentence: str
    warnings: tuple[str, ...]
    total: int
    total_relation: Literal["eq", "gte"]
    took_ms: float
    generation: Generation
    items: tuple[ResultItem, ...]
    relaxations: tuple[Relaxation, ...] = ()
    next_cursor: str = ""
    facets: tuple[Facet, ...] = ()

    @property
    def sort(self) -> Sort:
        """The order that was used."""
        return self.parameters.order

    @property
    def pages(self) -> int:
        """How many pages can be turned to; results beyond the deepest are counted in `total` only."""
        return -(-min(self.total, DEEPEST_RESULT) // self.parameters.page_size)


def answer(engine: Engine, parameters: Parameters) -> Page:
    """Search, and bring what was found into the form that every door shows.

    An empty query lists all articles, the newest first. Raises EngineUnavailable.
    """
    began = perf_counter()
    analyzer = engine.analyzer()
    parsed = parse(parameters.q, analyzer)
    ranking = engine.search(request_of(parameters, parsed))
    items = _items(engine, ranking, parameters, Markers(analyzer, parsed))
    following = ranking.next
    looser = () if ranking.total or not parameters.q.strip() else _relaxations(parameters.q, engine)
    return Page(
        parameters=parameters,
        sentence=parsed.sentence if parameters.q.strip() else "All articles",
        warnings=(*parsed.warnings, *ranking.warnings),
        total=ranking.total,
        total_relation=ranking.total_relation,
        took_ms=round((perf_counter() - began) * 1000, 1),
        generation=ranking.generation,
        items=items,
        relaxations=looser,
        next_cursor=cursor_text(following, parameters.q, parameters.order) if following else "",
        facets=ranking.facets,
    )


def _relaxations(q: str, engine: Engine) -> tuple[Relaxation, ...]:
    # Imported by the first query that finds nothing: the others need not wait for it.
    found: tuple[Relaxation, ...] = import_module("search.relaxations").relaxations(q, engine)
    return found


def request_of(parameters: Parameters, parsed: Parsed) -> Request:
    """What an engine is asked for these parameters, whose query was understood so; an empty one asks for everything."""
    query = parsed.query if parameters.q.strip() else Everything()
    return Request(
        query=query,
        offset=parameters.offset,
        limit=parameters.page_size,
        sort=parameters.order,
        after=parameters.after,
        facets=parameters.facets,
    )


def web_address(url: str) -> str:
    """Return the URL if it is an http or https address, else "": nothing else may become a link."""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


class Markers:
    """A marker for each field of the query; they remember words from one article to the next."""

    def __init__(self, analyzer: Analyzer, parsed: Parsed) -> None:
        self.fields = {name: FieldMarker(analyzer, clues) for name, clues in clues_of(parsed.marks).items()}

    def marks(self, field: str, text: str, language: str) -> list[Mark]:
        """Find the words of a text that the query matches in that field."""
        marker = self.fields.get(field)
        return marker.marks(text, language) if marker else []

    def line(self, field: str, text: str, language: str) -> Marked:
        """Mark a text that is a field of the index."""
        return cut(text, spans(self.marks(field, text, language)), 0, len(text), field)

    def lines(self, field: str, texts: Sequence[str], language: str) -> tuple[Marked, ...]:
        """Mark texts that are one field of the index: a phrase may run from one to the next."""
        whole = "\n".join(texts)
        places = spans(self.marks(field, whole, language))
        ends = [sum(len(text) + 1 for text in texts[: number + 1]) - 1 for number in range(len(texts))]
        return tuple(cut(whole, places, end - len(text), end, field) for text, end in zip(texts, ends, strict=True))


def _items(engine: Engine, ranking: Ranking, parameters: Parameters, markers: Markers) -> tuple[ResultItem, ...]:
    bodies = _bodies(engine, ranking) if parameters.snippets else {}
    return tuple(
        _item(number, hit, bodies.get(hit.id), parameters.snippets, markers)
        for number, hit in enumerate(ranking.hits, parameters.offset + 1)
    )


def _item(rank: int, hit: Hit, body: str | None, wanted: int, markers: Markers) -> ResultItem:
    passages = snippets(body, markers.marks("body", body, hit.language), wanted, hit.title) if body else ()
    return ResultItem(
        rank=rank,
        hit=hit,
        title=markers.line("title", hit.title, hit.language),
        tags=markers.lines("tags", hit.tags, hit.language),
        snippets=passages,
        word_count=None if body is None else len(body.split()),
    )


def _bodies(engine: Engine, ranking: Ranking) -> Mapping[str, str]:
    """Return the bodies by id. An article deleted since it was ranked has none."""
    found = engine.articles([hit.id for hit in ranking.hits])
    return {article.id: article.body for article in found if article is not None}


def spans(marks: Sequence[Mark]) -> list[tuple[int, int]]:
    """Return what is marked, whatever matched there."""
    return [(mark.start, mark.end) for mark in marks]
