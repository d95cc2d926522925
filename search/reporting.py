"""What a reindex prints: progress, and its report."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from index.documents import SourceFailure
from index.reindex import Progress as OnProgress
from index.reindex import Report

SECONDS_BETWEEN_LINES = 5.0
REDRAW_EVERY = 50
MOST_FAILURES_SHOWN = 20


@contextmanager
def progress(quiet: bool) -> Iterator[OnProgress]:
    """Show how many articles were read: a bar on a terminal, a line every few seconds elsewhere, on standard error."""
    if quiet:
        yield lambda read, article_id: None
    elif sys.stderr.isatty():
        with _bar() as bar:
            yield bar
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[OnProgress]:
    columns = (
        SpinnerColumn(), TextColumn("{task.completed:,} articles"), BarColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("reading", total=None, rate="")
        started = time.perf_counter()

        def on_progress(read: int, article_id: str) -> None:
            if read % REDRAW_EVERY == 1:
                rate = read / max(time.perf_counter() - started, 1e-3)
                shown.update(task, completed=read, rate=f"{rate:,.0f} a second")

        yield on_progress


def _lines() -> OnProgress:
    started = last = time.perf_counter()

    def on_progress(read: int, article_id: str) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= SECONDS_BETWEEN_LINES:
            last = now
            click.echo(f"{read:,} articles read in {now - started:.0f} s", err=True)

    return on_progress


def report_text(report: Report) -> str:
    """What a reindex did, or would do, in a few lines."""
    would = "would be " if report.dry_run else ""
    lines = [
        f"{report.read:,} articles read: {report.added:,} {would}added, {report.replaced:,} {would}replaced, "
        f"{report.unchanged:,} unchanged.",
        f"Generation {report.generation}, {report.seconds:,.1f} s, "
        f"{report.articles_per_second:,.0f} articles a second.",
    ]
    if report.repeated:
        lines.insert(1, f"{report.repeated:,} had the id of an earlier one in this run; the last of each was kept.")
    if report.gone:
        fate = "were deleted" if report.deleted else "stay in the index; --prune deletes them"
        lines.insert(1, f"{len(report.gone):,} are gone from the sources and {fate}.")
    return "\n".join(lines + failure_lines(report.failures))


def failure_lines(failures: Sequence[SourceFailure]) -> list[str]:
    """Each failure by name and reason; beyond the first twenty, how many more."""
    if not failures:
        return []
    shown = [f"  {failure.where}: {failure.reason}" for failure in failures[:MOST_FAILURES_SHOWN]]
    more = len(failures) - len(shown)
    rest = [f"  and {more:,} more; --json lists all of them"] if more else []
    return [f"{len(failures):,} could not be read:", *shown, *rest]
