"""Files and archives -> documents, lazily and in a fixed order. Bytes are read here and understood elsewhere.

A folder gives its files by name; an archive (zip, tar, WARC) gives what it holds as if it were a folder; `.gz` stands
for the file inside it. Nothing is unpacked to disk, and nothing is read beyond the limits.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from index.errors import ExtractionFailed

Kind = Literal["html", "text", "json", "feed", "mail", "lines"]

KINDS: dict[str, Kind] = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".json": "json", ".jsonl": "lines",
    ".ndjson": "lines", ".xml": "feed", ".rss": "feed", ".atom": "feed", ".mht": "mail", ".mhtml": "mail",
    ".eml": "mail",
}  # fmt: skip
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".warc", ".warc.gz")
# A page or a dump of more than this is none; a JSON file may hold many articles.
MAX_DOCUMENT = 20_000_000
MAX_JSON = 500_000_000


# What the standard library and warcio raise on damaged files.
_UNREADABLE = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile, tarfile.TarError,
    ArchiveLoadFailed, ExtractionFailed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """What could not be read, where and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one file, what they are, and what is known of them from outside.

    `name` is the article's id where it brings none of its own; `siblings` tells files of one folder from others.
    """

    kind: Kind
    where: str
    name: str
    data: bytes
    url: str = ""
    charset: str = ""
    siblings: str = ""


class Line(NamedTuple):
    """One line of a stream of JSON lines as it was found, numbered from 1.

    An article that brings no id has the one of `name` and the number.
    """

    where: str
    name: str
    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """An open stream of JSON lines."""

    where: str
    name: str
    stream: IO[bytes]


Item = Document | Lines | SourceFailure


def is_readable(name: str) -> bool:
    """Whether a file of this name is one that is read."""
    lower = name.lower()
    return lower.endswith(_ARCHIVES) or _kind(lower) is not None


def items_of(source: Path) -> Iterator[Item]:
    """The documents below a path that was given on the command line."""
    if source.is_dir():
        for found in _walk(source):
            if isinstance(found, SourceFailure):
                yield found
            else:
                yield from _file(found, found.relative_to(source).as_posix())
    else:
        yield from _file(source, source.name)


def reason_of(error: Exception) -> str:
    """An error in words for the person at the keyboard."""
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return told or type(error).__name__


def _kind(lower: str) -> Kind | None:
    stem, suffix = os.path.splitext(lower.removesuffix(".gz"))
    return KINDS.get(suffix)


def _walk(folder: Path) -> Iterator[Path | SourceFailure]:
    """The readable files below a folder by name, folders in their place. Links to folders are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield SourceFailure(str(folder), reason_of(error))
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name)
        elif is_readable(entry.name):
            yield folder / entry.name


def _file(path: Path, name: str) -> Iterator[Item]:
    try:
        with path.open("rb") as stream:
            yield from _contents(stream, str(path), name, path.parent.as_posix())
    except _UNREADABLE as error:
        yield SourceFailure(str(path), reason_of(error))


def _contents(stream: IO[bytes], where: str, name: str, siblings: str) -> Iterator[Item]:
    lower = name.lower()
    if lower.endswith((".warc", ".warc.gz")):
        yield from _warc(stream, where)
    elif lower.endswith(".zip"):
        yield from _zip(stream, where, name)
    elif lower.endswith((".tar", ".tar.gz", ".tgz")):
        yield from _tar(stream, where, name)
    else:
        yield _single(stream, where, name, siblings)


def _single(stream: IO[bytes], where: str, name: str, siblings: str) -> Item:
    kind = _kind(name.lower())
    if kind is None:
        return SourceFailure(where, "not a kind of file that is read: " + ", ".join(sorted({*KINDS, *_ARCHIVES})))
    if name.lower().endswith(".gz"):
        stream = io.BufferedReader(gzip.GzipFile(fileobj=stream), 1 << 20)
    if kind == "lines":
        return Lines(where, name, stream)
    return Document(kind, where, name, _read(stream, MAX_JSON if kind == "json" else MAX_DOCUMENT), siblings=siblings)


def _read(stream: IO[bytes], limit: int) -> bytes:
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise ExtractionFailed(f"larger than {limit // 1_000_000} MB")
    return data


def _zip(stream: IO[bytes], where: str, name: str) -> Iterator[Item]:
    with zipfile.ZipFile(stream) as archive:
        for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
            if entry.is_dir() or _kind(entry.filename.lower()) is None:
                continue
            yield from _member(lambda entry=entry: archive.open(entry), where, name, entry.filename)  # type: ignore[misc]  # mypy cannot type a lambda's default


def _tar(stream: IO[bytes], where: str, name: str) -> Iterator[Item]:
    # In the order of the archive: a compressed tar cannot be read in another one.
    with tarfile.open(fileobj=stream, mode="r:*") as archive:
        for entry in archive:
            inner = archive.extractfile(entry) if entry.isfile() and _kind(entry.name.lower()) is not None else None
            if inner is not None:
                yield from _member(lambda inner=inner: inner, where, name, entry.name)  # type: ignore[misc]  # as above


def _member(open_it: Callable[[], IO[bytes]], where: str, name: str, inner: str) -> Iterator[Item]:
    place = f"{where}/{inner}"
    try:
        with open_it() as stream:
            yield _single(stream, place, f"{name}/{inner}", f"{where}/{os.path.dirname(inner)}")
    except _UNREADABLE as error:
        yield SourceFailure(place, reason_of(error))


def _warc(stream: IO[bytes], where: str) -> Iterator[Item]:
    """The pages of a WARC file: responses with status 200 and HTML in them."""
    for number, record in enumerate(ArchiveIterator(stream), start=1):
        if record.rec_type != "response" or record.http_headers is None:
            continue
        content = record.http_headers.get_header("Content-Type", "").lower()
        if record.http_headers.get_statuscode() != "200" or "html" not in content:
            continue
        url, place = record.rec_headers.get_header("WARC-Target-URI") or "", f"{where}#{number}"
        charset = content.partition("charset=")[2].partition(";")[0].strip("\"' ")
        try:
            yield Document("html", place, url or place, _read(record.content_stream(), MAX_DOCUMENT), url, charset)
        except _UNREADABLE as error:
            yield SourceFailure(place, reason_of(error))
