"""A parsed page -> its blocks of text in reading order, each with what its place in the page says about it.

A block is a run of text that a browser would set as one paragraph. The marks of a block are the kinds of page furniture
that the tags, classes and ids around it speak of:

    near   marks of the block's own element and the two around it
    far    marks of all elements around it
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

_SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed canvas audio video button select option textarea input"
    " head map meter progress datalist dialog".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr o q ruby rb rt rp s samp"
    " small span strike strong sub sup time tt u var wbr picture source amp-img g-emoji".split()
)
# What an element does to the block around it; any other ends it and opens one of its own.
_KINDS = {tag: "skipped" for tag in _SKIPPED} | {tag: "inline" for tag in _INLINE} | {"a": "link", "br": "break"}

# Each kind of furniture with the words that name it in classes and ids, as patterns over single lower-case words.
MARKS: dict[str, str] = {
    "related": r"relat|recommend|^more|^also|further|teaser|promo|outbrain|taboola|popular|trending|latest|verwandt|"
    r"weiterlesen|linklist|crosslink|^most|viewed|upnext|readmore",
    "card": r"^cards?$|tile|river|carousel|slider|swiper|slick|thumb",
    "share": r"shar(?:e|ing)|social|facebook|twitter|whatsapp|^follow|teilen|telegram",
    "comment": r"comment|disqus|kommentar|respond|discuss|forum|repl(?:y|ies)|livefyre|coral|conversation",
    "caption": r"caption|credit|copyright|legend|bildunter|^bu$|quelle|agency",
    "picture": r"figure|image|^imgs?$|photo|gallery|picture|foto|galerie|bild|slideshow|lightbox|zoom",
    "video": r"video|audio|podcast|player|media|embed|tweet|instagram|youtube",
    "author": r"author|byline|^autor|writer|^bio$|biograph|contributor|profile|redakteur|reporter|signature|vcard",
    "date": r"^date|timestamp|^time|publish|datum|^posted|updated|readtime|reading$",
    "letter": r"newsletter|subscri|signup|signin|login|register|paywall|piano|offer|regwall|member|donat|^abo$|abonn|"
    r"premium|barrier|metered|^cta$|^sign$|support",
    "ad": r"^ads?$|^adv|advert|sponsor|banner|werbung|anzeige|adslot|adcontainer|commercial|affiliate|publicidad|"
    r"promoted|^dfp|^gpt",
    "nav": r"^nav|navi|menu|crumb|paginat|pager|toolbar|topbar|^skip|^jump|^toc$|^tabs?$",
    "footer": r"foot|bottom|colophon|legal|imprint|disclaim|terms",
    "header": r"header|masthead|kopf|branding",
    "side": r"sidebar|aside|^rail|widget|marginal|secondary|infobox|factbox|fakta|^box|^side",
    "cookie": r"cookie|consent|gdpr|^cmp|privacy|onetrust|modal|popup|overlay|notice|alert|toast|dialog",
    "tag": r"^tags?$|taglist|keyword|topic|categor|label|schlagw|rubrik|taxonomy|theme|subject",
    "list": r"list|^items?$|^grid|^row$|^feed|stream|index|archive|^col",
    "lead": r"^lead|^lede|intro|standfirst|^deck|^dek$|summary|subtitle|^sub$|subhead|abstract|excerpt|chapeau|ingress|"
    r"vorspann|entradilla|sommario|occhiello|kicker|^strap|description|synopsis|preamble",
    "title": r"title|headline|heading|titel|titulo|^hed$",
    "text": r"^body|content|^texte?o?s?$|^copy$|paragraph|^para$|richtext|wysiwyg|prose|inhalt|absatz|cuerpo|"
    r"corpo|brodtext",
    "article": r"article|story|^posts?$|entry|artikel|articulo|articolo|single|detail|noticia|meldung|hentry|haber",
    "meta": r"^meta|^info|tools|action|utility|print|bookmark|function|service",
    "quote": r"quote|zitat|^cita",
    "hidden": r"hidden|^hide|visually|^sr$|screenreader|invisible|offscreen",
    "poll": r"^poll|quiz|survey|^vote|rating|review|^game|puzzle|weather|stock|ticker|scoreboard|chart",
    "live": r"liveblog|^live",
}
TAG_MARKS: dict[str, str] = {
    "aside": "aside", "footer": "footer-tag", "header": "header-tag", "nav": "nav-tag", "form": "form",
    "figure": "figure",
    "figcaption": "figcaption", "table": "table", "ul": "ul", "ol": "ol", "li": "li", "article": "article-tag",
    "main": "main-tag", "section": "section", "blockquote": "blockquote", "a": "a", "address": "address",
    "dl": "dl", "details": "details", "td": "td", "time": "time",
}  # fmt: skip
BIT: dict[str, int] = {
    name: 1 << at for at, name in enumerate((*MARKS, *dict.fromkeys(TAG_MARKS.values()), "unseen", "article-body"))
}
assert len(BIT) < 63, "the marks of a block are one machine word"
_MARK_PATTERNS = [(BIT[name], re.compile(pattern)) for name, pattern in MARKS.items()]
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TAG_BITS = {tag: BIT[name] for tag, name in TAG_MARKS.items()}
_UNSEEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """One block: `link` counts its characters inside links, `group` names its parent among the page's elements."""

    text: str
    tag: str
    link: int
    near: int
    far: int
    group: int
    outer: int
    depth: int


