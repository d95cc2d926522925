"""Paths -> articles, lazily and in a fixed order. One bad file or line is a SourceFailure and the rest goes on."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from index.article import Article
from index.errors import ExtractionFailed, SourceNotFound
from index.extract.html import read_html
from index.extract.reading import Reading
from index.extract.record import read_record
from index.extract.text import read_text

STDIN = "-"
SUFFIXES = (".html", ".htm", ".txt", ".json", ".jsonl", ".jsonl.gz")
MAX_FILE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """A file or a line that could not be read: `where` is "file" or "file:line", `reason` a sentence."""

    where: str
    reason: str


def read_articles(sources: Sequence[str | Path]) -> Iterator[Article | SourceFailure]:
    """Read the articles of all sources; folders recursively, in the order of their names, "-" as JSON lines on stdin.

    Raises SourceNotFound before anything is read. Later failures are part of the stream.
    """
    return (item if isinstance(item, SourceFailure) else item.article for item in read_sources(sources))


def read_sources(sources: Sequence[str | Path]) -> Iterator[Reading | SourceFailure]:
    """As read_articles, with what each reader left out."""
    for source in sources:
        if str(source) != STDIN and not os.path.lexists(source):
            raise SourceNotFound(source)
    return _read_all(sources)


def _read_all(sources: Sequence[str | Path]) -> Iterator[Reading | SourceFailure]:
    for source in sources:
        if str(source) == STDIN:
            yield from _lines(sys.stdin.buffer, "<stdin>", "stdin")
        else:
            yield from _read_path(Path(source))


def _read_path(source: Path) -> Iterator[Reading | SourceFailure]:
    if not source.is_dir():
        yield from _read_file(source, source.name)
        return
    for item in _walk(source):
        if isinstance(item, SourceFailure):
            yield item
        else:
            yield from _read_file(item, item.relative_to(source).as_posix())


def _walk(folder: Path) -> Iterator[Path | SourceFailure]:
    """The readable files below a folder, by name, folders in their place among the files."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield _failure(folder, error)
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.name.lower().endswith(SUFFIXES):
            yield path


def _failure(where: str | Path, error: Exception) -> SourceFailure:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return SourceFailure(str(where), reason or type(error).__name__)


def _read_file(path: Path, name: str) -> Iterator[Reading | SourceFailure]:
    try:
        if path.name.lower().endswith((".jsonl", ".jsonl.gz")):
            with _open(path) as stream:
                yield from _lines(stream, str(path), name)
        else:
            yield from _document(path, name)
    except (OSError, EOFError, zlib.error, ExtractionFailed) as error:
        yield _failure(path, error)


def _open(path: Path) -> IO[bytes]:
    return io.BufferedReader(gzip.open(path), 1 << 20) if path.name.lower().endswith(".gz") else path.open("rb")


def _lines(stream: IO[bytes], where: str, name: str) -> Iterator[Reading | SourceFailure]:
    for number, line in enumerate(stream, start=1):
        if line.isspace():
            continue
        try:
            yield _record(json.loads(line), f"{name}#{number}")
        except (ValueError, RecursionError) as error:
            yield SourceFailure(f"{where}:{number}", f"broken JSON: {error}")
        except ExtractionFailed as error:
            yield SourceFailure(f"{where}:{number}", str(error))


def _record(value: Any, fallback_id: str) -> Reading:
    if not isinstance(value, dict):
        raise ExtractionFailed(f"a JSON object was expected, not {type(value).__name__}")
    return read_record(value, fallback_id)


def _document(path: Path, name: str) -> Iterator[Reading | SourceFailure]:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ExtractionFailed(f"larger than {MAX_FILE_BYTES:,} bytes")
    data = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        yield read_html(data, name)
    elif suffix == ".txt":
        yield read_text(_decode(data), name)
    else:
        yield from _json_file(data, path, name)


def _decode(data: bytes) -> str:
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ExtractionFailed("a binary file, not text")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _json_file(data: bytes, path: Path, name: str) -> Iterator[Reading | SourceFailure]:
    """One record, or a list of records."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ExtractionFailed(f"broken JSON: {error}") from error
    records = value if isinstance(value, list) else [value]
    for number, record in enumerate(records, start=1):
        fallback_id, where = (f"{name}#{number}", f"{path}#{number}") if len(records) > 1 else (name, str(path))
        try:
            yield _record(record, fallback_id)
        except ExtractionFailed as error:
            yield SourceFailure(where, str(error))
