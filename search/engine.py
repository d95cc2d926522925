"""The seam: what every engine promises, in our values only.

No document number, Whoosh object or query language of an engine crosses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from index.analysis import Analyzer
from index.article import Article
from search.query import Query


class Sort(StrEnum):
    """The order of an answer. Ties are broken by newest, then by id, so the same query always gives the same order."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an engine: hits `offset` to `offset + limit` of `query` in the order of `sort`."""

    query: Query
    offset: int = 0
    limit: int = 10
    sort: Sort = Sort.RELEVANCE

    def __post_init__(self) -> None:
        assert self.offset >= 0 and self.limit >= 0, f"{self.offset=} {self.limit=}"


class Hit(NamedTuple):
    """An article in a ranking: what a list shows of it. Its body comes from `Engine.articles`.

    A tuple because ten of them are made for every answer: as a frozen dataclass they cost more than finding them.
    """

    id: str
    score: float
    title: str
    url: str = ""
    published: str = ""
    modified: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """The commit that an answer comes from: its number (from 1) and its time, ISO 8601 in UTC."""

    number: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer to a Request. `total` counts all matching articles: exactly ("eq") or at least ("gte")."""

    hits: tuple[Hit, ...]
    total: int
    total_relation: Literal["eq", "gte"]
    generation: Generation
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What there is to search."""

    generation: Generation
    articles: int


class Engine(Protocol):
    """Ranked search over one archive. Every call answers from exactly one generation, and is safe from any thread.

    Raises EngineUnavailable where there is no index or it cannot be read.
    """

    def search(self, request: Request) -> Ranking:
        """Rank the matching articles."""

    def articles(self, ids: Sequence[str]) -> list[Article | None]:
        """Return the stored articles in the order of `ids`, None for an id that is not there. Provenance is empty."""

    def analyzer(self) -> Analyzer:
        """Return the rules by which the archive's words were made: queries are parsed with them."""

    def status(self) -> EngineStatus:
        """Say what there is to search."""

    def close(self) -> None:
        """Release files; further calls are errors."""