class _Open(NamedTuple):
    """An element being walked."""

    tag: str
    own: int
    near: int
    far: int
    number: int
    parent: int


def blocks_of(root: etree._Element) -> list[Block]:
    """The blocks of a page in reading order. Linear in its size, whatever its depth."""
    return _Walk().run(root)


class _Walk:
    """One pass over a page, holding the block that is being gathered."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.open: list[_Open] = [_Open("", 0, 0, 0, 0, 0)]
        self.pieces: list[str] = []
        self.link = 0
        self.links = 0
        self.breaks = 0
        self.count = 0

    def run(self, root: etree._Element) -> list[Block]:
        """Return the blocks of a page; a walk is for one."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            kind = _KINDS.get(element.tag)
            if event == "end":
                self._leave(kind)
                text = element.tail
            elif kind == "skipped":
                walk.skip_subtree()
                continue
            else:
                self._enter(kind, element)
                text = element.text
            if text:
                self._text(text)
        self._flush()
        return self.blocks

    def _enter(self, kind: str | None, element: etree._Element) -> None:
        if kind is None:
            if self.pieces:
                self._flush()
            self._open(element)
        elif kind == "link":
            self.links += 1
        elif kind == "break":
            self._break()

    def _open(self, element: etree._Element) -> None:
        tag = element.tag
        above, second = self.open[-1], self.open[-2].own if len(self.open) > 1 else 0
        own = _marks_of(element, tag) if tag not in ("body", "html") else 0
        self.count += 1
        # The marks of the two elements above are those above's own and its parent's own.
        self.open.append(_Open(tag, own, own | above.own | second, own | above.far, self.count, above.number))

    def _leave(self, kind: str | None) -> None:
        if kind is None:
            if self.pieces:
                self._flush()
            self.open.pop()
        elif kind == "link":
            self.links -= 1

    def _text(self, text: str) -> None:
        if not text.isspace():
            self.breaks = 0
            self.pieces.append(text)
            if self.links > 0:
                self.link += len(text)
        elif self.pieces:
            self.pieces.append(" ")

    def _break(self) -> None:
        self.breaks += 1
        if self.breaks >= 2:
            self._flush()
        elif self.pieces:
            self.pieces.append("\n")

    def _flush(self) -> None:
        """End the block; a gathered one begins with more than white space, so that it has a text."""
        if self.pieces:
            top, outer = self.open[-1], self.open[-3].number if len(self.open) > 2 else 0
            text = " ".join("".join(self.pieces).split())
            self.blocks.append(Block(text, top.tag, self.link, top.near, top.far, top.parent, outer, len(self.open)))
            self.pieces.clear()
            self.link = 0


def _marks_of(element: etree._Element, tag: str) -> int:
    names, get = element.keys(), element.get
    if not names:
        return _TAG_BITS.get(tag, 0)
    marks = _TAG_BITS.get(tag, 0) | _name_marks(get("class", ""), get("id", ""))
    return marks if names == ["class"] else marks | _attribute_marks(get)


def _attribute_marks(get: Callable[..., str | None]) -> int:
    """The marks of what other attributes say."""
    style = get("style")
    unseen = (style and _UNSEEN.search(style)) or get("hidden") is not None or get("aria-hidden") == "true"
    body = "articlebody" in (get("itemprop") or "").lower()
    return (BIT["unseen"] if unseen else 0) | (BIT["article-body"] if body else 0)


@lru_cache(maxsize=16384)
def _name_marks(classes: str, id: str) -> int:
    """The marks that classes and ids speak of; the same few stand on thousands of elements."""
    marks = 0
    for word in _WORDS.findall(f"{classes} {id}"[:400]):
        marks |= _word_marks(word.lower())
    return marks


@lru_cache(maxsize=16384)
def _word_marks(word: str) -> int:
    marks = 0
    for bit, pattern in _MARK_PATTERNS:
        if pattern.search(word):
            marks |= bit
    return marks
