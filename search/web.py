"""The pages: HTML from templates, without a script and without a request to anybody else."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Flask, Response, render_template, request
from markupsafe import Markup
from werkzeug.routing import BaseConverter

from search.api import ENGINE, add_headers, engine, problem_behind, problem_response, release
from search.api import routes as api_routes
from search.dateline import dateline
from search.document import address, article_path, marked_html, page_links
from search.engine import FACETS, MOST_VALUES, Engine, Hit, Sort
from search.engine import Request as EngineRequest
from search.marked import Marked, showable
from search.page import Page, answer
from search.parameters import DEEPEST_RESULT, LARGEST_PAGE, MOST_SNIPPETS, NAMES, Parameters, read_parameters, unknown
from search.problems import Problem
from search.query import Everything
from search.reading import read
from search.resources import templates_folder

LATEST = 5

# Everything comes from this server, and nothing may run.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

pages = Blueprint("pages", __name__)


class ArticleId(BaseConverter):
    """Any text: an id may be an address with slashes of its own, at its beginning and its end as well."""

    regex = r"(?s:.+)"
    part_isolating = False


def create_app(searched: Engine) -> Flask:
    """Return the application that serves one archive: the pages, and the JSON endpoint under /api."""
    folder = templates_folder()
    app = Flask("pressmark", template_folder=str(folder), static_folder=str(folder / "static"))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.extensions[ENGINE] = searched
    app.url_map.converters["id"] = ArticleId
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        marked=_marked, showable=showable, dateline=dateline, many="{:,}".format, language_tag=_language_tag
    )
    app.jinja_env.globals.update(field_query=field_query, release=release(), sorts=tuple(Sort))
    app.register_blueprint(pages)
    app.register_blueprint(api_routes)
    app.register_error_handler(Exception, _refused)
    app.context_processor(_links)
    app.after_request(_secured)
    return app


@pages.get("/")
def home() -> str:
    """Show the search box and what is new in the archive."""
    return _render("home.html", parameters=Parameters(), status=engine().status(), latest=_latest())


@pages.get("/search")
def search() -> str:
    """Show a page of results, or how to ask where nothing was asked."""
    pairs = list(request.args.items(multi=True))
    parameters = read_parameters((name, value) for name, value in pairs if name in NAMES)
    # A link passed on may have grown a tracking code: that is no reason to refuse it, but to say so.
    ignored = [f"{name} {unknown(name)}" for name in dict.fromkeys(name for name, _ in pairs if name not in NAMES)]
    if not parameters.q.strip():
        asked = _render("empty.html", parameters=parameters, status=engine().status(), latest=_latest())
        return asked
    page = answer(engine(), parameters)
    return _render("results.html", parameters=parameters, page=page, ignored=ignored, turns=_turns(page))


@pages.get("/articles/<id:article_id>")
def article(article_id: str) -> str:
    """Show an article, with what the query in `q` matches marked."""
    parameters = Parameters(q=request.args.get("q", ""))
    return _render("article.html", parameters=parameters, page=read(engine(), article_id, parameters.q))


@pages.get("/help")
def search_help() -> str:
    """Explain how to search."""
    return _render("help.html", parameters=Parameters())


@pages.get("/help/api")
def api_help() -> str:
    """Explain the JSON endpoint."""
    limits = {
        "largest_page": LARGEST_PAGE,
        "deepest_result": DEEPEST_RESULT,
        "most_snippets": MOST_SNIPPETS,
        "facets": FACETS,
        "most_values": MOST_VALUES,
    }
    return _render("help_api.html", parameters=Parameters(), **limits)


def field_query(field: str, value: str) -> str:
    """Return the query that finds the articles with this value in a field."""
    plain = value.replace('"', " ").strip()
    return f'{field}:"{plain}"'


def _latest() -> tuple[Hit, ...]:
    return engine().search(EngineRequest(Everything(), limit=LATEST, sort=Sort.NEWEST)).hits


def _turns(page: Page) -> dict[str, str]:
    return page_links(page, f"{request.root_path}/search")


def _links() -> dict[str, Any]:
    """Give the templates the addresses that belong to the request."""
    root = request.root_path

    def search_link(parameters: Parameters | None = None, **changes: object) -> str:
        return address(f"{root}/search", parameters or Parameters(), **changes)

    def data_link(parameters: Parameters) -> str:
        return address(f"{root}/api/search", parameters)

    def article_link(article_id: str, q: str = "", prefix: str = "/articles") -> str:
        return article_path(article_id, q, f"{root}{prefix}")

    return {"search_link": search_link, "data_link": data_link, "article_link": article_link}


def _render(template: str, **values: Any) -> str:
    # An article may hold half of a surrogate pair, which UTF-8 cannot say.
    return render_template(template, **values).encode("utf-8", "replace").decode("utf-8")


def _marked(text: Marked) -> Markup:
    return Markup(marked_html(text))


def _language_tag(language: str) -> str:
    """Return what may stand in a lang attribute (BCP 47), "" for anything else."""
    return language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) else ""


def _refused(error: Exception) -> Response:
    problem = problem_behind(error)
    if request.path.startswith("/api/"):
        return add_headers(problem_response(problem), error)
    return add_headers(_problem_page(problem), error)


def _problem_page(problem: Problem) -> Response:
    q = request.args.get("q", "")
    return Response(_render("problem.html", parameters=Parameters(q=q), problem=problem), problem.status)


def _secured(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
