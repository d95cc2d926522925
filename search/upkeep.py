"""The commands that look after an index: `pressmark check` and `pressmark status`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from index.check import CheckReport, RepairReport, check, repair
from index.status import Status, status
from search.options import fails_kindly, index_option


@click.command("check")
@index_option
@click.option("--repair", "mend", is_flag=True, help="Write the articles of broken segments anew; say what is lost.")
@click.option("--json", "as_json", is_flag=True, help="Report as one JSON object.")
@fails_kindly
def check_command(folder: Path, mend: bool, as_json: bool) -> None:
    """Read every byte of the index and say whether it is whole. Exit code 1 if it is not, or if articles were lost."""
    report = repair(folder) if mend else check(folder)
    lines = repair_lines(report) if isinstance(report, RepairReport) else check_lines(report)
    click.echo(json.dumps(asdict(report), ensure_ascii=False) if as_json else "\n".join(lines))
    sys.exit(1 if (report.lost if isinstance(report, RepairReport) else report.problems) else 0)


def check_lines(report: CheckReport) -> Iterator[str]:
    """What a check found."""
    whole = "whole" if not report.problems else f"problems: {len(report.problems):,}"
    yield f"Generation {report.generation}, articles: {report.articles:,}, segments: {report.segments:,}, {whole}."
    yield from (f"  {problem.where}: {problem.what}" for problem in report.problems)
    if report.broken:
        yield "--repair writes the articles of broken segments anew."


def repair_lines(report: RepairReport) -> Iterator[str]:
    """What a repair did."""
    yield from check_lines(report.found)
    if report.found.broken:
        yield f"{report.rebuilt:,} articles were written anew as generation {report.generation}."
        yield f"Lost: {len(report.lost):,}." if report.lost else "Nothing was lost."
        yield from (f"  {article}" for article in report.lost)


@click.command("status")
@index_option
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@fails_kindly
def status_command(folder: Path, as_json: bool) -> None:
    """Say what the index holds: generation, articles, segments, bytes by part, vocabulary, fields that are filled."""
    found = status(folder)
    click.echo(json.dumps({**asdict(found), "size": found.size}) if as_json else "\n".join(status_lines(found)))


def status_lines(found: Status) -> Iterator[str]:
    """What an index holds."""
    yield f"Generation {found.generation}, last reindex {found.updated_at}."
    yield f"{found.articles:,} articles, {found.deleted:,} deleted ones not yet merged away."
    yield f"{len(found.segments):,} segments, {megabytes(found.size)}:"
    yield from (f"  {part:<12}{megabytes(size):>12}" for part, size in found.sizes.items())
    yield "Fields, and the share of the articles that have them:"
    for name, articles in found.coverage.items():
        terms = f"{found.vocabulary[name]:>12,} terms" if name in found.vocabulary else ""
        yield f"  {name:<12}{articles / max(1, found.articles):>11.0%} {terms}".rstrip()


def megabytes(size: int) -> str:
    """A number of bytes for people."""
    return f"{size / 1e6:,.1f} MB"
