"""The segment as Whoosh knows it: an entry of the table of contents: its documents, and what was deleted of them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

INDEX_NAME = "MAIN"
POSTINGS, COLUMNS, STORED = ".postings", ".columns", ".stored"
SUFFIXES = (POSTINGS, COLUMNS, STORED)


class Segment:
    """One segment: immutable files, and the documents deleted since they were written.

    `deleted` is the numbers of those documents, rising, as little-endian uint32, which pickles small. They go on
    counting for frequencies until a merge drops them.
    """

    def __init__(self, segid: str, documents: int, deleted: bytes = b"") -> None:
        self.indexname = INDEX_NAME
        self.segid = segid
        self.compound = False
        self.documents = documents
        self.deleted = deleted

    def codec(self) -> Any:
        """The codec by which stock Whoosh reads this segment."""
        # Loaded when Whoosh asks: our own reading and writing never needs Whoosh's readers.
        return importlib.import_module("index.codec.whoosh_codec").ArrayCodec()

    def __getattr__(self, name: str) -> Any:
        # What only Whoosh asks of a segment is answered by its own class, which is loaded when it asks.
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module("whoosh.codec.base").Segment, name).__get__(self)

    def segment_id(self) -> str:
        """What the names of its files begin with."""
        return f"{self.indexname}_{self.segid}"

    def path(self, folder: Path, suffix: str) -> Path:
        """Where the file with this suffix lies."""
        return folder / f"{self.segment_id()}{suffix}"

    def deleted_numbers(self) -> NDArray[np.uint32]:
        """The deleted documents, rising."""
        return np.frombuffer(self.deleted, "<u4")

    def live(self) -> NDArray[np.bool_]:
        """For each document whether it is not deleted."""
        mask = np.ones(self.documents, np.bool_)
        mask[self.deleted_numbers()] = False
        return mask

    def without(self, numbers: NDArray[np.integer]) -> Segment:
        """The same segment with these documents deleted as well."""
        deleted = np.union1d(self.deleted_numbers(), numbers).astype("<u4")
        return Segment(self.segid, self.documents, deleted.tobytes())

    def doc_count_all(self) -> int:
        """All documents, deleted ones too."""
        return self.documents

    def doc_count(self) -> int:
        """The documents that are not deleted."""
        return self.documents - self.deleted_count()

    def set_doc_count(self, doccount: int) -> None:
        """Whoosh's own writer sets the count when it is done."""
        self.documents = doccount

    def deleted_count(self) -> int:
        """How many documents are deleted."""
        return len(self.deleted) // 4

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents, rising."""
        return iter(self.deleted_numbers().tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return bool((self.deleted_numbers() == docnum).any())

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete a document, or take that back."""
        others = self.deleted_numbers()[self.deleted_numbers() != docnum].tolist()
        self.deleted = np.array(sorted([*others, docnum] if delete else others), "<u4").tobytes()


def new_name() -> str:
    """A segment's name that no segment had before: a reader can never take one for another."""
    return os.urandom(8).hex()
