"""What a reader returns: the article, and what it left out on the way."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article


@dataclass(frozen=True, slots=True)
class Reading:
    """One article as read, with the lines that were taken for something else than the story.

    `origin` is the file, or the place in an archive, that it was read from.
    """

    article: Article
    discarded: tuple[str, ...] = ()
    origin: str = ""

    def read_from(self, origin: str) -> Reading:
        """The same with its origin."""
        return Reading(self.article, self.discarded, origin)
