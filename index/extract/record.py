"""Record (a JSON object of some archive) -> Article. Pure, and cheap: the shape of a record is worked out once.

Names of fields may be paths: `fields.headline` is the headline inside `fields`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from index.article import Article
from index.errors import ExtractionFailed, SourceError
from index.extract.dates import iso_date, read_date
from index.extract.page import plain_text
from index.extract.people import clean_names
from index.extract.reading import Reading

Record = Mapping[str, Any]
Plan = list[tuple[str, Callable[[Any], Any], list[tuple[str | tuple[str, ...], str]]]]

# The names under which archives keep each field, best first: ours, the Guardian's and the New York Times' interfaces,
# schema.org, news-please, newspaper and common sense.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "_id", "uid", "guid", "article_id", "identifier"),
    "url": ("url", "link", "web_url", "webUrl", "canonical_url", "canonical_link", "source_url", "mainEntityOfPage",
            "@id"),
    "title": ("title", "headline", "fields.headline", "webTitle", "name"),
    "body": ("body", "text", "content", "maintext", "fields.bodyText", "fields.body", "articleBody", "full_text",
    "article",
             "cleaned_text", "lead_paragraph", "abstract", "description", "summary"),
    "published": ("published", "date", "datePublished", "date_publish", "publish_date", "published_at", "publishedAt",
                  "pub_date", "webPublicationDate", "publication_date", "published_date", "pubDate", "created_at",
                  "dateCreated", "timestamp"),
    "modified": ("modified", "dateModified", "date_modify", "fields.lastModified", "updated", "updated_at",
                 "modified_at"),
    "section": ("section", "articleSection", "sectionName", "section_name", "category"),
    "tags": ("tags", "keywords", "topics", "meta_keywords"),
    "authors": ("authors", "author", "fields.byline", "byline", "creator"),
    "source": ("source", "publisher", "source_domain", "sitename", "site_name", "fields.publication"),
    "language": ("language", "lang", "inLanguage", "meta_lang", "fields.lang"),
    "related": ("related",),
}  # fmt: skip
_WRAPPERS = ("response", "articles", "results", "docs", "content", "items", "data", "@graph", "records", "entries")
_NAMING = ("main", "webTitle", "value", "name", "original", "term", "title", "label", "$oid", "@value", "@id", "url")
_MARKUP = re.compile(r"</?(?:p|br|div|a|span|h[1-6]|strong|em|ul|li|figure|img)\b", re.IGNORECASE)
_BYLINE = re.compile(r"[,;&|@\"]|^by\b| and | und ", re.IGNORECASE)


class RecordReader:
    """Reads records, with the user's own names for fields before the common ones."""

    def __init__(self, mapping: Mapping[str, str] | None = None) -> None:
        own = mapping or {}
        self._names = {field: (own[field], *names) if field in own else names for field, names in NAMES.items()}
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._provenance: dict[tuple[str, ...], dict[str, str]] = {}

    def read(self, record: Record, fallback_id: str, origin: str = "") -> Reading:
        """Turn one record of the file `origin` into an article.

        Raises ExtractionFailed where it has neither title nor body.
        """
        found: dict[str, Any] = {}
        used: list[str] = []
        for field, clean, ways in self._plan(tuple(record)):
            for path, rule in ways:
                value = clean(record[path] if isinstance(path, str) else _at(record, path))
                if value:
                    found[field] = value
                    used.append(rule)
                    break
        if "title" not in found and "body" not in found:
            raise ExtractionFailed("a record without title and body")
        found["id"] = found.get("id") or found.get("url") or fallback_id
        article = Article(**({"title": "", "body": ""} | found), provenance=self._rules(tuple(used)))
        return Reading(article, (), origin)

    def _plan(self, keys: tuple[str, ...]) -> Plan:
        """For each field, how it is cleaned and where this shape of record may hold it."""
        plan = self._plans.get(keys)
        if plan is None:
            plan = [(field, _CLEANERS[field], list(_ways(field, names, keys))) for field, names in self._names.items()]
            plan = [step for step in plan if step[2]]
            if len(self._plans) < 10_000:
                self._plans[keys] = plan
        return plan

    def _rules(self, used: tuple[str, ...]) -> dict[str, str]:
        """The provenance, one object for all records in which the same fields were filled from the same names."""
        rules = self._provenance.get(used)
        if rules is None:
            rules = {field: f"record {name}" for field, _, name in (entry.partition("=") for entry in used)}
            if len(self._provenance) < 10_000:
                self._provenance[used] = rules
        return rules


