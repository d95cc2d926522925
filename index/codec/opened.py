"""A segment's files, opened together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from index.article import Article
from index.codec.columns import Columns
from index.codec.inverted import I64
from index.codec.layout import PostingsReader
from index.codec.segment import COLUMNS, STORED, Segment
from index.codec.stored import StoredTexts


@dataclass(frozen=True)
class OpenSegment:
    """One segment, mapped. Stays readable after its files were removed."""

    segment: Segment
    postings: PostingsReader
    columns: Columns
    texts: StoredTexts

    @classmethod
    def open(cls, folder: Path, segment: Segment) -> Self:
        """Map the files of a segment. Raises NotAnIndex, OSError (FileNotFoundError after a later commit)."""
        return cls(
            segment,
            PostingsReader.open(folder / segment.segment_id()),
            Columns.open(segment.path(folder, COLUMNS)),
            StoredTexts.open(segment.path(folder, STORED)),
        )

    def article(self, number: int) -> Article:
        """The stored article of a document; its provenance is empty. NotAnIndex where it does not decode."""
        text = self.texts[number]
        return Article(**self.columns.row(number)._asdict(), body=text.body, related=text.related)

    @cached_property
    def live(self) -> I64:
        """The documents that are not deleted, rising."""
        return np.flatnonzero(self.segment.live())
