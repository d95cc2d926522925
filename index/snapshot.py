"""One commit, read-only and mapped from disk: what every search of a generation answers from.

    documents     segment 0: 0 .. 7      segment 1: 8 .. 11      numbers of the snapshot
    base          0                      8                       document d of a segment is base + d of the snapshot

Statistics are counted as Whoosh counts them: documents deleted since a segment was written go on counting, in all but
`articles`, until a merge drops them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.analysis import Analyzer
from index.article import Article
from index.codec.columns import Columns, Row
from index.codec.layout import FieldPostings, PostingsReader
from index.codec.segment import COLUMNS, STORED, Segment
from index.codec.stored import StoredTexts
from index.codec.toc import Toc, read_latest
from index.errors import NotAnIndex
from index.folder import read_manifest


class SegmentView(NamedTuple):
    """One segment of a snapshot. `live` says of each document whether it is not deleted, `base` where it begins."""

    base: int
    documents: int
    deleted: int
    live: NDArray[np.bool_]
    postings: PostingsReader
    columns: Columns
    texts: StoredTexts

    def field(self, name: str) -> FieldPostings | None:
        """Return the postings of a field, None where the segment has none."""
        return self.postings.field(name)


@dataclass(frozen=True)
class Snapshot:
    """All that one generation holds. Safe from any thread; stays readable when later commits remove its files."""

    folder: Path
    generation: int
    updated_at: str
    analyzer: Analyzer
    segments: tuple[SegmentView, ...]

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the newest generation. Raises NoIndex, NotAnIndex, NewerIndex, OlderIndex, OSError."""
        analyzer = read_manifest(folder)
        while True:
            toc = read_latest(folder)
            try:
                return cls(folder, toc.generation, toc.updated_at, analyzer, _views(folder, toc))
            except FileNotFoundError as error:
                if read_latest(folder).generation == toc.generation:
                    raise NotAnIndex(folder, f"the file {error.filename} is missing") from error
                # A writer has committed since and removed what only that generation needed.

    @cached_property
    def documents(self) -> int:
        """All documents, deleted ones too."""
        return sum(segment.documents for segment in self.segments)

    @cached_property
    def articles(self) -> int:
        """The documents that are not deleted."""
        return self.documents - sum(segment.deleted for segment in self.segments)

    def fields(self, name: str) -> list[tuple[SegmentView, FieldPostings]]:
        """Return the segments that have the field, with their postings of it."""
        return [(segment, found) for segment in self.segments if (found := segment.field(name)) is not None]

    def doc_freq(self, field: str, term: bytes) -> int:
        """Return in how many documents the term stands."""
        found = ((postings, postings.find(term)) for _, postings in self.fields(field))
        return sum(postings.doc_freq(number) for postings, number in found if number >= 0)

    def total_length(self, field: str) -> int:
        """Return the exact sum of the field's lengths."""
        return sum(postings.total_length for _, postings in self.fields(field))

    def average_length(self, field: str) -> float:
        """Return the mean length of the field over all documents, those without it too; 1 where there are none."""
        return self.total_length(field) / (self.documents or 1) or 1.0

    def place(self, document: int) -> tuple[SegmentView, int]:
        """Return the segment that has a document, and the document's number in it. IndexError beyond the last one."""
        if not 0 <= document < self.documents:
            raise IndexError(document)
        segment = self.segments[bisect_right(self._bases, document) - 1]
        return segment, document - segment.base

    def row(self, document: int) -> Row:
        """Return what a hit shows of a document."""
        segment, number = self.place(document)
        return segment.columns.row(number)

    def find(self, article_id: str) -> int | None:
        """Return the document of the article with this id, None where there is none or it was deleted."""
        for segment in reversed(self.segments):
            for number in reversed(segment.columns.documents_with(article_id)):
                if segment.live[number]:
                    return segment.base + number
        return None

    def article(self, document: int) -> Article:
        """Return the stored article of a document; its provenance is empty. NotAnIndex where it does not decode."""
        segment, number = self.place(document)
        text = segment.texts[number]
        return Article(**segment.columns.row(number)._asdict(), body=text.body, related=text.related)

    @cached_property
    def _bases(self) -> list[int]:
        return [segment.base for segment in self.segments]


def _views(folder: Path, toc: Toc) -> tuple[SegmentView, ...]:
    views: list[SegmentView] = []
    base = 0
    for segment in toc.segments:
        views.append(_view(folder, segment, base))
        base += segment.documents
    return tuple(views)


def _view(folder: Path, segment: Segment, base: int) -> SegmentView:
    view = SegmentView(
        base=base,
        documents=segment.documents,
        deleted=segment.deleted_count(),
        live=segment.live(),
        postings=PostingsReader.open(folder / segment.segment_id()),
        columns=Columns.open(segment.path(folder, COLUMNS)),
        texts=StoredTexts.open(segment.path(folder, STORED)),
    )
    held = (view.postings.documents, len(view.columns), len(view.texts))
    if held != (segment.documents,) * len(held):
        raise NotAnIndex(folder, f"the files of {segment.segment_id()} hold {held} documents, not {segment.documents}")
    return view
