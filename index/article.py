"""The Article: what every reader produces and every index stores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from index.compact import encode


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as text, with the markup left behind.

    `id` is the identity: writing the same id again replaces the article.
    `body` is paragraphs separated by one blank line.
    `published` and `modified` are ISO 8601, exactly as precise as the source: "2021", "2021-07", "2021-07-25",
    "2021-07-25T10:34" (zone unknown) or "2021-07-25T10:34+00:00"; "" where unknown.
    `provenance` says which rule gave each field, as {"published": "json-ld datePublished"}.
    """

    id: str
    title: str
    body: str
    url: str = ""
    published: str = ""
    modified: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str = ""
    language: str = ""
    related: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.id, f"an article needs an id: {self.title=}"
        assert self.title or self.body, f"an article needs a title or a body: {self.id=}"


def content_hash(article: Article) -> str:
    """Fingerprint of all that a reader could notice: 32 hexadecimal digits, equal for equal articles."""
    return content_digest(article, encode(article.body)).hex()


def content_digest(article: Article, body: bytes) -> bytes:
    """The 16 bytes of `content_hash`, given the body as UTF-8: most of an article, and whoever asks has it so.

    Provenance is left out: a better rule that finds the same words has not changed the article.
    """
    texts = [
        article.url, article.published, article.modified, article.section, article.source, article.language,
        str(len(article.tags)), *article.tags, str(len(article.authors)), *article.authors,
        str(len(article.related)), *article.related,
    ]  # fmt: skip
    # Each text is preceded by its length, so that no two articles run together to the same bytes.
    before = f"{len(article.id)}:{article.id}{len(article.title)}:{article.title}{len(article.body)}:"
    after = "".join([f"{len(text)}:{text}" for text in texts])
    return hashlib.blake2b(b"".join((encode(before), body, encode(after))), digest_size=16).digest()
