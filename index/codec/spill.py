"""Postings of runs that memory has no room for, in a file of their own, until they are merged.

They are read slice by slice and not mapped: of a mapped page the system keeps its neighbours as well, and a merge that
reads a little of each of many files would hold most of all of them.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from errno import EIO
from pathlib import Path

import numpy as np

from index.codec.inverted import I64, U8, Inverted
from index.codec.run import RunPostings
from index.codec.sections import Array

LARGE = 1 << 20


class Spill:
    """A file of postings. Raises OSError where there is no room for it, or it cannot be read."""

    def __init__(self, path: Path, postings: Mapping[str, RunPostings]) -> None:
        self.path = path
        self._places: dict[tuple[str, str], tuple[int, np.dtype[np.generic]]] = {}
        self._file = path.open("w+b")
        try:
            self._write(postings)
        except OSError:
            self.close()
            raise
        self.fields = {name: SpilledPostings(self, name, len(field.whole)) for name, field in postings.items()}

    def __contains__(self, part: tuple[str, str]) -> bool:
        return part in self._places

    def read(self, part: tuple[str, str], low: int, high: int) -> Array:
        """Items `low` to `high` of a field's array."""
        start, dtype = self._places[part]
        size = (high - low) * dtype.itemsize
        # A large buffer of its own goes back to the system as soon as it is not needed; one of the heap may stay.
        buffer = mmap.mmap(-1, size) if size >= LARGE else bytearray(size)
        at, view = 0, memoryview(buffer)
        while at < size:
            # A system may give less than it was asked for.
            found = os.preadv(self._file.fileno(), [view[at:]], start + low * dtype.itemsize + at)
            if not found:
                raise OSError(EIO, "the file of spilled postings is shorter than it was", self.path.name)
            at += found
        return np.frombuffer(buffer, dtype)

    def close(self) -> None:
        """Let go of the file; it stays."""
        with suppress(OSError):  # What it still buffers may be what the disk had no room for.
            self._file.close()

    def _write(self, postings: Mapping[str, RunPostings]) -> None:
        for name, field in postings.items():
            for part, array in field.arrays().items():
                self._places[name, part] = (self._file.tell(), array.dtype)
                self._file.write(np.ascontiguousarray(array).data)
        self._file.flush()

    def remove(self) -> None:
        """Let go of the file, and remove it."""
        self.close()
        self.path.unlink()


@dataclass(frozen=True, slots=True)
class SpilledPostings:
    """One field of a spill, as merging takes it."""

    file: Spill
    name: str
    terms: int

    @property
    def term_blob(self) -> U8:
        """The terms, end to end: read anew each time."""
        return self._read("term_blob", 0, int(self._read("term_offsets", self.terms, self.terms + 1)[0]))

    @property
    def term_offsets(self) -> I64:
        """Term t is term_blob[term_offsets[t]:term_offsets[t + 1]]; read anew each time."""
        return self._read("term_offsets", 0, self.terms + 1)

    def doc_freqs(self, low: int, high: int) -> I64:
        """In how many documents each of the terms from `low` to `high` stands."""
        return np.diff(self._read("starts", low, high + 1))

    def decode(self, low: int, high: int) -> Inverted:
        """The terms from `low` to `high` with their postings."""
        offsets, starts = self._read("term_offsets", low, high + 1), self._read("starts", low, high + 1)
        first, last = int(starts[0]), int(starts[-1])
        blob = self._read("term_blob", int(offsets[0]), int(offsets[-1]))
        docs, freqs = self._read("docs", first, last), self._read("freqs", first, last)
        return Inverted(blob, offsets - offsets[0], starts - first, docs, freqs, self._positions(low, high))

    def _positions(self, low: int, high: int) -> Array | None:
        if (self.name, "positions") not in self.file:
            return None
        occurrences = self._read("occurrences", low, high + 1)
        return self._read("positions", int(occurrences[0]), int(occurrences[-1]))

    def _read(self, part: str, low: int, high: int) -> Array:
        return self.file.read((self.name, part), low, high)
