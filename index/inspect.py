"""Sources -> what was read of each article, to be looked at; and how much of what was found by which rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.article import Article
from index.documents import SourceFailure
from index.extract.reading import Reading
from index.sources import ReadOptions, read_sources

FIELDS = (
    "title",
    "body",
    "published",
    "modified",
    "section",
    "tags",
    "authors",
    "source",
    "language",
    "url",
    "related",
)


@dataclass(frozen=True, slots=True)
class Inspected:
    """An article, the file it came from, and the lines that were left out."""

    file: str
    article: Article
    discarded: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        article = self.article
        return {
            "file": self.file,
            "id": article.id,
            "url": article.url,
            "title": article.title,
            "published": article.published,
            "modified": article.modified,
            "authors": list(article.authors),
            "tags": list(article.tags),
            "section": article.section,
            "source": article.source,
            "language": article.language,
            "related": list(article.related),
            "body": article.body,
            "provenance": dict(article.provenance),
            "discarded": list(self.discarded),
        }


def inspect_sources(
    paths: Sequence[str | Path], options: ReadOptions | None = None
) -> Iterator[Inspected | SourceFailure]:
    """Read sources and tell of each article what was found and what was left out. Raises SourceNotFound at once."""
    read = read_sources(paths, options)
    return (Inspected(i.origin, i.article, i.discarded) if isinstance(i, Reading) else i for i in read)


@dataclass
class Coverage:
    """How many articles have each field, and by which rule."""

    articles: int = 0
    rules: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIELDS})

    def add(self, article: Article) -> None:
        """Count one article."""
        self.articles += 1
        for name, rule in article.provenance.items():
            if name in self.rules:
                self.rules[name][rule] += 1

    def shares(self) -> dict[str, float]:
        """The share of articles that have each field, 0 to 1."""
        return {name: sum(rules.values()) / max(1, self.articles) for name, rules in self.rules.items()}

    def as_json(self) -> dict[str, Any]:
        """Per field the count and the counts by rule, most frequent first."""
        return {
            name: {"articles": rules.total(), "rules": dict(rules.most_common())} for name, rules in self.rules.items()
        }


def coverage_of(articles: Iterable[Article]) -> Coverage:
    """Count the fields of articles."""
    coverage = Coverage()
    for article in articles:
        coverage.add(article)
    return coverage
