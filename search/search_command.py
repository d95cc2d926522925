"""`pressmark search`: a query on the command line."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import click

from search.engine import Sort
from search.engines import engine_of
from search.options import fails_kindly, index_option
from search.page import Page, answer, request_of
from search.parameters import Parameters
from search.parse import parse
from search.terminal import marker_for, page_text


@click.command("search")
@click.argument("query")
@index_option
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 200), help="Results on a page.")
@click.option("--page", "number", default=1, show_default=True, type=click.IntRange(1), help="Which page.")
@click.option("--sort", type=click.Choice(list(Sort)), help="Default: relevance, or newest for an empty query.")
@click.option("--explain", is_flag=True, help="Show the plan, what was looked at, and where each score comes from.")
@click.option("--json", "as_json", is_flag=True, help="Answer as the JSON endpoint does; with --explain, the plan.")
@fails_kindly
def search_command(
    query: str, folder: Path, limit: int, number: int, sort: str | None, explain: bool, as_json: bool
) -> None:
    """Search the index for QUERY and print the best articles."""
    parameters = Parameters(q=query, page=number, page_size=limit, sort=Sort(sort) if sort else None)
    with engine_of(folder) as engine:
        if explain:
            explanation = engine.explain(request_of(parameters, parse(query, engine.analyzer())))
            click.echo(json.dumps(explanation.as_json()) if as_json else "\n".join(explanation.lines()))
            return
        page = answer(engine, parameters)
    if as_json:
        click.echo(_page_json(page))
    else:
        click.echo(page_text(page, marker_for(sys.stdout)))


def _page_json(page: Page) -> str:
    # Imported when it is called, as commands are: text on a terminal needs none of it.
    return json.dumps(import_module("search.document").page_document(page, ""), ensure_ascii=False)
