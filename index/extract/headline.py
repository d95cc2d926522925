"""The headline of a page, without the name of the site.

og:title is the headline that editors write for the article; precedence over it only where it is plainly another thing:
a search title (it is word for word the title element, which a site's name would end), or a headline cut short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from index.extract.found import Found, fold, one_line
from index.extract.jsonld import Node, is_article, text_of
from index.extract.page import Page, text_in

_SEPARATOR = re.compile(r"\s+[|–—\-:*•·»›]+\s+|\s*[|｜ㅣ»›]\s*|\s+[-–—]|：")
_DOMAIN = re.compile(r"[\w-]+\.(?:[a-z]{2,3}|co\.[a-z]{2})", re.IGNORECASE)
_LONGEST_SITE = 60


def headline(page: Page, node: Node, site: str) -> Found:
    """The title and its rule."""
    linked, shared, headings = _linked(node), _shared(page), _headings(page)
    heading = _the_heading(headings, (linked.value, shared.value, _title_element(page)))
    written = (_search_title(page, linked, shared, heading, site), shared, linked, _first_meta(page))
    for chosen in chain(written, _marked_up(page), (heading,)):
        if chosen.value:
            agreed = fold(linked.value) == fold(chosen.value)
            return _without_site(chosen, () if agreed else (linked.value, heading.value, _twitter(page)), site)
    return _without_site(Found(_title_element(page), "title element"), (), site)


def _linked(node: Node) -> Found:
    return Found(text_of(node.get("headline")) or text_of(node.get("name")), "json-ld headline")


def _shared(page: Page) -> Found:
    return next((Found(value, f"meta {name}") for name, value in page.meta("og:title")), Found())


def _first_meta(page: Page) -> Found:
    names = (
        "headline",
        "parsely-title",
        "sailthru.title",
        "dc.title",
        "dcterms.title",
        "citation_title",
        "twitter:title",
        "title",
    )
    return next((Found(value, f"meta {name}") for name, value in page.meta(*names)), Found())


def _marked_up(page: Page) -> Iterator[Found]:
    """What the microdata calls the headline of an article; the head of a page has one of its own (WPHeader)."""
    for element in page.tree.xpath("//*[@itemprop='headline']"):
        scope = next((above for above in element.iterancestors() if above.get("itemscope") is not None), None)
        if scope is not None and is_article({"@type": scope.get("itemtype", "")}):
            yield Found(one_line(text_in(element)) or element.get("content", ""), "itemprop headline")


def _twitter(page: Page) -> str:
    return next((value for _, value in page.meta("twitter:title")), "")


def _title_element(page: Page) -> str:
    return one_line(page.tree.findtext(".//title"))


def _headings(page: Page) -> list[str]:
    texts = (one_line(text_in(element)) for element in page.elements["h1"])
    return [text for text in texts if text]


def _the_heading(headings: list[str], titles: tuple[str, ...]) -> Found:
    """The h1 of the article: the one that another title confirms, else the only one or the first."""
    for heading in headings:
        folded = fold(heading)
        if folded and any(folded in fold(title) for title in titles):
            return Found(heading, "h1")
    return Found(max(headings[:3], key=len), "h1") if headings else Found()


def _search_title(page: Page, linked: Found, shared: Found, heading: Found, site: str) -> Found:
    """The JSON-LD headline where og:title seems to be written for search engines."""
    if not linked.value or not shared.value or fold(linked.value) == fold(shared.value):
        return Found()
    bare, own, other = fold(_title_element(page)), fold(linked.value), fold(shared.value)
    is_heading = own == fold(heading.value)
    cut_short = bare.startswith(other) and not _is_tail(_title_element(page), shared.value)
    searched = is_heading and fold(_without_site(Found(_title_element(page)), (), site).value) == other
    if other == bare or searched or (cut_short and not is_heading):
        return linked
    plain = ": " not in linked.value
    return linked if is_heading and (own == bare or (plain and own == fold(_twitter(page)))) else Found()


def _without_site(title: Found, others: tuple[str, ...], site: str) -> Found:
    """The title cut where another one ends, or before the name of the site."""
    value = title.value
    for other in others:
        if other and len(other) < len(value) and len(other) > len(value) // 3 and _is_tail(value, other):
            return Found(other, title.rule)
    while (cut := _site_cut(value, site)) > 0:
        value = value[:cut].rstrip()
    return Found(value or title.value, title.rule)


def _is_tail(value: str, other: str) -> bool:
    """Whether `value` is `other`, a separator and something more."""
    rest = value[len(other) :]
    return (
        fold(value[: len(other)]) == fold(other) and _SEPARATOR.match(rest if rest[:1].isspace() else rest) is not None
    )


def _site_cut(value: str, site: str) -> int:
    """Where the name of the site begins at the end of a title, -1 where it does not end in one."""
    last = next(reversed(list(_SEPARATOR.finditer(value))), None)
    if last is None or len(value) - last.end() > _LONGEST_SITE:
        return -1
    tail, name = fold(value[last.end() :]).replace(" ", ""), fold(site).replace(" ", "")
    known = bool(tail) and bool(name) and (tail in name or name in tail)
    known = known or _DOMAIN.fullmatch(value[last.end() :]) is not None
    return last.start() if known and last.start() > 0 else -1
