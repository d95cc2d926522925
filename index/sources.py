"""Paths -> articles, lazily and in a fixed order. One bad file or line is a SourceFailure and the rest goes on."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from index.article import Article
from index.documents import Document, Item, Line, Lines, SourceFailure, items_of, reason_of
from index.errors import ExtractionFailed, SourceNotFound
from index.extract.charset import decode
from index.extract.reading import Reading
from index.extract.record import RecordReader
from index.extract.text import learn_boilerplate
from index.pool import Pool
from index.readers import Result, read_document, read_line

__all__ = ["ReadOptions", "SourceFailure", "read_articles", "read_sources", "unread_sources"]

STDIN = "-"
# One line of more than this is no article.
_MAX_LINE = 50_000_000
# The dumps of a folder that its boilerplate is learnt from: its first ones by name, so that the answer is always the
# same.
_SAMPLE, _SAMPLE_BYTES = 40, 1_000_000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: `mapping` names the records' fields, as {"title": "headline"}.

    With `workers` of 2 and more, pages and dumps are read by that many processes, each document in at most `seconds`;
    with 1 they are read here, and only their size is limited.
    """

    workers: int = 1
    mapping: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0


def read_articles(
    sources: Sequence[str | Path], options: ReadOptions | None = None
) -> Iterator[Article | SourceFailure]:
    """Read the articles of all sources; folders recursively, in the order of their names, "-" as JSON lines on stdin.

    Raises SourceNotFound before anything is read. Later failures are part of the stream.
    """
    return (item.article if isinstance(item, Reading) else item for item in read_sources(sources, options))


def read_sources(sources: Sequence[str | Path], options: ReadOptions | None = None) -> Iterator[Result]:
    """As read_articles, with what each reader left out."""
    options = options or ReadOptions()
    records = RecordReader(options.mapping)
    return (read_line(i, records) if isinstance(i, Line) else i for i in unread_sources(sources, options))


def unread_sources(sources: Sequence[str | Path], options: ReadOptions) -> Iterator[Line | Result]:
    """As read_sources, with JSON lines as they are: to be read wherever there is time, by `read_line`."""
    for source in sources:
        if str(source) != STDIN and not os.path.lexists(source):
            raise SourceNotFound(source)
    return _read_all(sources, options)


def _read_all(sources: Sequence[str | Path], options: ReadOptions) -> Iterator[Line | Result]:
    records, boilerplate = RecordReader(options.mapping), _Boilerplate()
    with Pool(options.workers, options.seconds, options.mapping) as pool:
        for item in _items(sources):
            if isinstance(item, Lines):
                yield from pool.drain()
                yield from _lines(item)
            elif isinstance(item, SourceFailure):
                yield from pool.put(item)
            elif options.workers > 1:
                yield from pool.submit(item, boilerplate.of(item))
            else:
                yield from read_document(item, records, boilerplate.of(item))
        yield from pool.drain()


def _items(sources: Sequence[str | Path]) -> Iterator[Item]:
    for source in sources:
        if str(source) == STDIN:
            yield Lines("<stdin>", "stdin", sys.stdin.buffer)
        else:
            yield from items_of(Path(source))


def _lines(item: Lines) -> Iterator[Line | SourceFailure]:
    number = 0
    try:
        for number, line in enumerate(_bounded(item.stream), start=1):
            if not line.isspace():
                yield Line(item.where, item.name, number, line)
    except (OSError, EOFError, zlib.error, ExtractionFailed) as error:
        yield SourceFailure(f"{item.where}:{number + 1}", reason_of(error))


def _bounded(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(_MAX_LINE):
        if len(line) == _MAX_LINE:
            raise ExtractionFailed(f"a line of more than {_MAX_LINE // 1_000_000} MB")
        yield line


class _Boilerplate:
    """What the dumps of one folder repeat, learnt once per folder from its first files."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[str]] = {}

    def of(self, document: Document) -> frozenset[str]:
        """Return the lines that the folder of a dump repeats; none for what is no dump."""
        if document.kind != "text" or not document.siblings:
            return frozenset()
        if document.siblings not in self._known:
            # The folders are read one after the other, so the last one is enough to remember.
            self._known = {document.siblings: learn_boilerplate(list(_dumps(Path(document.siblings))))}
        return self._known[document.siblings]


def _dumps(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.txt"))[:_SAMPLE]:
        try:
            with path.open("rb") as stream:
                yield decode(stream.read(_SAMPLE_BYTES))
        except (OSError, ExtractionFailed):
            # It is reported when its own turn comes.
            continue
