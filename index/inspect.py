"""Sources -> what was read of each article, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import Article
from index.documents import SourceFailure
from index.extract.reading import Reading
from index.sources import ReadOptions, read_sources


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
