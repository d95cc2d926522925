"""What a page says of its article besides the text, each field with the rule that gave it.

Precedence: the JSON-LD node of this page's article, then metas, then the marked-up elements, then the address; the
title has its own order (headline.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from index.extract import jsonld
from index.extract.dates import find_date, read_date
from index.extract.found import Found, FoundSeveral, fold, one_line
from index.extract.headline import headline
from index.extract.page import Page, opening
from index.extract.people import authors
from index.extract.topics import tags

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "http://ogp.me/ns/article#published_time",
    "og:published_time",
    "datepublished", "parsely-pub-date", "publisheddate", "published_at", "published", "publishdate", "publish-date",
    "publish_date", "pubdate", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "sailthru.date",
    "dc.date.issued",
    "dcterms.issued", "dc.date.created", "dcterms.created", "dcterms.date", "dc.date", "date.created", "date.available",
    "prism.publicationdate", "citation_publication_date", "citation_online_date", "datecreated", "date",
    "originalpublicationdate",
    "article.published", "created", "rnews:datepublished", "dc.terms.issued", "article_date_original",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:article:modified_time", "http://ogp.me/ns/article#modified_time", "datemodified",
    "og:updated_time", "article:updated_time", "dcterms.modified", "dc.date.modified", "date.modified",
    "date.updated", "last-modified", "last-modified-date",
)  # fmt: skip
_HAS_OFFSET = re.compile(r"[+-]\d\d:\d\d$")
_MIDNIGHT = re.compile(r"T00:00(?:[+-]|$)")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/-]|$)|/((?:19|20)\d\d)(\d\d)(\d\d)(?:/|$)")
_TIMES = (
    "//time[@pubdate or @itemprop='datePublished' or contains(@class,'publish')]",
    "//*[@itemprop='datePublished']",
    "(//h1/ancestor::*[position()<=3]//time | //article//time | //header//time)[@datetime]",
    "//time[@datetime]",
    "//time",
)
_DATE_CLASS = re.compile(r"[dD]ate|time|publish|posted|meta|byline")
_MOST_PLACES = 40
_SECTION_WORDS_OUT = frozenset(
    ("home", "homepage", "news", "start", "startseite", "index", "article", "articles", "tags", "story")
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields of a page's article besides its body."""

    url: Found
    title: Found
    published: Found
    modified: Found
    section: Found
    source: Found
    language: Found
    authors: FoundSeveral
    tags: FoundSeveral
    description: str
    article_body: str
    paywalled: bool


def read_metadata(page: Page) -> Metadata:
    """Read all of it once."""
    url = _url(page)
    node = jsonld.article_node(page.nodes, url.value)
    known = jsonld.by_id(page.nodes)
    source = _source(page, node, known, url.value)
    published = _published(page, node, url.value)
    title = headline(page, node, source.value)
    return Metadata(
        url=url,
        title=title,
        published=published,
        modified=_modified(page, node, published.value),
        section=_section(page, node, url.value),
        source=source,
        language=_language(page, node),
        authors=authors(page, node, known, _house(page, node, known, source.value)),
        tags=tags(page, node, source.value, title.value),
        description=_description(page, node),
        article_body=_article_body(node),
        paywalled=str(node.get("isAccessibleForFree")).lower() == "false",
    )


def _first(found: Iterable[Found]) -> Found:
    return next((item for item in found if item.value), Found())


def _url(page: Page) -> Found:
    return _first(_urls(page))


def _urls(page: Page) -> Iterator[Found]:
    base = page.given_url
    canonical = _address(page.link("canonical"), base)
    shared = next((_address(value, base) for _, value in page.meta("og:url")), "")
    # A canonical link to the front page says nothing of this article.
    if urlsplit(canonical).path.strip("/"):
        yield Found(canonical, "link canonical")
    if urlsplit(shared).path.strip("/"):
        yield Found(shared, "meta og:url")
    yield Found(base, "given")
    yield Found(canonical, "link canonical")


def _address(link: str, base: str) -> str:
    try:
        address = urljoin(base, link) if link else ""
        return address if urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _source(page: Page, node: jsonld.Node, known: dict[str, jsonld.Node], url: str) -> Found:
    return _first(_sources(page, node, known, url))


def _sources(page: Page, node: jsonld.Node, known: dict[str, jsonld.Node], url: str) -> Iterator[Found]:
    yield from (Found(value, f"meta {name}") for name, value in page.meta("og:site_name"))
    yield Found(_publisher(node, known), "json-ld publisher")
    yield from (
        Found(value, f"meta {name}")
        for name, value in page.meta("application-name", "twitter:app:name:iphone", "publisher")
    )
    yield Found(urlsplit(url).netloc.removeprefix("www."), "url")


def _publisher(node: jsonld.Node, known: dict[str, jsonld.Node]) -> str:
    publisher = node.get("publisher")
    if isinstance(publisher, list):
        publisher = publisher[0] if publisher else None
    if isinstance(publisher, dict) and not publisher.get("name"):
        publisher = known.get(str(publisher.get("@id")), publisher)
    return jsonld.text_of(publisher)


