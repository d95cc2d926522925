"""The tags of a page: what its editors say it is about, without what stands on every page of the site."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from lxml import etree

from index.extract.found import FoundSeveral, fold, one_line
from index.extract.jsonld import Node, text_of
from index.extract.page import Page, text_in

_META_GROUPS: tuple[tuple[str, ...], ...] = (
    ("news_keywords", "keywords"),
    ("dc.subject", "dcterms.subject"),
    ("article:tag", "og:article:tag", "og:tag"),
    ("parsely-tags", "sailthru.tags", "citation_keywords", "prism.keyword", "topics", "tags", "tag"),
)
# A link leads to a topic when its attributes, or those of the two elements around it, say so.
_TOPIC_SIGN = re.compile(
    r"(?:^|[^a-z])(?:tags?|topics?|keywords?|thema|themen|schlagwor\w*|temas?|etiquetas?)(?:[^a-z]|$)", re.I
)
# Every sign holds one of these, which are found much faster.
_TOPIC_STEMS = ("tag", "topic", "keyword", "them", "schlagwor", "tema", "etiqueta")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_TOPICS = re.compile(
    r"(?:^|[^a-z])(?:nav|menu|footer|header|breadcrumbs?|trending|popular|sidebar|related-(?:news|articles))(?:[^a-z]|$)",
    re.I,
)
_MOST_LINKS = 25
_CODE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9_:]{2,}[0-9_:][A-Z0-9_:-]*|[A-Z]{2,6}(?::[A-Z-]+)")
_PREFIX = re.compile(r"^(?:category|section|topic|tag|keyword|subject|theme|people|place)s?:\s*", re.IGNORECASE)
_PATH = re.compile(r"^(?:topic|section|organization|person|place|category|tag|story)s?/(?=\S)")
_DROPPED_PREFIX = re.compile(r"^(?:nlp|type|format|template|source|author|content|sensitivity)[\w\s-]*:", re.IGNORECASE)
# Tags as parts of addresses: they have lost their case, so any other list is better.
_SLUGS = re.compile(r"(?=.*-)[a-z0-9-]+(?: [a-z0-9-]+){3,}")
_SHARING = frozenset(
    "teilen share tweet email e-mail facebook twitter whatsapp print drucken compartir partager".split()
)
_LONGEST, _MOST = 60, 40


def tags(page: Page, node: Node, site: str, title: str) -> FoundSeveral:
    """The tags and their rule: what the metadata lists, then the list of topics that the page shows."""
    weak = FoundSeveral()
    for values, rule in _places(page, node):
        kept = _clean(values, site)
        if kept and not _is_made_up(kept, title):
            return FoundSeveral(kept, rule)
        weak = weak if weak.values else FoundSeveral(kept, rule)
    return FoundSeveral() if _are_codes(weak.values) else weak


def _places(page: Page, node: Node) -> Iterator[tuple[list[str], str]]:
    groups = [[(name, text) for name, text in page.meta(*group)] for group in _META_GROUPS]
    for at, group in enumerate(groups):
        texts = [(name, text) for name, text in group if not _SLUGS.fullmatch(text)]
        if texts:
            yield [part for _, text in texts for part in split_tags(text)], f"meta {texts[0][0]}"
        if at == 1:
            yield list(_linked(node.get("keywords"))), "json-ld keywords"
    yield linked_topics(page.tree), "links to topics"
    yield list(_linked(node.get("about"))), "json-ld about"


def _is_made_up(values: tuple[str, ...], title: str) -> bool:
    """Whether a machine wrote the tags: codes, or the words of the headline one by one."""
    if _are_codes(values):
        return True
    words = set(_plain(title).split())
    single = [value for value in values if len(_plain(value).split()) == 1 and _plain(value) in words]
    return len(values) >= 4 and len(single) > len(values) * 0.6


def _plain(text: str) -> str:
    """Folded, and without accents, which addresses and the tags made of them have lost."""
    return "".join(c for c in unicodedata.normalize("NFKD", fold(text)) if not unicodedata.combining(c))


def _are_codes(values: tuple[str, ...]) -> bool:
    return (
        len(values) >= 4 and sum(bool(_CODE.fullmatch(value)) or value.isupper() for value in values) > len(values) // 2
    )


def linked_topics(tree: etree._Element) -> list[str]:
    """The topics of the list of links that the page shows at its article, [] where there is none."""
    groups: dict[etree._Element, list[str]] = {}
    near: set[etree._Element] = set()
    started = False
    for element in tree.iter("h1", "a"):
        if element.tag == "h1":
            started = True
            near.update(
                a
                for _, a in zip(range(3), element.iterancestors(), strict=False)
                if a.tag not in ("body", "html", "main")
            )
        elif (element.get("href") or element.get("role")) and (holder := _topic_holder(element)) is not None:
            groups.setdefault(holder, []).append(one_line(text_in(element)))
            if started:
                near.add(holder)
    # Before the headline only links in its own box count, not the day's topics in the head of the page.
    return next((n for h, n in groups.items() if len(n) <= _MOST_LINKS and (h in near or h.getparent() in near)), [])


def _topic_holder(link: etree._Element) -> etree._Element | None:
    """The element that holds the list of topics this link is one of."""
    around = [element for _, element in zip(range(4), link.iterancestors(), strict=False)]
    # Asked first, because hardly any link passes it.
    if not any(_speaks_of_topics(element) for element in (link, *link.iterchildren(), *around[:3])):
        return None
    text = one_line(text_in(link))
    if not 1 < len(text) <= 50 or len(text.split()) > 6 or "category" in link.get("rel", "") + link.get("href", ""):
        return None
    if any(element.tag == "p" and len(text_in(element)) > 3 * len(text) + 60 for element in around):
        return None
    if link.get("rel") != "tag" and any(_is_furniture(element) for element in link.iterancestors()):
        return None
    return around[1] if len(around) > 1 and around[0].tag in ("li", "span") else around[0]


def _speaks_of_topics(element: etree._Element) -> bool:
    return _means_topics(" ".join(element.values()))


@lru_cache(maxsize=4096)
def _means_topics(attributes: str) -> bool:
    folded = attributes.lower()
    return any(stem in folded for stem in _TOPIC_STEMS) and _TOPIC_SIGN.search(_CAMEL.sub("-", attributes)) is not None


def _is_furniture(element: etree._Element) -> bool:
    if element.tag in ("footer", "nav", "header"):
        inside = any(a.tag in ("article", "main") for a in element.iterancestors())
        return not (inside or _speaks_of_topics(element) or _holds_headline(element))
    return _NOT_TOPICS.search(_names(element)) is not None and not _holds_headline(element)


def _holds_headline(element: etree._Element) -> bool:
    return element.find(".//h1") is not None


def _names(element: etree._Element) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}" if element.tag not in ("body", "html") else ""


def split_tags(text: str) -> list[str]:
    """The tags in one string, by the separator that it uses."""
    for separator in (";", ",", "|", "،", "、"):
        if separator in text:
            return [part.strip() for part in text.split(separator)]
    return [text]


def _linked(value: Any) -> Iterator[str]:
    items = value if isinstance(value, list) else [value]
    for item in items:
        text = text_of(item)
        yield from split_tags(text) if isinstance(item, str) and len(items) == 1 else [text]


def _clean(values: Iterable[str], site: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for value in values:
        value = _PATH.sub("", _PREFIX.sub("", _trimmed(value)))
        key = fold(value)
        if key and key not in found and not _is_junk(value, key, site):
            found[key] = value
    return tuple(found.values())[:_MOST]


def _trimmed(value: str) -> str:
    value = one_line(value).strip(" \"',;#")
    return value.rstrip(".") if value.count(".") == 1 else value


def _is_junk(value: str, key: str, site: str) -> bool:
    if len(value) > _LONGEST or _CODE.fullmatch(value) or _DROPPED_PREFIX.match(value):
        return True
    return (
        key == "news"
        or key in _SHARING
        or ":" in value[2:-2]
        and " " not in value
        or key.replace(" ", "") == fold(site).replace(" ", "")
        or value.startswith(("http:", "https:"))
        or "%" in unquote(value)
    )
