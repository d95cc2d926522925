"""One document -> its articles. Whatever the bytes, the answer is readings, or a failure that names the place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from index.compact import load
from index.documents import Document, Line, SourceFailure, reason_of
from index.errors import ExtractionFailed
from index.extract.charset import decode
from index.extract.feed import feed_records
from index.extract.html import read_html
from index.extract.mail import SavedPage, read_mail
from index.extract.reading import Reading
from index.extract.record import RecordReader, records_in
from index.extract.text import read_text

Result = Reading | SourceFailure


def read_document(document: Document, records: RecordReader, boilerplate: frozenset[str] = frozenset()) -> list[Result]:
    """All articles of a document, failures in their place."""
    try:
        found = articles_in(document, records, boilerplate)
        return [item.read_from(document.where) if isinstance(item, Reading) else item for item in found]
    except ExtractionFailed as error:
        return [SourceFailure(document.where, str(error))]
    except (MemoryError, RecursionError) as error:
        return [SourceFailure(document.where, f"too large or too deeply nested ({type(error).__name__})")]
    except Exception as error:
        # A fault of ours, or of a library, in one file must not end the reading of thousands: it is told as such.
        return [SourceFailure(document.where, f"a fault in the reader: {type(error).__name__}: {error}")]


def read_line(line: Line, records: RecordReader) -> Result:
    """The article of one JSON line."""
    try:
        return records.read(_object(load(line.data)), f"{line.name}#{line.number}", line.where)
    except (ValueError, RecursionError) as error:
        return SourceFailure(f"{line.where}:{line.number}", f"broken JSON: {reason_of(error)}")
    except ExtractionFailed as error:
        return SourceFailure(f"{line.where}:{line.number}", str(error))


def articles_in(document: Document, records: RecordReader, boilerplate: frozenset[str]) -> Iterator[Result]:
    """The articles of a document one by one. Raises ExtractionFailed where there is none."""
    if document.kind == "html":
        yield read_html(document.data, document.name, document.url, document.charset)
    elif document.kind == "text":
        yield read_text(decode(document.data), document.name, boilerplate)
    elif document.kind == "mail":
        yield _mail(document, records)
    elif document.kind == "feed":
        yield from _each(feed_records(document.data), document, records, True)
    else:
        value = _json(document.data)
        yield from _each(records_in(value), document, records, isinstance(value, list))


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ExtractionFailed(f"broken JSON: {reason_of(error)}") from error


def _each(found: Iterator[Any], document: Document, records: RecordReader, numbered: bool) -> Iterator[Result]:
    for number, value in enumerate(found, start=1):
        place = f"#{number}" if numbered or number > 1 else ""
        try:
            yield records.read(_object(value), document.name + place)
        except ExtractionFailed as error:
            yield SourceFailure(document.where + place, str(error))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ExtractionFailed(f"a JSON object was expected, not {type(value).__name__}")
    return value


def _mail(document: Document, records: RecordReader) -> Reading:
    found = read_mail(document.data)
    if isinstance(found, SavedPage):
        return read_html(found.data, document.name, found.url, found.charset)
    return records.read(found, document.name)
