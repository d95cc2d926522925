"""Inverted arrays -> the postings files of a segment (drawn in layout.py), as a stream."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from index.codec.bitmaps import bitmap, is_dense
from index.codec.impacts import CORNERS, measure_impacts
from index.codec.inverted import I64, U8, Inverted, offsets_of
from index.codec.layout import KIND, POSITIONS_KIND, VERSION, positions_path, postings_path
from index.codec.packing import (
    BLOCK,
    GUARD,
    Column,
    block_table,
    measure_blocks,
    pack_positions,
    pack_postings,
    place_blocks,
)
from index.codec.sections import SectionWriter
from index.errors import WriteFailed

# What a field's small sections may hold in memory, each, before they go to a temporary file.
SPOOL_BYTES = 4 << 20
EMPTY = np.zeros(0, np.uint32)


class PostingsWriter:
    """Writes the postings of a segment of `documents` documents: field by field, each in ascending order of terms.

        with PostingsWriter(folder / segment_id, documents) as writer:
            writer.begin("body", lengths, total_length)
            for chunk in chunks:
                writer.add(chunk)          # whole terms, each after all terms of the chunks before
            writer.close()

    Memory holds one chunk. Leaving without `close` leaves files that no reader accepts. Raises OSError, and WriteFailed
    when a segment outgrows 32-bit offsets (16 GB of postings or of positions in one field).
    """

    def __init__(self, segment: Path, documents: int) -> None:
        self._documents = documents
        self._folder = segment.parent
        self._postings = SectionWriter(postings_path(segment), KIND, VERSION)
        self._positions = SectionWriter(positions_path(segment), POSITIONS_KIND, VERSION)
        self._facts: dict[str, dict[str, int]] = {}
        self._field: _Field | None = None

    def begin(self, field: str, lengths: U8, total_length: int, with_positions: bool = True) -> None:
        """Begin a field: the length byte of every document (0 without the field), and the exact sum of lengths."""
        assert field not in self._facts, f"field {field!r} was written before"
        assert len(lengths) == self._documents, f"{len(lengths)=} {self._documents=}"
        self._end_field()
        self._field = _Field(field, lengths, total_length, with_positions, self._folder)
        self._postings.begin(f"{field}/words", np.uint32)
        if with_positions:
            self._positions.begin(f"{field}/words", np.uint32)

    def add(self, chunk: Inverted) -> None:
        """Append whole terms to the field that is open."""
        field = self._field
        assert field is not None, "begin a field first"
        assert field.with_positions == (chunk.positions is not None), f"{field.name!r}: {field.with_positions=}"
        positions = EMPTY if chunk.positions is None else chunk.positions
        table = block_table(chunk.starts, chunk.freqs)
        measure_blocks(chunk.docs, chunk.freqs, positions, table)
        words, position_words = place_blocks(table, len(positions))
        self._pack(chunk, table, words, position_words)
        field.add(chunk, table, words, position_words)

    def close(self) -> None:
        """Complete both files."""
        self._end_field()
        self._postings.close({"documents": self._documents, "fields": self._facts})
        self._positions.close({"documents": self._documents})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postings.abandon()
        self._positions.abandon()
        if self._field is not None:
            self._field.discard()

    def _pack(self, chunk: Inverted, table: I64, words: int, position_words: int) -> None:
        packed = np.zeros(words + GUARD, np.uint32)
        pack_postings(chunk.docs, chunk.freqs, table, packed)
        self._postings.write(packed[:words])
        if chunk.positions is not None and position_words:
            packed = np.zeros(position_words + GUARD, np.uint32)
            pack_positions(chunk.freqs, chunk.positions, table, packed)
            self._positions.write(packed[:position_words])

    def _end_field(self) -> None:
        if self._field is None:
            return
        guard = np.zeros(GUARD, np.uint32)
        self._postings.write(guard)
        if self._field.with_positions:
            self._positions.write(guard)
        self._facts[self._field.name] = self._field.finish(self._postings)
        self._field = None


class _Field:
    """What is known of the field being written: its small sections, kept aside while its words stream out."""

    DTYPES: dict[str, npt.DTypeLike] = {
        "blocks": np.uint32, "impacts": np.uint8, "first_blocks": np.uint32, "term_blob": np.uint8,
        "term_offsets": np.uint32, "dense_terms": np.uint32, "bitmaps": np.uint32,
    }  # fmt: skip

    def __init__(self, name: str, lengths: U8, total_length: int, with_positions: bool, folder: Path) -> None:
        self.name = name
        self.lengths = lengths
        self.with_positions = with_positions
        self._facts = {"total_length": total_length, "terms": 0, "postings": 0, "occurrences": 0}
        self._ends = {"blocks": 0, "blob": 0, "words": 0, "position_words": 0}
        self._last_term = b""
        self._spools: dict[str, IO[bytes]] = {
            section: tempfile.SpooledTemporaryFile(SPOOL_BYTES, dir=str(folder)) for section in self.DTYPES
        }
        for section in ("first_blocks", "term_offsets"):
            self._spool(section, np.zeros(1, np.int64))

    def add(self, chunk: Inverted, table: I64, words: int, position_words: int) -> None:
        """Keep the facts of a chunk whose words have been written."""
        if not len(chunk):
            return
        self._check_order(chunk)
        ends = self._ends
        self._spool("blocks", _block_rows(table, ends["words"], ends["position_words"]))
        self._spool("impacts", _impacts(chunk, self.lengths, table))
        blocks = offsets_of(-(-np.diff(chunk.starts) // BLOCK))
        self._spool("first_blocks", blocks[1:] + ends["blocks"])
        self._spool("term_blob", chunk.term_blob)
        self._spool("term_offsets", chunk.term_offsets[1:] + ends["blob"])
        ends["blocks"] += len(table)
        ends["blob"] += len(chunk.term_blob)
        ends["words"] += words
        ends["position_words"] += position_words
        self._add_bitmaps(chunk)
        self._count(chunk)

    def finish(self, file: SectionWriter) -> dict[str, int]:
        """Write the small sections behind the words; returns the facts of the field."""
        for section, spool in self._spools.items():
            file.begin(f"{self.name}/{section}", self.DTYPES[section])
            spool.seek(0)
            while chunk := spool.read(1 << 20):
                file.write(chunk)
        file.add(f"{self.name}/lengths", self.lengths)
        self.discard()
        return self._facts

    def discard(self) -> None:
        """Give up the temporary files."""
        for spool in self._spools.values():
            spool.close()

    def _add_bitmaps(self, chunk: Inverted) -> None:
        dense = np.flatnonzero(is_dense(np.diff(chunk.starts), len(self.lengths)))
        self._spool("dense_terms", dense + self._facts["terms"])
        for term in dense.tolist():
            self._spool("bitmaps", bitmap(chunk.docs[chunk.starts[term] : chunk.starts[term + 1]], len(self.lengths)))

    def _count(self, chunk: Inverted) -> None:
        self._facts["terms"] += len(chunk)
        self._facts["postings"] += len(chunk.docs)
        self._facts["occurrences"] += int(chunk.freqs.sum(dtype=np.int64))

    def _check_order(self, chunk: Inverted) -> None:
        first = chunk.term(0)
        assert not self._facts["terms"] or self._last_term < first, f"{first!r} comes after {self._last_term!r}"
        self._last_term = chunk.term(len(chunk) - 1)

    def _spool(self, section: str, numbers: npt.NDArray[Any]) -> None:
        dtype = np.dtype(self.DTYPES[section])
        if numbers.size and int(numbers.max()) > np.iinfo(dtype).max:
            raise WriteFailed(f"The field {self.name!r} of one segment is too large for its offsets ({section}).")
        self._spools[section].write(np.ascontiguousarray(numbers, dtype).data)


def _impacts(chunk: Inverted, lengths: U8, table: I64) -> U8:
    impacts = np.empty((len(table), 2 * CORNERS), np.uint8)
    starts = np.append(table[:, Column.POSTING], len(chunk.docs))
    measure_impacts(chunk.freqs, lengths[chunk.docs], starts, impacts)
    return impacts


def _block_rows(table: I64, words: int, position_words: int) -> I64:
    """The section `blocks`, given how many words of the field stand before those of the table."""
    shape = np.zeros(len(table), np.int64)
    for place, column in enumerate((Column.COUNT, Column.DOC_BITS, Column.FREQ_BITS, Column.POSITION_BITS)):
        shape |= table[:, column] << 8 * place
    at, positions_at = table[:, Column.WORD] + words, table[:, Column.POSITION_WORD] + position_words
    return np.stack([table[:, Column.LAST_DOC], at, positions_at, shape], axis=1)
