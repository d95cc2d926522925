"""Record (a JSON object of some archive) -> Article. Pure, and cheap: the shape of a record is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from index.article import Article
from index.errors import ExtractionFailed
from index.extract.dates import find_date, iso_date
from index.extract.reading import Reading

Record = Mapping[str, Any]

# The names under which archives keep each field, best first.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "_id", "uid", "guid", "article_id"),
    "url": ("url", "link", "web_url", "webUrl", "canonical_url", "source_url"),
    "title": ("title", "headline", "webTitle", "name"),
    "body": ("body", "text", "content", "maintext", "articleBody", "article", "cleaned_text"),
    "published": ("published", "date", "datePublished", "date_publish", "publish_date", "published_at", "pub_date",
                  "webPublicationDate", "publication_date", "created_at", "dateCreated"),
    "modified": ("modified", "dateModified", "date_modify", "updated", "updated_at", "modified_at"),
    "section": ("section", "articleSection", "sectionName", "section_name", "category"),
    "tags": ("tags", "keywords", "topics", "meta_keywords"),
    "authors": ("authors", "author", "byline", "creator"),
    "source": ("source", "publisher", "source_domain", "sitename"),
    "language": ("language", "lang", "inLanguage", "meta_lang"),
    "related": ("related",),
}  # fmt: skip

_TEXTS = ("title", "body", "url", "section", "source", "language")
_plans: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}


def read_record(record: Record, fallback_id: str) -> Reading:
    """Turn one record into an article. Raises ExtractionFailed where it has neither title nor body."""
    plan = _plan(tuple(record))
    found = {field: _first(record, names) for field, names in plan.items()}
    title, body = _text(found.get("title")), _body(found.get("body"))
    if not (title or body):
        raise ExtractionFailed("a record without title and body")
    url = _text(found.get("url"))
    article = Article(
        id=_text(found.get("id")) or url or fallback_id,
        title=title,
        body=body,
        url=url,
        published=_date(found.get("published")),
        modified=_date(found.get("modified")),
        section=_text(found.get("section")),
        tags=_several(found.get("tags")),
        authors=_several(found.get("authors")),
        source=_text(found.get("source")),
        language=_text(found.get("language")),
        related=_several(found.get("related")),
        provenance={field: f"record {names[0]}" for field, names in plan.items()},
    )
    return Reading(article)


def _plan(keys: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """For each field the keys of this shape of record that may hold it."""
    plan = _plans.get(keys)
    if plan is None:
        present = {field: tuple(name for name in names if name in keys) for field, names in NAMES.items()}
        plan = {field: names for field, names in present.items() if names}
        if len(_plans) < 1000:
            _plans[keys] = plan
    return plan


def _first(record: Record, names: Iterable[str]) -> Any:
    for name in names:
        value = record[name]
        if value:
            return value
    return None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _text(value.get("name") or value.get("main") or value.get("@id"))
    return str(value) if isinstance(value, int | float) else ""


def _body(value: Any) -> str:
    if isinstance(value, list):
        return "\n\n".join(text for text in map(_text, value) if text)
    return _text(value)


def _several(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(dict.fromkeys(text for text in map(_text, value) if text))
    text = _text(value)
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _date(value: Any) -> str:
    text = _text(value)
    return iso_date(text) or find_date(text) if text else ""
