"""The JSON endpoint: GET /api/search and GET /api/articles/ID. Errors are problem documents (RFC 9457)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from search.document import Document, article_document, link_header, page_document
from search.engine import Engine, Generation
from search.errors import BadRequest, SearchError
from search.page import answer
from search.parameters import API_NAMES, read_parameters, unknown
from search.problems import CONTENT_TYPE, Problem, http_problem, problem_of
from search.reading import read

ENGINE = "pressmark.engine"

# The app that registers these routes keeps its Engine in `extensions[ENGINE]` and knows the path converter `id`.
routes = Blueprint("api", __name__, url_prefix="/api")

Answered = tuple[Generation, Document]


@routes.get("/search")
def search() -> Response:
    """Answer a search."""
    parameters = read_parameters(request.args.items(multi=True), API_NAMES)

    def found() -> Answered:
        page = answer(engine(), parameters)
        return page.generation, page_document(page, request.root_path)

    return _unless_known(f"{parameters.query_string()} {parameters.order}", found)


@routes.get("/articles/<id:article_id>")
def article(article_id: str) -> Response:
    """Answer with a whole article."""
    for name in request.args:
        raise BadRequest(name, unknown(name, ()))

    def found() -> Answered:
        page = read(engine(), article_id)
        return page.generation, article_document(page, request.root_path)

    return _unless_known("", found)


def engine() -> Engine:
    """Return the engine of the application that handles the request."""
    served: Engine = current_app.extensions[ENGINE]
    return served


def problem_response(problem: Problem) -> Response:
    """Answer with a problem document."""
    return _json(problem.document(request.root_path), problem.status, CONTENT_TYPE)


def problem_behind(error: Exception) -> Problem:
    """Say what is wrong; what nobody foresaw goes to the log, and out of the answer."""
    if isinstance(error, SearchError):
        return problem_of(error)
    if isinstance(error, HTTPException):
        return http_problem(error.code or 500, error.name, error.description or error.name)
    current_app.logger.exception("%s %s failed", request.method, request.path)
    return http_problem(500, "The search failed.", "The reason is in the log of the server.")


def add_headers(response: Response, error: Exception) -> Response:
    """Add what the status of a refusal calls for: what is allowed, and when to ask again."""
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if response.status_code == 503:
        response.headers["Retry-After"] = "30"
    return response


def _unless_known(asked: str, found: Callable[[], Answered]) -> Response:
    """Answer 304, without searching, where the client holds what this generation of the archive answers."""
    known = _tag(engine().status().generation, asked)
    if request.if_none_match.contains_weak(known):
        return _tagged(Response(status=304), known)
    generation, document = found()
    response = _json(document)
    if "total" in document:
        response.headers["Link"] = link_header(document["links"])
    return _tagged(response, _tag(generation, asked))


def _tag(generation: Generation, asked: str) -> str:
    parts = [release(), generation.number, generation.updated_at, request.root_path, request.path, asked]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


@cache
def release() -> str:
    """Return the version of Pressmark, "" in a checkout that is not installed."""
    try:
        return version("pressmark")
    except PackageNotFoundError:
        return ""


def _tagged(response: Response, tag: str) -> Response:
    # Weak, because two answers differ in the milliseconds they took.
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _json(document: Mapping[str, Any], status: int = 200, content_type: str = "application/json") -> Response:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return Response(text.encode("utf-8", "replace"), status, content_type=f"{content_type}; charset=utf-8")
