"""The postings of a segment on disk, and their reading side.

Two files of sections (sections.py) belong to a segment. `<segment>.postings` holds, for each field F:

    F/words           uint32[]       gaps and frequencies of all blocks, bit-packed (packing.py), and GUARD words
    F/blocks          uint32[B, 4]   of each block of at most 128 postings of one term
                        LAST_DOC       its last document
                        WORD           where it begins in F/words
                        POSITION_WORD  where its positions begin in F/words of `<segment>.positions`
                        SHAPE          from the lowest byte: postings, bits of a gap, of a frequency, of a position
    F/impacts         uint8[B, 8]    what the postings of each block can score at best (impacts.py)
    F/first_blocks    uint32[T + 1]  blocks of term t are first_blocks[t] to first_blocks[t + 1]; no term is empty
    F/term_blob       uint8[]        terms in the order of their bytes, end to end
    F/term_offsets    uint32[T + 1]  term t is term_blob[term_offsets[t]:term_offsets[t + 1]]
    F/dense_terms     uint32[D]      the terms that have a bitmap, rising
    F/bitmaps         uint32[D, R, 5]  the bitmap of each (bitmaps.py)
    F/lengths         uint8[N]       length of the field in each document, as whoosh.util.numeric.length_to_byte

`<segment>.positions` holds F/words, the positions of all blocks, for the fields that keep them. The facts in its
directory are the number of documents and, for each field, its exact totals.

    terms       bank              storm                         ...
    blocks      [ 1 posting ]     [ 128 postings ][ 128 ][ 40 ]
    LAST_DOC    [ 4 ]             [ 310 ][ 702 ][ 1015 ]

To skip, compare with LAST_DOC; to bound a block's score, look at its impacts; to score, read its words; to match
phrases, read its positions. Each touches pages of its own only. block_loops.py reads the bits of one block for other
loops.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from index.codec.bitmaps import ROW_WORDS, rows
from index.codec.impacts import CORNERS
from index.codec.inverted import I64, U8, U32, Inverted, offsets_of
from index.codec.packing import BLOCK, Column, unpack_positions, unpack_postings
from index.codec.sections import SectionFile
from index.codec.terms import lower_bound
from index.errors import NotAnIndex

KIND, POSITIONS_KIND, VERSION = "postings", "position", 3
LAST_DOC, WORD, POSITION_WORD, SHAPE = range(4)
EMPTY = np.zeros(0, np.uint32)


def postings_path(segment: Path) -> Path:
    """Where the postings of a segment lie, given its path without an extension."""
    return segment.with_name(segment.name + ".postings")


def positions_path(segment: Path) -> Path:
    """Where the positions of a segment lie, given its path without an extension."""
    return segment.with_name(segment.name + ".positions")


@dataclass(frozen=True)
class FieldPostings:
    """One field of one segment: raw arrays for kernels (drawn above), and whole terms for everybody else.

    The postings may hold documents deleted since: callers mask them. `position_words` is empty where the field keeps no
    positions.
    """

    name: str
    documents: int
    total_length: int
    occurrences: int
    has_positions: bool
    words: U32
    position_words: U32
    blocks: U32
    impacts: U8
    first_blocks: U32
    term_blob: U8
    term_offsets: U32
    dense_terms: U32
    bitmaps: U32
    lengths: U8

    def __len__(self) -> int:
        return len(self.first_blocks) - 1

    def term(self, number: int) -> bytes:
        """Return the bytes of a term."""
        return bytes(self._terms[self.term_offsets[number] : self.term_offsets[number + 1]])

    def find(self, term: bytes) -> int:
        """Return the number of a term, -1 where the field does not have it."""
        number = self.lower_bound(term)
        return number if number < len(self) and self.term(number) == term else -1

    def lower_bound(self, term: bytes) -> int:
        """Return the number of the first term that is not smaller, len(self) where all are."""
        return lower_bound(self.term_blob, self.term_offsets, np.frombuffer(term, np.uint8))

    def with_prefix(self, prefix: bytes) -> range:
        """Return the numbers of the terms that begin so."""
        after = prefix.rstrip(b"\xff")
        end = self.lower_bound(after[:-1] + bytes([after[-1] + 1])) if after else len(self)
        return range(self.lower_bound(prefix), end)

    def doc_freq(self, number: int) -> int:
        """Return in how many documents the term stands, deleted ones included."""
        first, end = int(self.first_blocks[number]), int(self.first_blocks[number + 1])
        return (end - first - 1) * BLOCK + int(self.blocks[end - 1, SHAPE] & 0xFF)

    def doc_freqs(self, low: int, high: int) -> I64:
        """Return `doc_freq` of the terms from `low` to `high`: int64[high - low]."""
        first = self.first_blocks[low : high + 1].astype(np.int64)
        counts: I64 = (np.diff(first) - 1) * BLOCK + (self.blocks[first[1:] - 1, SHAPE] & 0xFF)
        return counts

    def decode(self, low: int = 0, high: int | None = None) -> Inverted:
        """Return the terms from `low` to `high` with all their postings."""
        end = len(self) if high is None else high
        offsets = self.term_offsets[low : end + 1].astype(np.int64)
        docs, freqs, positions = self._decode_blocks(int(self.first_blocks[low]), int(self.first_blocks[end]))
        blob = self.term_blob[offsets[0] : offsets[-1]]
        return Inverted(blob, offsets - offsets[0], offsets_of(self.doc_freqs(low, end)), docs, freqs, positions)

    def docs(self, number: int) -> U32:
        """Return the documents of a term, rising."""
        return self.postings(number)[0]

    def postings(self, number: int) -> tuple[U32, U32]:
        """Return the documents of a term, rising, and how often it stands in each."""
        return self.read_blocks(int(self.first_blocks[number]), int(self.first_blocks[number + 1]))

    def read_blocks(self, first: int, end: int) -> tuple[U32, U32]:
        """Return the documents and frequencies of all postings in these blocks."""
        return self._unpack(self._table(first, end))

    def _decode_blocks(self, first: int, end: int) -> tuple[U32, U32, U32 | None]:
        table = self._table(first, end)
        docs, freqs = self._unpack(table)
        if not self.has_positions:
            return docs, freqs, None
        occurrences = offsets_of(freqs)
        table[:, Column.OCCURRENCE] = occurrences[table[:, Column.POSTING]]
        positions = np.empty(int(occurrences[-1]), np.uint32)
        unpack_positions(self.position_words, table, freqs, positions)
        return docs, freqs, positions

    def _unpack(self, table: I64) -> tuple[U32, U32]:
        postings = int(table[:, Column.COUNT].sum())
        docs, freqs = np.empty(postings, np.uint32), np.empty(postings, np.uint32)
        unpack_postings(self.words, table, docs, freqs)
        return docs, freqs

    def _table(self, first: int, end: int) -> I64:
        table = np.zeros((end - first, len(Column)), np.int64)
        blocks = self.blocks[first:end]
        for place, column in enumerate((Column.COUNT, Column.DOC_BITS, Column.FREQ_BITS, Column.POSITION_BITS)):
            table[:, column] = blocks[:, SHAPE] >> np.uint32(8 * place) & np.uint32(0xFF)
        table[:, Column.POSTING] = offsets_of(table[:, Column.COUNT])[:-1]
        table[:, Column.LAST_DOC] = blocks[:, LAST_DOC]
        table[:, Column.WORD], table[:, Column.POSITION_WORD] = blocks[:, WORD], blocks[:, POSITION_WORD]
        return table

    @cached_property
    def _terms(self) -> memoryview:
        return self.term_blob.data


class PostingsReader:
    """All postings of a segment, mapped from disk. Raises NotAnIndex, NewerIndex, OlderIndex, OSError."""

    def __init__(self, postings: SectionFile, positions: SectionFile) -> None:
        self.files = (postings, positions)
        self.documents = int(postings.facts["documents"])
        self.fields = {name: _field(name, postings, positions) for name in postings.facts["fields"]}

    @classmethod
    def open(cls, segment: Path, contents: tuple[bytes | None, bytes | None] = (None, None)) -> Self:
        """Map the two files of a segment, given its path without an extension; or take their contents as given."""
        return cls(
            SectionFile(postings_path(segment), KIND, VERSION, contents[0]),
            SectionFile(positions_path(segment), POSITIONS_KIND, VERSION, contents[1]),
        )

    def field(self, name: str) -> FieldPostings | None:
        """Return the postings of a field, None where no document of the segment has it."""
        return self.fields.get(name)


def _field(name: str, postings: SectionFile, positions: SectionFile) -> FieldPostings:
    field = _arrays(name, postings, positions)
    sizes = len(field.term_offsets), int(field.term_offsets[-1]), int(field.first_blocks[-1]), len(field.lengths)
    of_bitmaps = len(field.dense_terms) * rows(field.documents) * ROW_WORDS
    if (*sizes, of_bitmaps) != (
        len(field.first_blocks), len(field.term_blob), len(field.blocks), field.documents, len(field.bitmaps)
    ):  # fmt: skip
        raise NotAnIndex(postings.path.parent, f"the field {name!r} of {postings.path.name} is damaged")
    return field


def _arrays(name: str, postings: SectionFile, positions: SectionFile) -> FieldPostings:
    facts: dict[str, Any] = postings.facts["fields"][name]
    kept = f"{name}/words" in positions
    return FieldPostings(
        name=name,
        documents=int(postings.facts["documents"]),
        total_length=int(facts["total_length"]),
        occurrences=int(facts["occurrences"]),
        has_positions=kept,
        words=postings.array(f"{name}/words"),
        position_words=positions.array(f"{name}/words") if kept else EMPTY,
        blocks=postings.array(f"{name}/blocks").reshape(-1, 4),
        impacts=postings.array(f"{name}/impacts").reshape(-1, 2 * CORNERS),
        first_blocks=postings.array(f"{name}/first_blocks"),
        term_blob=postings.array(f"{name}/term_blob"),
        term_offsets=postings.array(f"{name}/term_offsets"),
        dense_terms=postings.array(f"{name}/dense_terms"),
        bitmaps=postings.array(f"{name}/bitmaps"),
        lengths=postings.array(f"{name}/lengths"),
    )
