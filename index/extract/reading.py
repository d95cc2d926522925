"""What a reader returns: the article, and what it left out on the way."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article


@dataclass(frozen=True, slots=True)
class Reading:
    """One article as read, with the lines that were taken for something else than the story."""

    article: Article
    discarded: tuple[str, ...] = ()
