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
from index.dates import seconds
from index.schema import NO_DATE
from search.query import Query


class Sort(StrEnum):
    """The order of an answer. Ties are broken by newest, then by id, so the same query always gives the same order."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Position(NamedTuple):
    """A place in a ranking: that of the hit with this score, date and id, whether or not it is still there.

    `published` is in seconds since 1970 UTC, NO_DATE where unknown. `score` counts only in an order of relevance.
    """

    score: float
    published: int
    id: str


# By what articles can be counted: a field, or the year or month of publication in UTC ("2021", "2021-07").
FACETS = ("section", "source", "language", "tags", "authors", "year", "month")
# A facet lists so many values.
MOST_VALUES = 50


class Facet(NamedTuple):
    """In how many of all matching articles a field has each value: the commonest values first, then by value.

    At most MOST_VALUES are listed; `others` is how many more there are. An article without a value is not counted, one
    with several is counted for each.
    """

    name: str
    counts: tuple[tuple[str, int], ...]
    others: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an engine: hits `offset` to `offset + limit` of `query` in the order of `sort`.

    With `after`, which takes no offset, they are the first that come strictly after that position. One generation
    always scores alike, so that from position to position every hit is met once; where the archive has changed since,
    the rest of the ranking is that of the new generation. `facets` are names out of FACETS; counting them costs more
    than the hits, because all matching articles have to be gone through. With them the total is exact.
    """

    query: Query
    offset: int = 0
    limit: int = 10
    sort: Sort = Sort.RELEVANCE
    after: Position | None = None
    facets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.offset >= 0 and self.limit >= 0, f"{self.offset=} {self.limit=}"
        assert self.after is None or not self.offset, f"{self.offset=} {self.after=}"
        assert not self.facets or set(self.facets) <= set(FACETS), f"{self.facets=}"


class Hit(NamedTuple):
    """An article in a ranking: what a list shows of it. Its body comes from `Engine.articles`.

    A tuple because ten of them are made for every answer: as a frozen dataclass they cost more than finding them. Its
    fields are those of `index.codec.columns.Row`, and the score.
    """

    id: str
    title: str
    url: str
    published: str
    modified: str
    section: str
    source: str
    language: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    score: float


class Generation(NamedTuple):
    """The commit that an answer comes from: its number (from 1) and its time, ISO 8601 in UTC."""

    number: int
    updated_at: str


class Ranking(NamedTuple):
    """The answer to a Request. `total` counts all matching articles, those before the hits too: exactly ("eq") or at
    least ("gte"). `more` says whether any come behind the hits. `facets` are those asked for, in that order.
    """

    hits: tuple[Hit, ...]
    total: int
    total_relation: Literal["eq", "gte"]
    generation: Generation
    warnings: tuple[str, ...] = ()
    more: bool = False
    facets: tuple[Facet, ...] = ()

    @property
    def next(self) -> Position | None:
        """The position after which the ranking goes on, None where it ends here or no hits were wanted."""
        return position(self.hits[-1]) if self.more and self.hits else None


def position(hit: Hit) -> Position:
    """Where a hit stands."""
    published = seconds(hit.published)
    return Position(hit.score, NO_DATE if published is None else published, hit.id)


class EngineStatus(NamedTuple):
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
