"""What was read of articles, for the eye: `pressmark inspect` and the coverage table of a reindex."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from textwrap import indent, shorten, wrap

import click

from index.coverage import Coverage
from index.documents import SourceFailure
from index.extract.record import parse_mapping
from index.inspect import Inspected, inspect_sources
from index.sources import ReadOptions
from search.marked import showable
from search.options import fails_kindly

WIDTH = 100
LONGEST_DISCARDED = 80


@click.command("inspect")
@click.argument("sources", nargs=-1, required=True)
@click.option("--map", "mapping", default="", help="Fields of records: title=headline,body=content.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@fails_kindly
def inspect_command(sources: tuple[str, ...], mapping: str, as_json: bool) -> None:
    """Show the article of each file, which rule gave each field, and what was thrown away. Nothing is indexed.

    Exit code 1 if something could not be read.
    """
    failed = False
    for found in inspect_sources(sources, ReadOptions(mapping=parse_mapping(mapping))):
        if isinstance(found, SourceFailure):
            failed = True
            click.echo(f"{found.where}: {found.reason}", err=True)
        else:
            click.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else "\n".join(_lines(found)))
    sys.exit(1 if failed else 0)


def _lines(found: Inspected) -> Iterator[str]:
    article = found.article
    yield f"── {found.file}"
    for name in ("id", "title", "published", "modified", "section", "tags", "authors", "source", "language", "url"):
        value = getattr(article, name)
        shown = showable(value if isinstance(value, str) else ", ".join(value))
        rule = article.provenance.get(name, "")
        yield f"{name:>10}  {shown or '-'}{f'  [{rule}]' if rule and shown else ''}"
    yield from _listed("related", article.related)
    rule = article.provenance.get("body", "")
    yield f"{'body':>10}  {len(article.body.split()):,} words{f'  [{rule}]' if rule else ''}"
    for paragraph in article.body.split("\n\n"):
        yield indent("\n".join(wrap(showable(paragraph), WIDTH)), " " * 12) + "\n"
    yield from _listed("discarded", [shorten(line, LONGEST_DISCARDED, placeholder=" …") for line in found.discarded])
    yield ""


def _listed(name: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{name:>10}  {len(lines):,}"
        yield from (f"            · {showable(line)}" for line in lines)


def coverage_lines(coverage: Coverage, by_rule: bool) -> Iterator[str]:
    """Say how many of the articles have each field; `by_rule` also says how it was found."""
    if not coverage.articles:
        return
    shares = coverage.shares()
    if not by_rule:
        yield "Fields: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        return
    for name, share in shares.items():
        yield f"  {name:<12}{share:>5.0%}"
        yield from (f"      {count:>9,}  {rule}" for rule, count in coverage.rules[name].most_common())
