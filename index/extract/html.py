"""HTML page -> Article. Pure: bytes in, article out, no disk and no network."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from index.article import Article
from index.errors import ExtractionFailed
from index.extract.dates import find_date, iso_date
from index.extract.reading import Reading

_DATES = ("article:published_time", "datePublished", "date", "dc.date", "parsely-pub-date")


def read_html(data: bytes | str, id: str, url: str = "") -> Reading:
    """Find the article in a page. Raises ExtractionFailed where there is none."""
    soup = BeautifulSoup(data, "lxml")
    main = _element(soup, "article") or _element(soup, "main") or soup
    paragraphs = [" ".join(p.get_text(" ").split()) for p in main.find_all("p")]
    body = "\n\n".join(text for text in paragraphs if len(text.split()) > 3)
    if not body:
        raise ExtractionFailed("no article in this page")
    heading = _element(soup, "h1")
    title = _meta(soup, "og:title") or (" ".join(heading.get_text(" ").split()) if heading else "")
    published = next(filter(None, (iso_date(text) or find_date(text) for text in (_meta(soup, n) for n in _DATES))), "")
    link = _element(soup, "link", rel="canonical")
    canonical = str(link.get("href") or "") if link else ""
    keywords = _meta(soup, "news_keywords") or _meta(soup, "keywords")
    article = Article(
        id=canonical or url or id,
        title=title,
        body=body,
        url=canonical or url,
        published=published,
        section=_meta(soup, "article:section"),
        tags=tuple(dict.fromkeys(word.strip() for word in keywords.split(",") if word.strip())),
        authors=tuple(filter(None, (_meta(soup, "author"),))),
        source=_meta(soup, "og:site_name"),
        provenance={"body": "paragraphs of the main element", "title": "og:title or h1"},
    )
    return Reading(article)


def _meta(soup: BeautifulSoup, name: str) -> str:
    tag = _element(soup, "meta", property=name) or _element(soup, "meta", name=name)
    return str(tag.get("content") or "").strip() if tag else ""


def _element(soup: BeautifulSoup, element: str, /, **attributes: str) -> Tag | None:
    found = soup.find(element, attrs=dict(attributes))
    return found if isinstance(found, Tag) else None
