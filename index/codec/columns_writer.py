"""Articles, or the columns of other segments -> the columns of a new one; columns.py draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.codec.columns import KIND, MULTIPLE, SINGLE, VERSION, Choices, Columns, Row
from index.codec.prepared import Prepared
from index.codec.records import Packed, RecordsWriter, pack
from index.codec.sections import Array, SectionWriter
from index.compact import dump
from index.dates import seconds
from index.schema import DATE_FIELDS, NO_DATE


@dataclass(frozen=True, slots=True)
class ColumnsBatch:
    """The columns of some documents in a row, as they are written."""

    rows: Packed
    seconds: dict[str, Array]
    hashes: Array
    keys: Array
    choices: dict[str, Choices]

    def __len__(self) -> int:
        return len(self.rows.lengths)


def columns_of(some: Prepared) -> ColumnsBatch:
    """The columns of articles."""
    articles = some.articles
    return ColumnsBatch(
        rows=pack(list(map(dump, map(_ROW, articles)))),
        seconds={name: _moments([getattr(article, name) for article in articles]) for name in DATE_FIELDS},
        hashes=some.hashes.reshape(-1),
        keys=some.keys,
        choices={
            "origin": _coded(some.origins),
            **{name: _coded([getattr(article, name) for article in articles]) for name in SINGLE if name != "origin"},
            **{name: _coded_lists([getattr(article, name) for article in articles]) for name in MULTIPLE},
        },
    )


def columns_again(columns: Columns, documents: Array) -> ColumnsBatch:
    """The columns of these documents (rising) of a segment, to be written again elsewhere."""
    return ColumnsBatch(
        rows=columns.rows.packed(documents),
        seconds={name: columns.seconds(name)[documents] for name in DATE_FIELDS},
        hashes=columns.hashes[documents].reshape(-1),
        keys=columns.keys_by_document()[documents],
        choices={name: _selected(columns.choices(name), documents) for name in (*SINGLE, *MULTIPLE)},
    )


@dataclass(slots=True)
class _Column:
    """A choices column being written: grows batch by batch, with one numbering of the values."""

    numbers: dict[str, int] = field(default_factory=dict)
    codes: list[Array] = field(default_factory=list)
    counts: list[Array] = field(default_factory=list)

    def append(self, batch: Choices) -> None:
        """Append the choices of the next documents, with the codes that their values have here."""
        numbers = self.numbers
        used, codes = np.unique(batch.codes, return_inverse=True)
        values = (batch.values[code] for code in used.tolist())
        renumbered = np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.uint32, len(used))
        self.codes.append(renumbered[codes])
        if batch.ends is not None:
            self.counts.append(np.diff(batch.ends.astype(np.int64), prepend=0))


class ColumnsWriter:
    """Writes the columns of a segment, batch after batch, in the order of its documents."""

    def __init__(self, path: Path) -> None:
        self._file = SectionWriter(path, KIND, VERSION)
        self._rows = RecordsWriter(self._file, "rows")
        self._arrays: dict[str, list[Array]] = {name: [] for name in (*DATE_FIELDS, "hash", "keys")}
        self._choices = {name: _Column() for name in (*SINGLE, *MULTIPLE)}

    def append(self, batch: ColumnsBatch) -> None:
        """Append the columns of the next documents."""
        self._rows.append(batch.rows)
        for name in DATE_FIELDS:
            self._arrays[name].append(batch.seconds[name])
        self._arrays["hash"].append(batch.hashes)
        self._arrays["keys"].append(batch.keys)
        for name, column in self._choices.items():
            column.append(batch.choices[name])

    def close(self) -> None:
        """Complete the file."""
        documents = self._rows.close()
        for name in DATE_FIELDS:
            self._file.add(name, _joined(self._arrays[name], np.int64))
        self._file.add("hash", _joined(self._arrays["hash"], np.uint8))
        keys = _joined(self._arrays["keys"], np.uint64)
        order = np.argsort(keys, kind="stable")
        self._file.add("keys", keys[order])
        self._file.add("key_docs", order.astype(np.uint32))
        for name, column in self._choices.items():
            self._add_choices(name, column)
        self._file.close({"documents": documents})
        # What follows on a commit needs the memory.
        self._arrays.clear()
        self._choices.clear()

    def abandon(self) -> None:
        """Leave the file unreadable."""
        self._file.abandon()

    def _add_choices(self, name: str, column: _Column) -> None:
        records = RecordsWriter(self._file, f"{name}.values")
        records.append(pack([value.encode("utf-8", "surrogatepass") for value in column.numbers]))
        records.close()
        narrow = np.min_scalar_type(len(column.numbers))
        self._file.add(f"{name}.codes", _joined(column.codes, np.uint32).astype(narrow))
        if name in MULTIPLE:
            self._file.add(f"{name}.ends", np.cumsum(_joined(column.counts, np.int64)).astype(np.uint32))


_ROW = attrgetter(*Row._fields)


def _moments(texts: Sequence[str]) -> Array:
    found = (seconds(text) if text else None for text in texts)
    return np.array([NO_DATE if moment is None else moment for moment in found], np.int64)


def _coded(values: Sequence[str]) -> Choices:
    different = list(dict.fromkeys(values))
    numbers = {value: number for number, value in enumerate(different)}
    return Choices(different, np.fromiter(map(numbers.__getitem__, values), np.uint32, len(values)))


def _coded_lists(lists: Sequence[Sequence[str]]) -> Choices:
    flat = _coded(list(chain.from_iterable(lists)))
    return Choices(flat.values, flat.codes, np.cumsum(list(map(len, lists)), dtype=np.uint32))


def _selected(choices: Choices, documents: Array) -> Choices:
    if choices.ends is None:
        return Choices(choices.values, choices.codes[documents])
    counts: Array = np.diff(choices.ends.astype(np.int64), prepend=0)
    ends = np.cumsum(counts[documents])
    wanted = np.zeros(len(counts), np.bool_)
    wanted[documents] = True
    return Choices(choices.values, choices.codes[np.repeat(wanted, counts)], ends)


def _joined(parts: Sequence[Array], dtype: npt.DTypeLike) -> Array:
    return np.concatenate(parts) if parts else np.empty(0, dtype)
