"""Articles -> one commit. The same id replaces; leaving without a commit changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, LockError
from whoosh.writing import SegmentWriter

from index.analysis import Analyzer
from index.article import Article, content_hash
from index.dates import seconds
from index.errors import IndexLocked, WriteFailed
from index.folder import ensure_manifest
from index.schema import DATE_FIELDS, NO_DATE, whoosh_schema


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit did: articles newly added, replaced under their id, and deleted."""

    generation: int
    added: int
    replaced: int
    deleted: int


@contextmanager
def open_writer(folder: str | Path, analyzer: Analyzer | None = None, timeout: float = 10.0) -> Iterator[IndexWriter]:
    """Open the index at `folder` for writing, making it if the folder is empty or not there.

    `analyzer` counts for a new index only; an existing one keeps its own. `timeout` in seconds is how long to wait for
    another writer. Raises IndexLocked, NotAnIndex, NewerIndex, WriteFailed.
    """
    path = Path(folder)
    rules = ensure_manifest(path, analyzer or Analyzer())
    index = _open(path, rules)
    try:
        segment_writer = index.writer(timeout=timeout, limitmb=256)
    except LockError as error:
        raise IndexLocked(f"Another process is writing to {path}.") from error
    writer = IndexWriter(index, segment_writer)
    try:
        yield writer
    finally:
        writer.cancel()


class IndexWriter:
    """Collects puts and deletes, and writes them in one commit."""

    def __init__(self, index: FileIndex, segment_writer: SegmentWriter) -> None:
        self._index = index
        self._segment_writer = segment_writer
        self._articles: dict[str, Article] = {}
        self._deleted: set[str] = set()

    def put(self, article: Article) -> None:
        """Add the article, or replace the one with its id."""
        self._articles[article.id] = article
        self._deleted.discard(article.id)

    def delete(self, article_id: str) -> None:
        """Delete the article with this id, if there is one."""
        self._articles.pop(article_id, None)
        self._deleted.add(article_id)

    def commit(self) -> Commit:
        """Make everything put and deleted visible at once. Raises WriteFailed."""
        try:
            return self._commit()
        except OSError as error:
            raise WriteFailed(f"The index could not be written: {error}") from error

    def cancel(self) -> None:
        """Forget what was not committed, and release the lock."""
        if not self._segment_writer.is_closed:
            self._segment_writer.cancel()

    def _commit(self) -> Commit:
        with self._index.reader() as reader:
            replaced = [i for i in self._articles if ("id", i) in reader]
            deleted = [i for i in self._deleted if ("id", i) in reader]
        for article_id in [*replaced, *deleted]:
            self._segment_writer.delete_by_term("id", article_id)
        for article in self._articles.values():
            self._segment_writer.add_document(**document(article))
        self._segment_writer.commit()
        generation = self._index.latest_generation()
        return Commit(generation, len(self._articles) - len(replaced), len(replaced), len(deleted))


def document(article: Article) -> dict[str, Any]:
    """The article as Whoosh's fields: what is analysed, and beside it what is stored."""
    fields: dict[str, Any] = {
        "id": article.id, "url": article.url, "title": article.title, "body": article.body,
        "section": article.section, "source": article.source, "language": article.language.lower(),
        "tags": "\n".join(article.tags), "_stored_tags": article.tags,
        "authors": "\n".join(article.authors), "_stored_authors": article.authors,
        "related": article.related, "content_hash": content_hash(article),
        "dates": (article.published, article.modified),
    }  # fmt: skip
    for name in DATE_FIELDS:
        moment = seconds(getattr(article, name))
        fields[name] = NO_DATE if moment is None else moment
    return fields


def _open(path: Path, rules: Analyzer) -> FileIndex:
    storage, schema = FileStorage(str(path)), whoosh_schema(rules)
    if storage.index_exists():
        return FileIndex(storage, schema=schema)
    return FileIndex.create(storage, schema, "MAIN")
