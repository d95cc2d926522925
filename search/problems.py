"""SearchError -> a problem document (RFC 9457): what went wrong, for programs and for the people behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search.errors import ArticleNotFound, BadRequest, EngineUnavailable, SearchError

CONTENT_TYPE = "application/problem+json"

# Explained one by one on the help page that `type` leads to.
KINDS = ("bad-request", "article-not-found", "unavailable", "not-found", "method-not-allowed", "failed")


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind` names the section of the service's own help that explains it; `parameter` is "" where none is at fault."""

    kind: str
    title: str
    status: int
    detail: str
    parameter: str = ""

    def document(self, root: str = "") -> dict[str, Any]:
        """The problem as JSON. `type` leads to the help pages of this service, mounted under `root`."""
        document: dict[str, Any] = {
            "type": f"{root}/help/api#{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.parameter:
            document["errors"] = [{"parameter": self.parameter, "detail": self.detail}]
        return document


def problem_of(error: SearchError) -> Problem:
    """Say as a problem what an error means to the one who asked."""
    match error:
        case BadRequest():
            detail = f"{error.parameter} {error.detail}"
            return Problem("bad-request", "The request cannot be answered as it was put.", 400, detail, error.parameter)
        case ArticleNotFound():
            return Problem("article-not-found", "No article has this id.", 404, str(error))
        case EngineUnavailable():
            return Problem("unavailable", "The archive cannot be searched at the moment.", 503, str(error))
        case _:
            return Problem("failed", "The search failed.", 500, str(error))


def http_problem(status: int, title: str, detail: str) -> Problem:
    """Say as a problem what a web server refuses by itself: a wrong path, a wrong method."""
    kind = {404: "not-found", 405: "method-not-allowed"}.get(status, "failed" if status >= 500 else "bad-request")
    return Problem(kind, title, status, detail)
