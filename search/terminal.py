"""What the command line prints of a search: a page of results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TextIO

import click

from search.marked import Marked, showable
from search.page import Page, ResultItem


def page_text(page: Page, marker: Marker) -> str:
    """One page of results; `marker` shows a marked word."""
    lines = [f"{page.sentence}: {_count(page)} in {page.took_ms:,.1f} ms", *(f"! {said}" for said in page.warnings)]
    if page.pages > 1:
        lines.append(f"Page {page.parameters.page} of {page.pages:,}; --page turns it.")
    for item in page.items:
        lines += ["", *_item_lines(item, marker)]
    if not page.total:
        lines += [f"{looser.change} ({looser.total:,}): {looser.q}" for looser in page.relaxations]
    return "\n".join(lines)


Marker = Callable[[str], str]


def marker_for(stream: TextIO) -> Marker:
    """Bold on a terminal, asterisks elsewhere: a mark must survive a pipe."""
    return _bold if stream.isatty() else (lambda word: f"**{word}**")


def _bold(word: str) -> str:
    return click.style(word, bold=True, fg="yellow")


def _count(page: Page) -> str:
    at_least = "at least " if page.total_relation == "gte" else ""
    return f"{at_least}{page.total:,} {'article' if page.total == 1 else 'articles'}"


def _item_lines(item: ResultItem, marker: Marker) -> Iterator[str]:
    hit = item.hit
    yield f"{item.rank:>3}. {_marked(item.title, marker) or hit.id}  ({hit.score:.2f})"
    facts = (hit.published.replace("T", " "), hit.section, hit.source, ", ".join(hit.authors))
    known = " · ".join(showable(fact) for fact in facts if fact)
    tags = ", ".join(_marked(tag, marker) for tag in item.tags)
    yield from (f"     {line}" for line in (known, tags and f"tags: {tags}") if line)
    for snippet in item.snippets:
        yield f"     {_marked(snippet, marker)}"
    yield f"     {showable(hit.url or hit.id)}"


def _marked(text: Marked, marker: Marker) -> str:
    return "".join(marker(part) if mark else part for part, mark in text.parts)
