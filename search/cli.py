"""The command line: `pressmark reindex`, `search`, `serve`, `demo`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from index.analysis import Analyzer
from index.extract.record import parse_mapping
from index.reindex import NothingToIndex, Options, Report, StrictFailure, reindex
from search import terminal
from search.document import page_document
from search.engine import Sort
from search.inspection import coverage_lines, inspect_command
from search.local_engine import LocalEngine
from search.options import fails_kindly, host_option, index_option, port_option
from search.page import answer, request_of
from search.parameters import Parameters
from search.parse import parse
from search.resources import seeds_folder
from search.serving import serve
from search.upkeep import check_command, status_command
from search.web import create_app


@click.group(context_settings={"auto_envvar_prefix": "PRESSMARK", "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pressmark")
def main() -> None:
    """Full-text search for news archives.

    Every option can be set in the environment too: --index of search is PRESSMARK_SEARCH_INDEX.
    """


@main.command("reindex")
@click.argument("sources", nargs=-1, required=True)
@index_option
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--prune", is_flag=True, help="Delete articles that came from SOURCES and are in them no more.")
@click.option("--strict", is_flag=True, help="Write nothing if anything could not be read.")
@click.option("--language", default="en", show_default=True, help="For a new index: languages as en or en,fr,de.")
@click.option("--map", "mapping", default="", help="Fields of records: title=headline,body=content.")
@click.option("--workers", type=click.IntRange(1), default=cpu_count, help="Processes. Default: one a core.")
@click.option("--checkpoint", type=click.FloatRange(0), default=0, help="Commit every so many seconds. 0: at the end.")
@click.option("-v", "--verbose", is_flag=True, help="Say by which rule the fields of the articles were found.")
@click.option("--json", "as_json", is_flag=True, help="Report as one JSON object.")
@fails_kindly
def reindex_command(
    sources: tuple[str, ...],
    folder: Path,
    dry_run: bool,
    prune: bool,
    strict: bool,
    language: str,
    mapping: str,
    workers: int,
    checkpoint: float,
    verbose: bool,
    as_json: bool,
) -> None:
    """Read articles from SOURCES and bring the index up to date with them.

    SOURCES are folders (read recursively) and files: pages, dumps, JSON, feeds, mail, web archives, zip and tar files;
    - is JSON lines on standard input. An article with the id of an indexed one replaces it; one that has not changed
    is not written again. All of it becomes visible in one commit. A run that was stopped is finished by running it
    again, sooner with --checkpoint.
    """
    first, *also = [code.strip().lower() for code in language.split(",")]
    analyzer = Analyzer(language=first, also=tuple(also))
    options = Options(analyzer, strict, dry_run, prune, workers, checkpoint, mapping=parse_mapping(mapping))
    try:
        with terminal.progress(quiet=as_json) as on_progress:
            report = reindex(sources, folder, options, on_progress)
    except (NothingToIndex, StrictFailure) as error:
        click.echo("\n".join(terminal.failure_lines(error.failures)), err=True)
        raise
    if as_json:
        click.echo(json.dumps(report_json(report), ensure_ascii=False))
    else:
        click.echo("\n".join([terminal.report_text(report), *coverage_lines(report.coverage, by_rule=verbose)]))


def report_json(report: Report) -> dict[str, Any]:
    """The report of a reindex for machines."""
    return {
        "dry_run": report.dry_run, "read": report.read, "added": report.added, "replaced": report.replaced,
        "unchanged": report.unchanged, "repeated": report.repeated, "gone": report.gone, "deleted": report.deleted,
        "failed": len(report.failures), "failed_by_reason": report.failures_by_reason(),
        "failures": [{"where": failure.where, "reason": failure.reason} for failure in report.failures],
        "generation": report.generation, "seconds": report.seconds,
        "articles_per_second": round(report.articles_per_second, 1), "coverage": report.coverage.as_json(),
    }  # fmt: skip


@main.command("search")
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
        click.echo(json.dumps(page_document(page, ""), ensure_ascii=False))
    else:
        click.echo(terminal.page_text(page, terminal.marker_for(sys.stdout)))


@main.command("serve")
@index_option
@host_option
@port_option
@fails_kindly
def serve_command(folder: Path, host: str, port: int) -> None:
    """Serve the search page and the JSON endpoint."""
    serve_folder(folder, host, port)


@main.command("demo")
@click.option("--index", "folder", type=click.Path(path_type=Path), help="Keep the index here, not in a temporary one.")
@host_option
@port_option
@fails_kindly
def demo_command(folder: Path | None, host: str, port: int) -> None:
    """Index the sample articles and serve them."""
    with TemporaryDirectory(prefix="pressmark-") as temporary:
        target = folder or Path(temporary)
        with terminal.progress(quiet=False) as on_progress:
            report = reindex([seeds_folder()], target, Options(), on_progress)
        click.echo(terminal.report_text(report))
        serve_folder(target, host, port)


def serve_folder(folder: Path, host: str, port: int) -> None:
    """Serve the index at `folder` until interrupted, which is how serving ends."""
    with engine_of(folder) as engine, suppress(KeyboardInterrupt):
        serve(create_app(engine), host, port, lambda address: click.echo(f"Search at {address}  (Ctrl-C stops)"))


@contextmanager
def engine_of(folder: Path) -> Iterator[LocalEngine]:
    """The engine for an index: the one place where it is chosen."""
    engine = LocalEngine(folder)
    try:
        yield engine
    finally:
        engine.close()


main.add_command(check_command)
main.add_command(inspect_command)
main.add_command(status_command)

if __name__ == "__main__":
    main()
