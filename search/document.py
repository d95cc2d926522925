"""Page -> the JSON documents of the endpoint, which the command line prints as well.

Links are absolute paths, so that they hold behind any proxy; `root` is the path under which the service is mounted.
What is unknown is null. Offsets count Unicode code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from index.article import Article
from search.engine import Facet, Generation, Hit
from search.marked import Marked
from search.page import Page, ResultItem
from search.parameters import Parameters
from search.reading import ReadingPage
from search.relaxations import Relaxation

Document = dict[str, Any]


def page_document(page: Page, root: str = "") -> Document:
    """The answer to GET /api/search."""
    asked = page.parameters
    return {
        "query": {"q": asked.q, "parsed": page.sentence, "warnings": list(page.warnings)},
        "total": page.total,
        "total_relation": page.total_relation,
        "page": None if asked.cursor else asked.page,
        "page_size": asked.page_size,
        "pages": page.pages,
        "next_cursor": page.next_cursor or None,
        "sort": page.sort.value,
        "took_ms": page.took_ms,
        "index": _index(page.generation),
        "results": [_result(item, asked.q, root) for item in page.items],
        "facets": {facet.name: _facet(facet) for facet in page.facets},
        "suggestions": {"relaxed": [_relaxed(looser, root) for looser in page.relaxations]},
        "links": {
            **_api_links(page, f"{root}/api/search"),
            "html": address(f"{root}/search", asked, cursor="", facets=()),
        },
    }


def article_document(page: ReadingPage, root: str = "") -> Document:
    """The answer to GET /api/articles/ID."""
    article = page.article
    return {
        "id": article.id,
        "url": page.url or None,
        "title": article.title,
        "body": article.body,
        **_facts(article),
        "related": list(article.related),
        "word_count": page.word_count,
        "index": _index(page.generation),
        "links": _article_links(article.id, "", root),
    }


def page_links(page: Page, path: str) -> dict[str, str]:
    """The links from one page to others, by their relation; those that lead nowhere are left out."""
    asked, last = page.parameters, max(page.pages, 1)
    targets = {"self": asked.page, "first": 1, "prev": min(asked.page - 1, last), "next": asked.page + 1, "last": last}
    return {
        relation: address(path, asked, page=number)
        for relation, number in targets.items()
        if relation == "self" or 1 <= number <= last
    }


def _api_links(page: Page, path: str) -> dict[str, str]:
    """From a cursor, the ranking goes on by cursors."""
    asked = page.parameters
    if not asked.cursor:
        return page_links(page, path)
    links = {"self": address(path, asked), "first": address(path, asked, cursor="")}
    return {**links, "next": address(path, asked, cursor=page.next_cursor)} if page.next_cursor else links


def link_header(links: Mapping[str, str]) -> str:
    """The same links as a Link header (RFC 8288)."""
    return ", ".join(f'<{target}>; rel="{relation}"' for relation, target in links.items() if relation != "html")


def address(path: str, parameters: Parameters, **changes: object) -> str:
    """The address of a search; what is at its default is left out."""
    query = parameters.query_string(**changes)
    return f"{path}?{query}" if query else path


def article_path(article_id: str, q: str = "", prefix: str = "/articles") -> str:
    """The address of an article. Ids may be addresses themselves, so every reserved character is escaped."""
    path = f"{prefix}/{quote(article_id, safe='', errors='replace')}"
    return f"{path}?{urlencode({'q': q})}" if q else path


def _result(item: ResultItem, q: str, root: str) -> Document:
    hit = item.hit
    return {
        "id": hit.id,
        "url": item.url or None,
        "title": hit.title,
        "snippets": [snippet_document(snippet) for snippet in item.snippets],
        **_facts(hit),
        "word_count": item.word_count,
        "score": round(hit.score, 6),
        "links": _article_links(hit.id, q, root),
    }


def _facts(article: Article | Hit) -> Document:
    return {
        "published": article.published or None,
        "modified": article.modified or None,
        "section": article.section or None,
        "tags": list(article.tags),
        "authors": list(article.authors),
        "source": article.source or None,
        "lang": article.language or None,
    }


def snippet_document(snippet: Marked) -> Document:
    """One passage: ready for a page as `html`, and as plain `text` with the spans that are marked in it."""
    return {
        "html": marked_html(snippet),
        "text": snippet.text,
        "offsets": [list(span) for span in snippet.offsets],
        "field": snippet.field,
    }


def marked_html(text: Marked) -> str:
    """The text escaped for HTML, with <mark> as its only element."""
    return "".join(f"<mark>{escape(part)}</mark>" if mark else escape(part) for part, mark in text.parts if part)


def _article_links(article_id: str, q: str, root: str) -> dict[str, str]:
    return {
        "self": article_path(article_id, prefix=f"{root}/api/articles"),
        "html": article_path(article_id, q, f"{root}/articles"),
    }


def _relaxed(looser: Relaxation, root: str) -> Document:
    links = {"self": address(f"{root}/api/search", Parameters(q=looser.q))}
    return {"change": looser.change, "q": looser.q, "total": looser.total, "links": links}


def _facet(facet: Facet) -> Document:
    return {"values": [{"value": value, "count": count} for value, count in facet.counts], "others": facet.others}


def _index(generation: Generation) -> Document:
    return {"generation": generation.number, "updated_at": generation.updated_at or None}
