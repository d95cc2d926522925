"""What an index holds: how much of what, in how many bytes. Reads columns and directories, never bodies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.codec.columns import Choices, Columns
from index.codec.inverted import I64
from index.codec.segment import STORED
from index.schema import DATE_FIELDS, KEYWORD_FIELDS, NO_DATE, TEXT_FIELDS
from index.snapshot import SegmentView, Snapshot

# The parts of an index by the ends of their files' names; whatever else lies there is small.
PARTS = {".postings": "postings", ".positions": "positions", ".columns": "columns", STORED: "texts"}


@dataclass(frozen=True, slots=True)
class SegmentStatus:
    """One segment: its documents, how many of them are deleted, and its bytes on the disk."""

    name: str
    documents: int
    deleted: int
    size: int


@dataclass(frozen=True, slots=True)
class Status:
    """One generation. `updated_at` is its time (ISO 8601, UTC): that of the last reindex that changed something.

    `sizes` are bytes by part, `vocabulary` the different terms of each field (terms of several segments count in each),
    and `coverage` says for each field in how many of the articles it is not empty.
    """

    generation: int
    updated_at: str
    articles: int
    deleted: int
    segments: tuple[SegmentStatus, ...]
    sizes: dict[str, int]
    vocabulary: dict[str, int]
    coverage: dict[str, int]

    @property
    def size(self) -> int:
        """All bytes on the disk."""
        return sum(self.sizes.values())


def status(folder: str | Path) -> Status:
    """Describe the newest generation. Raises NoIndex, NotAnIndex, NewerIndex, OlderIndex, OSError."""
    snapshot = Snapshot.open(Path(folder))
    coverage, vocabulary, sizes = Counter[str](), Counter[str](), Counter[str]()
    segments = []
    for view in snapshot.segments:
        by_part = _sizes(view)
        name = view.columns.file.path.stem
        segments.append(SegmentStatus(name, view.documents, view.deleted, sum(by_part.values())))
        sizes.update(by_part)
        coverage.update(_coverage(view))
        vocabulary.update(_vocabulary(view))
    fields = ("title", "url", *DATE_FIELDS, "section", "tags", "authors", "source", "language")
    return Status(
        snapshot.generation, snapshot.updated_at, snapshot.articles, snapshot.documents - snapshot.articles,
        tuple(segments), {part: sizes[part] for part in PARTS.values()}, dict(vocabulary),
        {name: coverage[name] for name in fields},
    )  # fmt: skip


def _sizes(view: SegmentView) -> dict[str, int]:
    files = [*view.postings.files, view.columns.file, view.texts.file]
    return {PARTS[file.path.suffix]: file.size for file in files}


def _vocabulary(view: SegmentView) -> dict[str, int]:
    return {name: len(found) for name in (*TEXT_FIELDS, *KEYWORD_FIELDS) if (found := view.field(name)) is not None}


def _coverage(view: SegmentView) -> dict[str, int]:
    live = np.flatnonzero(view.live)
    counts = {name: int((view.columns.seconds(name)[live] != NO_DATE).sum()) for name in DATE_FIELDS}
    for name in ("section", "source", "language"):
        counts[name] = _filled(view.columns.choices(name), live)
    for name in ("tags", "authors"):
        ends = view.columns.choices(name).ends
        assert ends is not None
        counts[name] = int((np.diff(ends.astype(np.int64), prepend=0)[live] > 0).sum())
    return counts | _texts(view.columns, live)


def _filled(choices: Choices, live: I64) -> int:
    empty = [code for code, value in enumerate(choices.values) if not value]
    return int((~np.isin(choices.codes[live], empty)).sum())


def _texts(columns: Columns, live: I64) -> dict[str, int]:
    rows = [columns.row(number) for number in live.tolist()]
    return {"title": sum(bool(row.title) for row in rows), "url": sum(bool(row.url) for row in rows)}
