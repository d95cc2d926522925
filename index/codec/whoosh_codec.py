"""Our postings as a codec of stock Whoosh: every matcher and query type of Whoosh works on our segments.

    segment written by          postings                          documents
    our writer (Segment)        arrays                            columns and stored texts
    Whoosh's SegmentWriter      arrays, and Whoosh's own codec    Whoosh's own codec
                                for what does not fit them

Scores are the same by either way: statistics, lengths and frequencies are the same numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whoosh.codec.base import TermsReader
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage

from index.codec.layout import PostingsReader, positions_path, postings_path
from index.codec.segment import Segment
from index.codec.whoosh_documents import ArrayDocuments
from index.codec.whoosh_terms import ArrayTermsReader, MixedTermsReader
from index.codec.whoosh_writing import ArrayFieldWriter


class ArrayCodec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Reads our segments, and what Whoosh's own writer made by this codec."""

    def field_writer(self, storage: Any, segment: Any) -> ArrayFieldWriter:
        """What Whoosh's own writer hands its postings to."""
        return ArrayFieldWriter(self, storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """The terms of a segment and their postings. Raises NotAnIndex, NewerIndex, OlderIndex, OSError."""
        arrays = ArrayTermsReader(_postings(storage, segment))
        if storage.file_exists(segment.make_filename(self.TERMS_EXT)):
            return MixedTermsReader(arrays, W3Codec.terms_reader(self, storage, segment))
        return arrays

    def per_document_reader(self, storage: Any, segment: Any) -> Any:
        """The documents of a segment. Raises NotAnIndex, NewerIndex, OlderIndex, OSError."""
        if isinstance(segment, Segment):
            return ArrayDocuments(Path(storage.folder), segment, _postings(storage, segment))
        return W3Codec.per_document_reader(self, storage, segment)


def _postings(storage: Any, segment: Any) -> PostingsReader:
    folder = Path(getattr(storage, "folder", ""))
    path = folder / segment.segment_id()
    if isinstance(storage, FileStorage):
        return PostingsReader.open(path)
    # In memory, or inside a compound file: there is nothing to map.
    return PostingsReader.open(path, (_content(storage, postings_path(path)), _content(storage, positions_path(path))))


def _content(storage: Any, path: Path) -> bytes:
    with storage.open_file(path.name) as file:
        return bytes(file.read())
