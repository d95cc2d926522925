"""The Article: what every reader produces and every index stores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """Fingerprint of all that a reader could notice: 32 hexadecimal digits, equal for equal articles.

    Provenance is left out: a better rule that finds the same words has not changed the article.
    """
    lists = (article.tags, article.authors, article.related)
    texts = [
        article.id, article.title, article.body, article.url, article.published, article.modified, article.section,
        article.source, article.language, *(text for each in lists for text in (str(len(each)), *each)),
    ]  # fmt: skip
    # Each text is preceded by its length, so that no two articles run together to the same bytes.
    canonical = "".join([f"{len(text)}:{text}" for text in texts])
    return hashlib.blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
