"""Bytes of a page -> one parsed Page, read once and shared by everything that looks at it.

Beautiful Soup reads the metadata elements only (a twentieth of a page); the whole page is walked as the lxml tree that
was built anyway, because a soup of everything costs ten times the parse (54 against 3 ms on news pages).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bs4 import BeautifulSoup
from lxml import etree

from index.errors import ExtractionFailed
from index.extract import jsonld
from index.extract.blocks import blocks_of
from index.extract.charset import to_utf8
from index.extract.found import one_line

# The elements that the metadata is read from; one walk of the page finds them all.
_ASKED = ("meta", "link", "script", "h1", "a")
# Metas for browsers, crawlers and previews, half of all: nothing of the article stands in them.
_TECHNICAL = re.compile(
    r"viewport|robots|theme-color|x-ua-compatible|fb:|msapplication-|apple-|og:(?:image|video|type)|"
    r"twitter:(?:card|site|creator|image)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Page:
    """A parsed page: its tree, its metadata by name, its JSON-LD nodes."""

    tree: etree._Element
    given_url: str

    @cached_property
    def elements(self) -> dict[str, list[etree._Element]]:
        """The metas, links, scripts, first headings and anchors by tag, in the order of the page."""
        found: dict[str, list[etree._Element]] = {tag: [] for tag in _ASKED}
        for element in self.tree.iter(*_ASKED):
            found[element.tag].append(element)
        return found

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The metadata elements alone."""
        elements = [meta for meta in self.elements["meta"] if _says_something(meta)]
        elements += [link for link in self.elements["link"] if link.get("rel") == "canonical"]
        markup = "".join(etree.tostring(e, encoding="unicode", method="html", with_tail=False) for e in elements)
        return BeautifulSoup(markup, "lxml")

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """The contents of all meta elements by lower-case name, property or itemprop, in the order of the page."""
        found: dict[str, list[str]] = {}
        for tag in self.soup.find_all("meta"):
            content = " ".join(str(tag.get("content") or tag.get("value") or "").split())
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                key = str(tag.get(attribute) or "").strip().lower()
                if key and content:
                    found.setdefault(key, []).append(content)
        return found

    @cached_property
    def nodes(self) -> list[jsonld.Node]:
        """All JSON-LD nodes."""
        scripts = self.elements["script"]
        return jsonld.parse_scripts(text_in(s) for s in scripts if "ld+json" in s.get("type", "").lower())

    def meta(self, *names: str) -> Iterator[tuple[str, str]]:
        """The (name, content) pairs of these metas, name by name."""
        for name in names:
            for content in self.metas.get(name, ()):
                yield name, content

    def link(self, rel: str) -> str:
        """The address of the first link element of this relation, or ""."""
        for tag in self.soup.find_all("link"):
            relations = tag.get("rel") or []
            if rel in (relations if isinstance(relations, list) else [relations]):
                return str(tag.get("href") or "").strip()
        return ""


def parse_page(data: bytes | str, url: str = "", charset: str = "") -> Page:
    """Parse a page. Raises ExtractionFailed where there is no markup at all."""
    # Bytes in any case, because lxml refuses a string that declares its own encoding.
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else to_utf8(data, charset, markup=True)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(raw.replace(b"\0", b""), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionFailed("not a page: no markup in it") from error
    if tree is None:
        raise ExtractionFailed("not a page: no markup in it")
    return Page(tree, url)


def _says_something(meta: etree._Element) -> bool:
    name = meta.get("property") or meta.get("name") or ""
    return (meta.get("content") or meta.get("value")) is not None and not _TECHNICAL.match(name.lstrip())


def text_in(element: etree._Element) -> str:
    """All text inside an element, as it stands."""
    return "".join(element.itertext())


def opening(element: etree._Element, most: int) -> str:
    """The text inside an element as one line, cut after `most` characters: an element may hold the whole page."""
    pieces: list[str] = []
    size = 0
    for piece in element.itertext():
        pieces.append(piece)
        size += len(one_line(piece))
        if size > most:
            break
    return one_line("".join(pieces))[:most]


def plain_text(markup: str) -> str:
    """A piece of HTML (a body field, a feed's content) as paragraphs, all of it."""
    try:
        page = parse_page(markup)
    except ExtractionFailed:
        return ""
    return "\n\n".join(block.text for block in blocks_of(page.tree))
