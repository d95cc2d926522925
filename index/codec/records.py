"""Records of any length in a file of sections, by number.

<name>         uint8           the records, one after the other
<name>.ends    uint32/uint64   record n is <name>[ends[n - 1]:ends[n]], from 0 for the first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.codec.sections import Array, SectionFile, SectionWriter


@dataclass(frozen=True, slots=True)
class Packed:
    """Some records in a row: their bytes, and the length of each (uint32)."""

    data: bytes
    lengths: Array

    def __post_init__(self) -> None:
        assert len(self.data) == int(self.lengths.sum()), f"{len(self.data)=} {int(self.lengths.sum())=}"


def pack(records: Sequence[bytes]) -> Packed:
    """Join records."""
    lengths = np.fromiter(map(len, records), np.uint32, len(records))
    return Packed(b"".join(records), lengths)


class RecordsWriter:
    """Writes the records of one name; the section stays open until `close`."""

    def __init__(self, file: SectionWriter, name: str) -> None:
        self._file = file
        self._name = name
        self._lengths: list[Array] = []
        file.begin(name, np.uint8)

    def append(self, records: Packed) -> None:
        """Append records."""
        self._file.write(records.data)
        self._lengths.append(records.lengths)

    def close(self) -> int:
        """Write where each record ends; returns how many there are."""
        lengths = np.concatenate(self._lengths) if self._lengths else np.empty(0, np.uint32)
        ends = np.cumsum(lengths, dtype=np.uint64)
        small = not len(ends) or int(ends[-1]) < 2**32
        self._file.add(f"{self._name}.ends", ends.astype(np.uint32) if small else ends)
        return len(ends)


class Records:
    """The records of one name in a mapped file. IndexError for a number that is not there."""

    def __init__(self, file: SectionFile, name: str) -> None:
        self._data = file.raw(name)
        self._ends = file.array(f"{name}.ends")
        # One number of a view costs a quarter of one of an array, and a list of hits asks for twenty.
        self._end_of = self._ends.data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> memoryview:
        if number < 0:
            raise IndexError(number)
        # What `_start` says, spelled out: a call takes half as long again.
        return self._data[self._end_of[number - 1] if number else 0 : self._end_of[number]]

    def packed(self, numbers: Array) -> Packed:
        """The records of these numbers (rising), copied from the mapped pages."""
        breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
        runs = [(int(run[0]), int(run[-1])) for run in np.split(numbers, breaks) if len(run)]
        data = b"".join(self._data[self._start(first) : self._end_of[last]] for first, last in runs)
        lengths = np.diff(self._ends.astype(np.int64), prepend=0)[numbers]
        return Packed(data, lengths.astype(np.uint32))

    def well_formed(self) -> bool:
        """Whether the ends rise and the last one is the end of the data."""
        ends = self._ends.astype(np.int64)
        last = int(ends[-1]) if len(ends) else 0
        return bool((np.diff(ends, prepend=0) >= 0).all()) and last == len(self._data)

    def _start(self, number: int) -> int:
        return self._end_of[number - 1] if number else 0
