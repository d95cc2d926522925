"""HTML page -> Article. Pure: bytes in, article out, no disk and no network.

The body has three candidates: the blocks that the story model keeps, the articleBody of the JSON-LD, and what
trafilatura finds. The blocks win unless they are little: an articleBody much longer than them means that a script draws
the page, and trafilatura is asked only where neither holds a paragraph, for it costs more than all the rest together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import trafilatura
from lxml import etree

from index.article import Article
from index.errors import ExtractionFailed
from index.extract.blocks import BIT, Block, blocks_of
from index.extract.dates import has_date
from index.extract.found import Found, FoundSeveral, fold, one_line
from index.extract.metadata import Metadata, read_metadata
from index.extract.page import Page, parse_page, plain_text
from index.extract.people import PUBLISHER, names_in
from index.extract.reading import Reading
from index.extract.scripts import story_in_scripts
from index.extract.shapes import Hints, words_in
from index.extract.story import KEPT, story_of

# Less than this is a caption or a notice, not a story.
_LITTLE = 200
_FEWEST_WORDS = 6
_MOST_RELATED = 12
_TEASERS = BIT["related"] | BIT["card"] | BIT["side"] | BIT["aside"]


def read_html(data: bytes | str, id: str, url: str = "", charset: str = "") -> Reading:
    """Find the article in a page. Raises ExtractionFailed where there is none."""
    page = parse_page(data, url, charset)
    metadata = read_metadata(page)
    blocks = blocks_of(page.tree)
    chances = story_of(blocks, hints_of(metadata))
    kept = [block for block, chance in zip(blocks, chances, strict=True) if chance > KEPT]
    metadata = _with_byline(metadata, kept)
    body = _body(page, metadata, kept)
    if words_in(body.value) < _FEWEST_WORDS:
        raise ExtractionFailed("no article in this page")
    dropped = [block for block, chance in zip(blocks, chances, strict=True) if chance <= KEPT]
    related = _related(dropped, metadata.title.value, body.value)
    article = _article(id, metadata, body, related)
    return Reading(article, tuple(block.text for block in dropped if block.text not in related))


def hints_of(metadata: Metadata) -> Hints:
    """What the metadata says of the story."""
    return Hints(fold(metadata.title.value), fold(metadata.description), fold(metadata.article_body))


def _with_byline(metadata: Metadata, kept: Sequence[Block]) -> Metadata:
    """The names that stand alone above the story, where the metadata knows no person."""
    if metadata.authors.values and not metadata.authors.rule.endswith(PUBLISHER):
        return metadata
    names = next((found for block in kept[:4] if (found := names_in(block.text))), ())
    return replace(metadata, authors=FoundSeveral(names, "names above the story")) if names else metadata


def _article(id: str, metadata: Metadata, body: Found, related: tuple[str, ...]) -> Article:
    title = (
        metadata.title
        if metadata.title.value
        else Found(body.value.split("\n", 1)[0][:200], "derived from the first paragraph")
    )
    single = {"url": metadata.url, "title": title, "body": body, "published": metadata.published,
              "modified": metadata.modified,
              "section": metadata.section, "source": metadata.source, "language": metadata.language}  # fmt: skip
    provenance = {name: found.rule for name, found in single.items() if found.value}
    several = {"authors": metadata.authors, "tags": metadata.tags}
    provenance |= {name: found.rule for name, found in several.items() if found.values}
    if related:
        provenance["related"] = "linked headlines outside the story"
    return Article(
        id=metadata.url.value or id,
        **{name: found.value for name, found in single.items()},
        authors=metadata.authors.values,
        tags=metadata.tags.values,
        related=related,
        provenance=provenance,
    )


def _body(page: Page, metadata: Metadata, kept: Sequence[Block]) -> Found:
    own = Found("\n\n".join(_paragraphs(kept, metadata)), "story blocks")
    linked = Found(_clean(metadata.article_body), "json-ld articleBody")
    if len(linked.value) > max(_LITTLE, 2.5 * len(own.value)):
        return linked
    if len(own.value) >= _LITTLE:
        return own
    other = Found(_by_trafilatura(page), "trafilatura")
    scripted = Found(story_in_scripts(page, metadata.title.value), "story in a script")
    return max((own, linked, other, scripted), key=lambda found: len(found.value))


def _paragraphs(kept: Sequence[Block], metadata: Metadata) -> list[str]:
    """The texts, without the headline, byline and date above them, and without one that stands twice in a row."""
    texts = [block.text for block in kept]
    while texts and is_heading_matter(texts[0], metadata.title.value, metadata.authors.values):
        del texts[0]
    return [text for at, text in enumerate(texts) if text not in texts[max(0, at - 2) : at]]


def is_heading_matter(text: str, title: str, authors: Sequence[str]) -> bool:
    """Whether a line above a story is its headline, its date or its byline."""
    if fold(text) == fold(title):
        return True
    words = text.count(" ") + 1
    return words <= 14 and (has_date(text) or (words <= 9 and any(name in text for name in authors)))


def _clean(text: str) -> str:
    if "<" in text and ">" in text:
        return plain_text(text)
    return "\n\n".join(filter(None, (one_line(line) for line in text.splitlines())))


def _by_trafilatura(page: Page) -> str:
    markup = etree.tostring(page.tree, encoding="unicode", method="html")
    try:
        found = trafilatura.bare_extraction(markup, with_metadata=False, include_comments=False, fast=True)
    except (ValueError, TypeError, AttributeError, etree.LxmlError):
        # It is asked last, about pages that are hardly any; what it stumbles over holds no article.
        return ""
    text = getattr(found, "text", None) or ""
    return "\n\n".join(filter(None, map(one_line, text.splitlines())))


def _related(dropped: Sequence[Block], title: str, body: str) -> tuple[str, ...]:
    """The headlines of other articles that the page links to from beside the story."""
    found: dict[str, str] = {}
    for block in dropped:
        if block.near & _TEASERS and _is_linked_headline(block):
            key = fold(block.text)
            if key != fold(title) and block.text not in body:
                found.setdefault(key, block.text)
    return tuple(found.values())[:_MOST_RELATED]


def _is_linked_headline(block: Block) -> bool:
    words = block.text.count(" ") + 1
    return block.link > 0.8 * len(block.text) and 4 <= words <= 30 and len(block.text) >= 25
