"""`pressmark reindex`: articles of all kinds into the index."""

from __future__ import annotations

import json
from os import cpu_count
from pathlib import Path
from typing import Any

import click

from index.analysis import Analyzer
from index.extract.record import parse_mapping
from index.reindex import NothingToIndex, Options, Report, StrictFailure, reindex
from search.inspection import coverage_lines
from search.options import fails_kindly, index_option
from search.reporting import failure_lines, progress, report_text


@click.command("reindex")
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
        with progress(quiet=as_json) as on_progress:
            report = reindex(sources, folder, options, on_progress)
    except (NothingToIndex, StrictFailure) as error:
        click.echo("\n".join(failure_lines(error.failures)), err=True)
        raise
    if as_json:
        click.echo(json.dumps(report_json(report), ensure_ascii=False))
    else:
        click.echo("\n".join([report_text(report), *coverage_lines(report.coverage, by_rule=verbose)]))


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
