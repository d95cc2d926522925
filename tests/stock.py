"""Indexes written by stock Whoosh from the same articles, word rules and schema: the oracle's own index."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from index.analysis import Analyzer
from index.article import Article
from index.dates import seconds
from index.fingerprint import content_hash
from index.folder import ensure_manifest
from index.schema import DATE_FIELDS, NO_DATE
from index.whoosh_schema import whoosh_schema
from search.whoosh_engine import WhooshEngine


def write_stock(folder: Path, articles: Iterable[Article], analyzer: Analyzer | None = None) -> Path:
    """Commit the articles to the stock index at `folder`, one segment a call; the same id replaces."""
    schema = whoosh_schema(ensure_manifest(folder, analyzer or Analyzer()))
    storage = FileStorage(str(folder))
    opened = FileIndex(storage, schema) if storage.index_exists() else FileIndex.create(storage, schema, "MAIN")
    writer = opened.writer(limitmb=256)
    for article in {article.id: article for article in articles}.values():
        writer.delete_by_term("id", article.id)
        writer.add_document(**document(article))
    writer.commit(merge=False)
    return folder


def stock_engine(folder: Path) -> WhooshEngine:
    """The oracle over an index that stock Whoosh wrote."""
    return WhooshEngine(folder, lambda path, schema: FileIndex(FileStorage(str(path)), schema))


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
