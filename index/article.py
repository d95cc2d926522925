"""The Article: what every reader produces and every index stores."""

from __future__ import annotations

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
