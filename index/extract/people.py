"""The authors of a page: people before organisations, names without "By", addresses and handles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from index.extract.found import FoundSeveral, fold, one_line
from index.extract.jsonld import Node, text_of
from index.extract.page import Page, opening, text_in

# A meta speaks of the author when the last part of its name says so: "cXenseParse:author", "parsely-author".
_AUTHOR_META = re.compile(r"(?:^|[:._-]|article)(?:authors?|author_name|byline?|byl|creator)$")
_OTHER_META = re.compile(r"twitter|smartbanner|application|fb:|facebook|generator|copyright")
_BYLINE_CLASS = re.compile(r"[bB]yline|[aA]uthor|autor")
_MOST_BYLINES = 20
_BY = re.compile(
    r"^(?:by|von|par|por|di|da|av|af|door|od|от|words by|written by|texte?|yazan|oleh|"
    r"autor(?:in)?|author|автор)\b\s*:?\s*",
    re.I,
)
_ROLE = re.compile(r"\s*(?:기자|記者|특파원)(?:\s.*)?$|\s+/\s+.*$|\s+[|·•]\s.*$|\s*\((?:[^)]*)\)\s*$")
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_SPLIT = re.compile(r"\s*[,;、]\s*|\s+(?:and|und|&|og|och|y|e)\s+|\s*\|\s*")
_NOBODY = frozenset(
    "admin administrator editor staff news newsroom redaktion redaction redazione redacción redakcja web desk author"
    " autor team n/a na none null unknown anonymous guest user default".split()
)
_BARE = re.compile(r"[^\W\d_][\w.'’ -]+")
# What the rule of the authors ends with where they are only the publisher's own name.
PUBLISHER = " (the publisher)"
_LONGEST, _LONGEST_BYLINE = 60, 200


def authors(page: Page, node: Node, known: dict[str, Node], site: str) -> FoundSeveral:
    """The authors and their rule; the publisher itself only where nobody else is named."""
    house: FoundSeveral | None = None
    for values, rule in _places(page, node, known, site):
        names = tuple(dict.fromkeys(values))
        if any(not _is_house(name, site) for name in names):
            return _completed(page, FoundSeveral(names, rule))
        house = house or (FoundSeveral(names, f"{rule}{PUBLISHER}") if names else None)
    return house or FoundSeveral()


def _completed(page: Page, found: FoundSeveral) -> FoundSeveral:
    """The names with those that the page links as authors beside them; metadata may know only the last of several."""
    links = [link for link in page.elements["a"] if link.get("rel") == "author"][:12]
    linked = [name for link in links for name in clean_names(text_in(link))]
    names = tuple(dict.fromkeys(linked))
    return (
        FoundSeveral(names, "links to authors")
        if len(names) > len(found.values) and set(found.values) < set(names)
        else found
    )


def names_in(line: str) -> tuple[str, ...]:
    """The names in a line that is nothing but names, () for any other line."""
    parts = re.split(r"\s*/\s*|\s*,\s*|\s+and\s+", _BY.sub("", line.strip())) if len(line) < 100 else []
    return tuple(parts) if parts and all(_looks_like_name(part) and _BARE.fullmatch(part) for part in parts) else ()


def clean_names(text: str) -> Iterator[str]:
    """The names in a byline: "By Ann Lee and Bo Poe, editor@paper.example" -> Ann Lee, Bo Poe."""
    text = _BY.sub("", one_line(_CONTACT.sub(" ", text)))
    for part in _SPLIT.split(text):
        name = _ROLE.sub("", part).strip(" .,:;-–—|\"'“”@•·/()")
        if name and len(name) <= _LONGEST and any(map(str.isalpha, name)) and fold(name) not in _NOBODY:
            yield name


def _places(page: Page, node: Node, known: dict[str, Node], site: str) -> Iterator[tuple[list[str], str]]:
    yield list(_linked(node.get("author"), known)), "json-ld author"
    for rank in (("article:", "parsely", "sailthru", "og:"), ("",)):
        for name, contents in page.metas.items():
            if _AUTHOR_META.search(name) and not _OTHER_META.search(name) and name.startswith(rank):
                yield (
                    [
                        n
                        for text in contents
                        for n in _from_meta(name, text)
                        if len(contents) < 2 or not _is_house(n, site)
                    ],
                    f"meta {name}",
                )
    yield list(_linked(node.get("creator"), known)), "json-ld creator"
    yield _bylines(page), "byline"


def _from_meta(name: str, text: str) -> Iterator[str]:
    if text.startswith(("http:", "https:", "@", "//")):
        return
    family, comma, given = text.partition(", ")
    if name.startswith(("dc.", "dcterms.", "citation_")) and comma and " " not in family and "," not in given:
        text = f"{given} {family}"
    yield from clean_names(text)


def _linked(value: Any, known: dict[str, Node]) -> Iterator[str]:
    """The names in a JSON-LD author: text, a person, a reference to one, or a list of these; people first."""
    items = value if isinstance(value, list) else [value]
    things = [known.get(str(i.get("@id")), i) if isinstance(i, dict) and not i.get("name") else i for i in items]
    for thing in sorted(things, key=_is_organisation):
        if isinstance(thing, str):
            yield from clean_names(thing) if not thing.startswith("http") else ()
        elif isinstance(thing, dict):
            yield from clean_names(_person(thing))


def _is_organisation(thing: Any) -> bool:
    return isinstance(thing, dict) and "Organization" in str(thing.get("@type"))


def _person(thing: Node) -> str:
    name = thing.get("name")
    if isinstance(name, list):
        return ", ".join(text_of(part) for part in name)
    given = " ".join(filter(None, (text_of(thing.get("givenName")), text_of(thing.get("familyName")))))
    return text_of(name) or given or text_of(thing.get("byline"))


def _bylines(page: Page) -> list[str]:
    for element in islice(filter(_is_byline, page.tree.iter()), _MOST_BYLINES):
        text = opening(element, _LONGEST_BYLINE)
        names = [name for name in clean_names(text) if _looks_like_name(name)] if len(text) < _LONGEST_BYLINE else []
        if names:
            return names
    return []


def _is_byline(element: etree._Element) -> bool:
    get = element.get
    named = "author" in (get("rel"), get("itemprop")) or _BYLINE_CLASS.search(get("class", "")) is not None
    return named and element.tag not in ("meta", "body")


def _looks_like_name(name: str) -> bool:
    words = name.split()
    return (
        2 <= len(words) <= 5
        and not any(c.isdigit() or c in ":/" for c in name)
        and all(w[0].isupper() or len(w) <= 3 for w in words)
    )


def _is_house(name: str, site: str) -> bool:
    """Whether the name is the publisher's own rather than a person's."""
    own, other = fold(name).replace(" ", ""), fold(site).replace(" ", "")
    return not own or any(own == part for part in _site_names(other, site))


def _site_names(folded: str, site: str) -> Iterable[str]:
    yield folded
    for part in re.split(r"[|\n]", site):
        yield fold(part).replace(" ", "")
