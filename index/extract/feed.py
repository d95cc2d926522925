"""RSS or Atom file -> records, one per entry with its full text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import feedparser

from index.errors import ExtractionFailed


def feed_records(data: bytes) -> Iterator[dict[str, Any]]:
    """The entries of a feed. Raises ExtractionFailed where the XML is no feed; entities are never expanded."""
    if b"<!ENTITY" in data[:4096]:
        raise ExtractionFailed("XML with entities of its own is not read")
    try:
        feed = feedparser.parse(data)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        # What feedparser and the parsers below it let through on malformed input, such as a reference beyond Unicode.
        raise ExtractionFailed(f"broken XML: {error}") from error
    if not feed.entries:
        raise ExtractionFailed("no feed with entries in this XML")
    for entry in feed.entries:
        yield _record(entry, feed.feed)


def _record(entry: Any, feed: Any) -> dict[str, Any]:
    contents = [part.get("value", "") for part in entry.get("content", [])]
    return {
        "id": entry.get("link") or entry.get("id"),
        "url": entry.get("link"),
        "title": entry.get("title"),
        "body": max([*contents, entry.get("summary", "")], key=len),
        "published": entry.get("published"),
        # Asked as a plain dict: the library answers with the publication where there is no change.
        "modified": dict.get(entry, "updated") if dict.get(entry, "updated") != entry.get("published") else None,
        "tags": [tag.get("term") for tag in entry.get("tags", [])],
        "authors": [author.get("name") for author in entry.get("authors", [])],
        "source": feed.get("title"),
        "language": feed.get("language"),
    }
