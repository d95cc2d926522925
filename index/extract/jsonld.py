"""JSON-LD scripts of a page -> the node that describes its article. Broken JSON is mended where that is plain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any
from urllib.parse import urlsplit

Node = dict[str, Any]

_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|NewsStory|LiveBlogPosting|Posting|Report|Review|OpinionPiece)$")
_LISTS = frozenset(("itemListElement", "hasPart", "mentions", "relatedLink", "comment", "liveBlogUpdate", "isPartOf"))
_MOST_NODES = 2000


def parse_scripts(scripts: Iterable[str]) -> list[Node]:
    """All JSON-LD nodes of a page, outermost first; lists of other pages' articles are left out."""
    nodes: list[Node] = []
    for script in scripts:
        nodes.extend(_walk(_loads(script)))
        if len(nodes) > _MOST_NODES:
            break
    return nodes


def article_node(nodes: Sequence[Node], url: str) -> Node:
    """The article among the nodes: the one that names this page's address, else the first; {} without one."""
    articles = [node for node in nodes if is_article(node)]
    if not articles:
        return {}
    path = _path(url)
    for node in articles:
        if path and any(_path(address) == path for address in _addresses(node)):
            return _merged(node, articles, path)
    named = [node for node in articles if node.get("headline") or node.get("datePublished")]
    return named[0] if named else articles[0]


def is_article(node: Node) -> bool:
    """Whether a node's @type is one of an article."""
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE_TYPES.search(kind)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def by_id(nodes: Sequence[Node]) -> dict[str, Node]:
    """The nodes that others refer to by @id."""
    return {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}


def text_of(value: Any) -> str:
    """A JSON-LD value as one line of text: a string, a number, or a thing's name; HTML entities are resolved."""
    if isinstance(value, list):
        value = next((item for item in value if item), "")
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or ""
        return text_of(value) if not isinstance(value, dict) else ""
    return " ".join(unescape(value).split()) if isinstance(value, str) else ""


def _merged(node: Node, articles: Sequence[Node], path: str) -> Node:
    """Two nodes may describe the page (a NewsArticle and an Article): what the first lacks comes from the other."""
    merged = dict(node)
    for other in articles:
        if other is not node and any(_path(address) == path for address in _addresses(other)):
            merged = {**other, **{key: value for key, value in merged.items() if value}}
    return merged


def _walk(value: Any) -> Iterator[Node]:
    pending = [value]
    count = 0
    while pending and count < _MOST_NODES:
        item = pending.pop(0)
        if isinstance(item, list):
            pending[:0] = item
        elif isinstance(item, dict):
            count += 1
            yield item
            pending.extend(part for key, part in item.items() if isinstance(part, dict | list) and key not in _LISTS)


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value:
            yield value


def _path(url: str) -> str:
    try:
        return urlsplit(url.strip()).path.rstrip("/")
    except ValueError:
        return ""


_CONTROL = re.compile(r"[\x00-\x1f]")
_COMMENT = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\]\]>|\]\]>)\s*;?\s*$", re.DOTALL)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


def _loads(script: str) -> Any:
    script = _COMMENT.sub("", script).strip().rstrip(";")
    for mend in (_as_is, _without_controls, _without_entities, _first_value):
        try:
            return mend(script)
        except (ValueError, RecursionError):
            continue
    return None


def _as_is(script: str) -> Any:
    return json.loads(script, strict=False)


def _without_controls(script: str) -> Any:
    return json.loads(_TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", script)), strict=False)


def _without_entities(script: str) -> Any:
    return json.loads(_TRAILING_COMMA.sub(r"\1", unescape(script)), strict=False)


def _first_value(script: str) -> Any:
    return json.JSONDecoder(strict=False).raw_decode(script)[0]
