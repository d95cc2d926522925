"""Postings that stock Whoosh's own writer hands over -> our arrays.

Our writer never comes here: this is for Whoosh's SegmentWriter, so that what it indexes can be read from our format.
A field goes into arrays where nothing is lost: Whoosh's formats of existence, frequency or positions, weights that are
frequencies, positions that rise. Boosted tokens, character offsets and payloads stay with Whoosh's own codec.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec.base import FieldWriter
from whoosh.codec.whoosh3 import W3FieldWriter
from whoosh.formats import Existence, Frequency, Positions
from whoosh.system import pack_uint
from whoosh.util.numeric import length_to_byte

from index.codec.inverted import inverted
from index.codec.layout import positions_path, postings_path
from index.codec.postings_writer import PostingsWriter

Posting = tuple[int, float, bytes, int]


@dataclass(slots=True)
class _Collected:
    """One field as it came: postings of each term, with the length of the field in the document."""

    fieldobj: Any
    terms: dict[bytes, list[Posting]] = field(default_factory=dict)


class ArrayFieldWriter(FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Collects fields in memory and writes them on `close`, into any of Whoosh's storages."""

    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        self._codec = codec
        self._storage = storage
        self._segment = segment
        self._fields: dict[str, _Collected] = {}
        self._field = _Collected(None)
        self._postings: list[Posting] = []
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        """Begin a field, or go on with it."""
        self._field = self._fields.setdefault(fieldname, _Collected(fieldobj))

    def start_term(self, text: bytes) -> None:
        """Begin a term of the field."""
        self._postings = self._field.terms.setdefault(text, [])

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """Append a posting of the term."""
        self._postings.append((docnum, weight, vbytes, length or 0))

    def finish_term(self) -> None:
        """Nothing is due before the segment is whole."""

    def close(self) -> None:
        """Write the segment's postings."""
        if not self.is_closed:
            self.is_closed = True
            arrays = {name: found for name, found in self._fields.items() if _fits(found)}
            self._write_arrays(arrays)
            self._write_others({name: found for name, found in self._fields.items() if name not in arrays})

    def _write_arrays(self, fields: dict[str, _Collected]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self._segment.segment_id()
            documents = _documents(self._segment, fields)
            with PostingsWriter(path, documents) as writer:
                for name, found in fields.items():
                    _write_field(writer, name, found, documents)
                writer.close()
            for file in (postings_path(path), positions_path(path)):
                with file.open("rb") as source, self._storage.create_file(file.name) as target:
                    shutil.copyfileobj(source, target)

    def _write_others(self, fields: dict[str, _Collected]) -> None:
        if not fields:
            return
        writer = W3FieldWriter(self._codec, self._storage, self._segment)
        for name, found in fields.items():
            writer.start_field(name, found.fieldobj)
            for text, postings in found.terms.items():
                writer.start_term(text)
                for posting in postings:
                    writer.add(*posting)
                writer.finish_term()
            writer.finish_field()
        writer.close()


def _documents(segment: Any, fields: dict[str, _Collected]) -> int:
    numbers = (posting[0] for found in fields.values() for postings in found.terms.values() for posting in postings)
    return max(int(segment.doc_count_all()), max(numbers, default=-1) + 1)


def _write_field(writer: PostingsWriter, name: str, found: _Collected, documents: int) -> None:
    format_ = found.fieldobj.format
    lengths = {doc: length for postings in found.terms.values() for doc, _, _, length in postings}
    coded = np.zeros(documents, np.uint8)
    coded[list(lengths)] = list(map(length_to_byte, lengths.values()))
    writer.begin(name, coded, sum(lengths.values()), isinstance(format_, Positions))
    triples = {
        text: [(doc, int(weight), _positions(format_, value)) for doc, weight, value, _ in postings]
        for text, postings in found.terms.items()
    }
    writer.add(inverted(triples, with_positions=isinstance(format_, Positions)))


def _positions(format_: Any, value: bytes) -> Sequence[int]:
    return list(format_.decode_positions(value)) if isinstance(format_, Positions) else ()


def _fits(found: _Collected) -> bool:
    format_ = found.fieldobj.format
    if type(format_) not in (Existence, Frequency, Positions):
        return False
    return all(_keeps(format_, weight, value) for postings in found.terms.values() for _, weight, value, _ in postings)


def _keeps(format_: Any, weight: float, value: bytes) -> bool:
    if type(format_) is Existence:
        return weight == 1 and not value
    if type(format_) is Frequency:
        return weight >= 1 and value == pack_uint(int(weight))
    try:
        positions = _positions(format_, value)
    except Exception:  # callers of Whoosh may hand over any bytes, and positions are a pickle of Whoosh's
        return False
    rising = all(before < after for before, after in zip([-1, *positions], positions, strict=False))
    return rising and weight == len(positions) > 0