def _ways(field: str, names: Sequence[str], keys: Sequence[str]) -> Iterator[tuple[str | tuple[str, ...], str]]:
    for name in names:
        path = tuple(name.split("."))
        if path[0] in keys:
            yield path if len(path) > 1 else name, f"{field}={name}"


def parse_mapping(text: str) -> dict[str, str]:
    """What `--map title=headline,body=content` says. Raises SourceError on a field that no article has."""
    mapping = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        field, _, name = (side.strip() for side in part.partition("="))
        if field not in NAMES or not name:
            raise SourceError("--map", f"{part!r} is not FIELD=NAME with one of the fields {', '.join(NAMES)}")
        mapping[field] = name
    return mapping


def records_in(value: Any, depth: int = 4) -> Iterator[Record]:
    """The records of a JSON document: itself, the members of a list, or those inside the wrappers of interfaces."""
    if isinstance(value, list):
        for item in value:
            yield from records_in(item, depth - 1) if isinstance(item, list) and depth else [item]
        return
    inner = (
        [value[key] for key in _WRAPPERS if isinstance(value.get(key), list | dict)] if isinstance(value, dict) else []
    )
    bare = not any(name in value for names in (NAMES["title"], ("text", "body")) for name in names) if inner else False
    if bare and depth:
        yield from records_in(inner[0], depth - 1)
    else:
        yield value


def _at(record: Record, path: Sequence[str]) -> Any:
    value: Any = record[path[0]]
    for key in path[1:]:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return next((text for text in (_text(value.get(key)) for key in _NAMING) if text), "")
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _body(value: Any) -> str:
    text = "\n\n".join(filter(None, map(_text, value))) if isinstance(value, list) else _text(value)
    if "<" in text and _MARKUP.search(text):
        return plain_text(text)
    if "\n" in text and "\n\n" not in text:
        return "\n\n".join(filter(None, (line.strip() for line in text.split("\n"))))
    return text


def _title(value: Any) -> str:
    text = _text(value)
    return plain_text(text).replace("\n\n", " ") if "<" in text and _MARKUP.search(text) else text


def _date(value: Any) -> str:
    text = _text(value)
    return _date_of(text) if text else ""


# Many articles have a date in common.
@lru_cache(maxsize=4096)
def _date_of(text: str) -> str:
    return iso_date(text) or read_date(text)


def _several(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        try:
            return _distinct(map(str.strip, value))
        except TypeError:  # Not all of them are strings.
            return _distinct(_text(item) for item in value if _is_topic(item))
    text = _text(value)
    return _distinct(part.strip() for part in text.split(";" if ";" in text else ",")) if text else ()


def _is_topic(item: Any) -> bool:
    """The Guardian lists authors, tones and publications among its tags; each says its type."""
    return not isinstance(item, Mapping) or item.get("type") in (None, "keyword") or "webTitle" not in item


def _authors(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return _distinct(_names(value.strip()))
    if isinstance(value, Mapping):
        value = value.get("original") or value.get("name") or value.get("person")
    items = value if isinstance(value, list) else [value]
    return _distinct(name for item in items for name in _names(_person(item)))


def _person(item: Any) -> str:
    if isinstance(item, Mapping) and item.get("lastname"):
        return f"{item.get('firstname') or ''} {item['lastname']}".strip()
    return _text(item)


@lru_cache(maxsize=65_536)
def _names(text: str) -> tuple[str, ...]:
    return tuple(clean_names(text)) if _BYLINE.search(text) else (text,)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


_CLEANERS = {
    "id": _text, "url": _text, "title": _title, "body": _body, "published": _date, "modified": _date, "section": _text,
    "tags": _several, "authors": _authors, "source": _text, "language": _text, "related": _several,
}  # fmt: skip
