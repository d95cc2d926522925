"""What a list of hits shows and what sorts it, apart from the bodies: ten hits decompress nothing.

rows               records        per document the JSON array of `Row`, read whole: it is what a hit shows
published          int64          seconds since 1970 UTC, NO_DATE where unknown; modified likewise
hash               uint8[N * 16]  content hash
keys, key_docs     uint64, uint32 xxh3_64 of every id, rising, and the document that has it: finds documents by id

for each of section, source, language, origin (one value per document), tags, authors (any number):
<name>.values      records        the different values, in order of first use
<name>.codes       uint8/16/32    the values of all documents, one after the other
<name>.ends        uint32         tags and authors only: the codes of document n end here
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from index.codec.prepared import HASH_BYTES, Prepared, key_of
from index.codec.records import Packed, Records, RecordsWriter, pack
from index.codec.sections import Array, SectionFile, SectionWriter
from index.compact import dump, load
from index.dates import seconds
from index.schema import DATE_FIELDS, NO_DATE

KIND, VERSION = "columns", 1
SINGLE = ("section", "source", "language", "origin")
MULTIPLE = ("tags", "authors")


class Row(NamedTuple):
    """What a hit shows. `published` and `modified` are as written."""

    id: str
    title: str
    url: str
    published: str
    modified: str
    section: str
    source: str
    language: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """One value or several for each document: the different ones, and for each document the codes of its own.

    The codes of document n are codes[ends[n - 1]:ends[n]], or codes[n] alone where `ends` is None.
    """

    values: list[str]
    codes: Array
    ends: Array | None = None


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


@dataclass(slots=True)
class _Column:
    """A choices column being written: grows batch by batch, with one numbering of the values."""

    numbers: dict[str, int] = field(default_factory=dict)
    codes: list[Array] = field(default_factory=list)
    counts: list[Array] = field(default_factory=list)

    def append(self, batch: Choices) -> None:
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


class Columns:
    """The columns of a segment, mapped. Safe from any thread."""

    def __init__(self, file: SectionFile) -> None:
        self.file = file
        self.rows = Records(file, "rows")
        self.hashes = file.array("hash").reshape(-1, HASH_BYTES)
        self.keys = file.array("keys")
        self._key_docs = file.array("key_docs")
        self._choices: dict[str, Choices] = {}
        self._holders: dict[str, tuple[Array, Array]] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the file. Raises NotAnIndex, NewerIndex, OSError."""
        return cls(SectionFile(path, KIND, VERSION))

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, number: int) -> Row:
        """What a hit shows of a document. IndexError for a number that is not there."""
        *texts, tags, authors = load(self.rows[number])
        return Row._make((*texts, tuple(tags), tuple(authors)))

    def origin(self, number: int) -> str:
        """The file that a document was read from, "" where unknown."""
        choices = self.choices("origin")
        return choices.values[int(choices.codes[number])]

    def seconds(self, name: str) -> Array:
        """`published` or `modified` of every document, in seconds since 1970 UTC (int64); NO_DATE where unknown."""
        return self.file.array(name)

    def choices(self, name: str) -> Choices:
        """The values of section, source, language, origin, tags or authors."""
        if name not in self._choices:
            self._choices[name] = self._read_choices(name)
        return self._choices[name]

    def holders(self, name: str) -> tuple[Array, Array]:
        """The values of all documents, each once for each document: who holds it (uint32, rising), and its code."""
        if name not in self._holders:
            self._holders[name] = _holders(self.choices(name))
        return self._holders[name]

    def _read_choices(self, name: str) -> Choices:
        values = Records(self.file, f"{name}.values")
        texts = [bytes(values[n]).decode("utf-8", "surrogatepass") for n in range(len(values))]
        ends = self.file.array(f"{name}.ends") if name in MULTIPLE else None
        return Choices(texts, self.file.array(f"{name}.codes"), ends)

    def documents_with(self, article_id: str) -> list[int]:
        """The documents that have this id, deleted ones too, rising: the last one is the newest."""
        return [n for n in self.documents_with_key(key_of(article_id)) if self.row(n).id == article_id]

    def documents_with_key(self, key: int) -> list[int]:
        """The documents whose ids have this key, rising."""
        low = int(np.searchsorted(self.keys, np.uint64(key), side="left"))
        high = int(np.searchsorted(self.keys, np.uint64(key), side="right"))
        found: list[int] = self._key_docs[low:high].tolist()
        return found

    def lookup(self, keys: Array) -> tuple[Array, Array]:
        """For many keys (uint64): places in `keys`, and the documents that may have them; the caller compares ids."""
        low = np.searchsorted(self.keys, keys, side="left")
        counts = np.searchsorted(self.keys, keys, side="right") - low
        places = np.repeat(np.arange(len(keys)), counts)
        offsets = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self._key_docs[np.repeat(low, counts) + offsets]

    def batch(self, documents: Array) -> ColumnsBatch:
        """These documents (rising), to be written again elsewhere."""
        return ColumnsBatch(
            rows=self.rows.packed(documents),
            seconds={name: self.seconds(name)[documents] for name in DATE_FIELDS},
            hashes=self.hashes[documents].reshape(-1),
            keys=self.keys_by_document()[documents],
            choices={name: _selected(self.choices(name), documents) for name in (*SINGLE, *MULTIPLE)},
        )

    def keys_by_document(self) -> Array:
        """The key of every document's id (uint64)."""
        keys = np.empty(len(self.keys), np.uint64)
        keys[self._key_docs] = self.keys
        return keys


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


def _holders(choices: Choices) -> tuple[Array, Array]:
    if choices.ends is None:
        return np.arange(len(choices.codes), dtype=np.uint32), choices.codes
    counts: Array = np.diff(choices.ends.astype(np.int64), prepend=0)
    documents = np.repeat(np.arange(len(counts)), counts)
    # A source may name the same tag twice.
    held = np.unique(documents * len(choices.values) + choices.codes)
    documents, codes = np.divmod(held, max(len(choices.values), 1))
    return documents.astype(np.uint32), codes.astype(choices.codes.dtype)


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
