"""What can go wrong while answering a query.

    SearchError
    ├── BadRequest           the caller asked for something that does not exist; `parameter` names it
    ├── ArticleNotFound      no article has that id
    └── EngineUnavailable    there is no index, or it cannot be read
"""

from __future__ import annotations


class SearchError(Exception):
    """Any failure of `search/`, with a message fit for the person who asked."""


class BadRequest(SearchError):
    """A request that cannot be answered as it was put."""

    def __init__(self, parameter: str, detail: str) -> None:
        self.parameter = parameter
        self.detail = detail
        super().__init__(f"{parameter}: {detail}")


class ArticleNotFound(SearchError):
    """No article has that id."""

    def __init__(self, article_id: str) -> None:
        self.article_id = article_id
        super().__init__(f"No article has the id {article_id!r}.")


class EngineUnavailable(SearchError):
    """The engine cannot answer at the moment; the message says what to do."""