def _house(page: Page, node: jsonld.Node, known: dict[str, jsonld.Node], source: str) -> str:
    """The names under which the publisher itself may sign, one a line."""
    host = urlsplit(page.given_url).netloc.removeprefix("www.")
    return "\n".join((source, _publisher(node, known), host, *host.split(".")[:-1]))


def _published(page: Page, node: jsonld.Node, url: str) -> Found:
    month_first = _month_first(page)
    first = _first(_published_places(page, node, url, month_first))
    if first.value and not _HAS_OFFSET.search(first.value):
        # The day is known, or the time without its zone; a rule further down may say the same more exactly.
        for other in _published_places(page, node, url, month_first):
            if other.value != first.value and other.value.startswith(first.value) and not _MIDNIGHT.search(other.value):
                return other
    return first


def _published_places(page: Page, node: jsonld.Node, url: str, month_first: bool) -> Iterator[Found]:
    yield Found(read_date(jsonld.text_of(node.get("datePublished")), month_first), "json-ld datePublished")
    yield from (Found(read_date(value, month_first), f"meta {name}") for name, value in page.meta(*_PUBLISHED))
    yield Found(read_date(jsonld.text_of(node.get("dateCreated")), month_first), "json-ld dateCreated")
    for path in _TIMES:
        for element in page.tree.xpath(path)[:3]:
            text = one_line(element.get("datetime") or element.get("content"))[:100] or opening(element, 100)
            yield Found(read_date(text, month_first), "time element")
    yield Found(_date_in(url), "url")
    for element in islice(filter(_may_hold_date, page.tree.iter()), _MOST_PLACES):
        yield Found(find_date(opening(element, 160), month_first), "date element")


def _may_hold_date(element: etree._Element) -> bool:
    return _DATE_CLASS.search(element.get("class", "")) is not None or "date" in element.get("id", "")


def _month_first(page: Page) -> bool:
    return (page.tree.get("lang") or "").lower() in ("en-us", "en_us", "en")


def _date_in(url: str) -> str:
    match = _URL_DATE.search(urlsplit(url).path)
    if match is None:
        return ""
    year, month, day = (part for part in match.groups() if part)
    return read_date(f"{year}-{int(month):02d}-{int(day):02d}")


def _modified(page: Page, node: jsonld.Node, published: str) -> Found:
    for found in _modified_places(page, node):
        # A change before the publication is the time of some template.
        if found.value and not _earlier(found.value, published):
            return found
    return Found()


def _modified_places(page: Page, node: jsonld.Node) -> Iterator[Found]:
    yield Found(read_date(jsonld.text_of(node.get("dateModified"))), "json-ld dateModified")
    yield from (Found(read_date(value), f"meta {name}") for name, value in page.meta(*_MODIFIED))


def _earlier(one: str, other: str) -> bool:
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except ValueError:
        return False
    if (first.tzinfo is None) != (second.tzinfo is None):
        return first.date() + timedelta(days=1) < second.date()
    return first < second


def _section(page: Page, node: jsonld.Node, url: str) -> Found:
    return _first(Found(*found) for found in _sections(page, node, url) if fold(found[0]) not in _SECTION_WORDS_OUT)


def _sections(page: Page, node: jsonld.Node, url: str) -> Iterator[tuple[str, str]]:
    yield jsonld.text_of(node.get("articleSection")), "json-ld articleSection"
    for name, value in page.meta(
        "article:section", "og:section", "og:article:section", "parsely-section", "section", "prism.section"
    ):
        yield value.split(",")[0].strip(), f"meta {name}"
    yield from ((name, "json-ld breadcrumb") for name in _crumbs(page))
    segments = [part for part in urlsplit(url).path.split("/") if part]
    if len(segments) > 1 and re.fullmatch(r"[a-zA-Z-]{3,30}", segments[0]):
        yield segments[0].replace("-", " "), "url"


def _crumbs(page: Page) -> Iterator[str]:
    for node in page.nodes:
        items = node.get("itemListElement")
        if node.get("@type") == "BreadcrumbList" and isinstance(items, list):
            for item in items[1:2] if len(items) > 2 else items[:1]:
                thing = item.get("item") if isinstance(item, dict) else None
                yield jsonld.text_of(item) or jsonld.text_of(thing)


def _language(page: Page, node: jsonld.Node) -> Found:
    found = _first(Found(_language_code(value), rule) for value, rule in _languages(page, node))
    return found


def _languages(page: Page, node: jsonld.Node) -> Iterator[tuple[str, str]]:
    yield jsonld.text_of(node.get("inLanguage")), "json-ld inLanguage"
    yield page.tree.get("lang") or page.tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "", "html lang"
    yield from (
        (value, f"meta {name}") for name, value in page.meta("og:locale", "content-language", "language", "dc.language")
    )


def _language_code(value: str) -> str:
    match = re.match(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-]+)?$", value.strip())
    return match.group(1).lower() if match else ""


def _description(page: Page, node: jsonld.Node) -> str:
    places = [value for _, value in page.meta("og:description", "description", "twitter:description")]
    return max([jsonld.text_of(node.get("description")), *places], key=len, default="")


def _article_body(node: jsonld.Node) -> str:
    value = node.get("articleBody") or node.get("text") or ""
    return value if isinstance(value, str) else ""
