"""Runs -> the files of a new segment.

Columns and texts stream to their files as runs come in. Postings stay in memory up to a limit; then they are combined
and spilled to a file of the segment. At the end all of them are merged into the segment's postings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from index.codec.columns_writer import ColumnsWriter
from index.codec.inverted import U8
from index.codec.merge import FieldSource, Part, merge
from index.codec.postings_writer import PostingsWriter
from index.codec.run import Run, RunPostings, combine
from index.codec.segment import COLUMNS, STORED, Segment, new_name
from index.codec.spill import Spill
from index.codec.stored import StoredWriter
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS

# Postings in memory before a spill, in bytes. Combining them needs as much again.
MEMORY = 96_000_000


class SegmentBuilder:
    """Writes one segment, run by run. The files count for nothing until a commit names them."""

    def __init__(self, folder: Path, dictionary: bytes, memory: int = MEMORY) -> None:
        self.segment = Segment(new_name(), 0)
        self._path = folder / self.segment.segment_id()
        self._memory = memory
        self._columns = ColumnsWriter(self.segment.path(folder, COLUMNS))
        self._stored = StoredWriter(self.segment.path(folder, STORED), dictionary)
        self._lengths: dict[str, list[U8]] = {name: [] for name in (*TEXT_FIELDS, *KEYWORD_FIELDS)}
        self._totals = dict.fromkeys(self._lengths, 0)
        self._held: list[tuple[int, Mapping[str, RunPostings]]] = []
        self._held_bytes = 0
        self._sources: list[tuple[int, int, Mapping[str, FieldSource]]] = []
        self._spills: list[Spill] = []

    @property
    def documents(self) -> int:
        """Documents added so far."""
        return self.segment.documents

    def add(self, run: Run) -> None:
        """Append the articles of a run. Raises OSError."""
        self._columns.append(run.columns)
        self._stored.append(run.stored)
        for name, field in run.fields.items():
            self._lengths[name].append(field.lengths)
            self._totals[name] += field.total_length
        self.segment.documents += run.documents
        self._held.append((run.documents, run.postings()))
        self._held_bytes += sum(field.postings.nbytes for field in run.fields.values())
        if self._held_bytes > self._memory:
            self._spill()

    def finish(self) -> Segment:
        """Complete the files of the segment. Raises OSError, WriteFailed."""
        self._columns.close()
        self._stored.close()
        if self._spills and self._held:
            self._spill()  # Merging needs the memory.
        self._take_held()
        with PostingsWriter(self._path, self.documents) as writer:
            for name in self._lengths:
                self._write_field(writer, name)
            writer.close()
        for file in self._spills:
            file.remove()
        return self.segment

    def abandon(self) -> None:
        """Close what is open; the files stay for whoever sweeps."""
        self._columns.abandon()
        self._stored.abandon()
        for file in self._spills:
            file.close()

    def _write_field(self, writer: PostingsWriter, name: str) -> None:
        sources = [(first, count, fields[name]) for first, count, fields in self._sources]
        parts = [Part(postings, np.arange(first, first + count)) for first, count, postings in sources]
        lengths = np.concatenate([*self._lengths[name], np.zeros(0, np.uint8)])
        writer.begin(name, lengths, self._totals[name], with_positions=name in TEXT_FIELDS)
        for chunk in merge(parts):
            writer.add(chunk)

    def _spill(self) -> None:
        path = self._path.with_name(f"{self._path.name}.run{len(self._spills)}")
        documents = sum(count for count, _ in self._held)
        file = Spill(path, combine(self._held))
        self._spills.append(file)
        self._sources.append((self.documents - documents, documents, file.fields))
        self._held, self._held_bytes = [], 0

    def _take_held(self) -> None:
        first = self.documents - sum(count for count, _ in self._held)
        for count, fields in self._held:
            self._sources.append((first, count, fields))
            first += count
        self._held, self._held_bytes = [], 0
