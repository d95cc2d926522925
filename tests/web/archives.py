"""Small archives for the tests of the pages, and engines that misbehave on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from index.analysis import Analyzer
from index.article import Article
from search.engine import EngineStatus, Generation, Hit, Ranking, Request
from tests.articles import article

DEAL = article(
    "https://news.example/world/?story=deal#top",
    title="Ministers sign fishing deal after two years of talks",
    body="Ministers from both coasts signed a fishing deal on Tuesday.\n\n"
    "The deal ends two years of talks, Mr. Hale said. Skippers had waited in port since March.\n\n"
    "“It is a fair deal,” the minister said, “and the harbours will see it first.”",
    url="https://news.example/world/deal?x=1&y=2",
    published="2021-07-25T10:34+00:00",
    section="Sea & Coast",
    tags=("fishing", "North Sea"),
    authors=("Ada Quill", "Ben Sole"),
    source="The Harbour",
    language="en",
    related=("Harbour walls to be raised",),
)
STORM = article(
    "storm",
    title="Storm closes harbours",
    body="A storm closed both harbours on Friday.\n\nNo fishing boat left. Fishing will resume on Monday.",
    published="2020-02",
    section="Weather",
    tags=("storms",),
)
HOSTILE = article(
    '/<script>alert("id")</script>',
    title='<script>alert("title")</script> & harbour',
    body='A <img src=x onerror="alert(1)"> harbour & a <b>bold</b> claim about harbours.',
    url="javascript:alert(document.domain)",
    published='"><script>alert(2)</script>',
    section='"><svg onload=alert(3)>',
    tags=("<i>tag</i>",),
    authors=('<a href="javascript:alert(4)">author</a>',),
    source="<u>source</u>",
    language='en" onclick="alert(5)',
    related=("<s>related</s>",),
)
NEWS = (DEAL, STORM, HOSTILE)


class CannedEngine:
    """Answers every search with the same articles, so that a test can say what stands in them."""

    def __init__(self, *articles: Article, total: int | None = None) -> None:
        self.stored = {item.id: item for item in articles}
        self.total = len(articles) if total is None else total
        self.searches: list[Request] = []

    def search(self, request: Request) -> Ranking:
        self.searches.append(request)
        hits = [_hit(item) for item in self.stored.values()][: request.limit] if self.total > request.offset else []
        return Ranking(tuple(hits), self.total, "eq", self.status().generation)

    def articles(self, ids: Sequence[str]) -> list[Article | None]:
        return [self.stored.get(article_id) for article_id in ids]

    def analyzer(self) -> Analyzer:
        return Analyzer()

    def status(self) -> EngineStatus:
        return EngineStatus(Generation(7, "2026-01-02T03:04:05+00:00"), len(self.stored))

    def close(self) -> None:
        pass


class BrokenEngine(CannedEngine):
    """Fails with a secret in the message."""

    def search(self, request: Request) -> Ranking:
        raise RuntimeError("secret inside")


def _hit(item: Article) -> Hit:
    return Hit(
        id=item.id, score=1.5, title=item.title, url=item.url, published=item.published, modified=item.modified,
        section=item.section, tags=item.tags, authors=item.authors, source=item.source, language=item.language,
    )  # fmt: skip
