"""An article -> ReadingPage: all of it, with what a query matches marked, for the pages that show one."""

from __future__ import annotations

from typing import NamedTuple

from index.article import Article
from search.engine import Engine, Generation
from search.errors import ArticleNotFound
from search.marked import Marked, cut
from search.page import Markers, spans, web_address
from search.parse import parse


class ReadingPage(NamedTuple):
    """A whole article with what matched marked; `marked` counts the marks in title, tags and paragraphs."""

    article: Article
    title: Marked
    tags: tuple[Marked, ...]
    paragraphs: tuple[Marked, ...]
    word_count: int
    generation: Generation

    @property
    def url(self) -> str:
        """Where the article was published, "" unless a browser may safely follow it."""
        return web_address(self.article.url)

    @property
    def marked(self) -> int:
        """How many places are marked."""
        return sum(len(text.offsets) for text in (self.title, *self.tags, *self.paragraphs))

    @property
    def first_marked(self) -> int | None:
        """The number of the first paragraph with a mark, from 0."""
        return next((number for number, text in enumerate(self.paragraphs) if text.offsets), None)


def read(engine: Engine, article_id: str, q: str = "") -> ReadingPage:
    """Fetch one article and mark in it what the query `q` matches. Raises ArticleNotFound, EngineUnavailable."""
    generation = engine.status().generation
    (article,) = engine.articles([article_id])
    if article is None:
        raise ArticleNotFound(article_id)
    analyzer = engine.analyzer()
    markers = Markers(analyzer, parse(q, analyzer))
    places = spans(markers.marks("body", article.body, article.language))
    return ReadingPage(
        article=article,
        title=markers.line("title", article.title, article.language),
        tags=markers.lines("tags", article.tags, article.language),
        paragraphs=tuple(cut(article.body, places, *edges) for edges in _paragraphs(article.body)),
        word_count=len(article.body.split()),
        generation=generation,
    )


def _paragraphs(body: str) -> list[tuple[int, int]]:
    edges, start = [], 0
    for paragraph in body.split("\n\n"):
        if paragraph.strip():
            edges.append((start, start + len(paragraph)))
        start += len(paragraph) + 2
    return edges
