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

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import xxhash

from index.codec.records import Records
from index.codec.sections import Array, SectionFile
from index.compact import encode, load

KIND, VERSION = "columns", 1
SINGLE = ("section", "source", "language", "origin")
MULTIPLE = ("tags", "authors")
HASH_BYTES = 16


def key_of(article_id: str) -> int:
    """The number under which an article's id is found."""
    return xxhash.xxh3_64_intdigest(encode(article_id))


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


class Choices(NamedTuple):
    """One value or several for each document: the different ones, and for each document the codes of its own.

    The codes of document n are codes[ends[n - 1]:ends[n]], or codes[n] alone where `ends` is None.
    """

    values: list[str]
    codes: Array
    ends: Array | None = None


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
        """Map the file. Raises NotAnIndex, NewerIndex, OlderIndex, OSError."""
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

    def keys_by_document(self) -> Array:
        """The key of every document's id (uint64)."""
        keys = np.empty(len(self.keys), np.uint64)
        keys[self._key_docs] = self.keys
        return keys


def _holders(choices: Choices) -> tuple[Array, Array]:
    if choices.ends is None:
        return np.arange(len(choices.codes), dtype=np.uint32), choices.codes
    counts: Array = np.diff(choices.ends.astype(np.int64), prepend=0)
    documents = np.repeat(np.arange(len(counts)), counts)
    # A source may name the same tag twice.
    held = np.unique(documents * len(choices.values) + choices.codes)
    documents, codes = np.divmod(held, max(len(choices.values), 1))
    return documents.astype(np.uint32), codes.astype(choices.codes.dtype)
