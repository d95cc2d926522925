"""One snapshot as the executor sees it: statistics over all segments, and each segment as the flat arrays of a part.

Made once per generation, in microseconds: nothing is read but the directories of the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.codec.bitmaps import rows
from index.codec.inverted import I64
from index.codec.layout import FieldPostings
from index.codec.records import Records
from index.schema import DATE_FIELDS, KEYWORD_FIELDS
from index.snapshot import SegmentView, Snapshot
from search.kernels.leaves import COLUMNS, Part, Place, as_bits, locate, look_up
from search.score import F64, flat_norms, idf, norms

NO_BITS = np.zeros(0, np.uint64)


@dataclass(frozen=True)
class Shard:
    """One segment for the executor.

    `part` is what kernels take, with `allowed` set to the live documents. `places` says for each field of the
    collection where its sections lie in the files (`Place`). `rows` is what hits show, `dates` has the sortable
    columns.
    """

    view: SegmentView
    part: Part
    places: I64
    fields: tuple[FieldPostings | None, ...]
    rows: Records
    dates: dict[str, I64]

    @property
    def documents(self) -> int:
        """Documents of the segment, deleted ones too."""
        return self.view.documents

    def locate(self, field: int, numbers: I64) -> I64:
        """The leaves of terms of a field, given their numbers (-1: the segment lacks it)."""
        rows = np.empty((len(numbers), COLUMNS), np.int64)
        locate(self.part[0], self.places, (field, numbers), rows)
        return rows


class Collection:
    """A snapshot with everything that planning and scoring ask of it. Safe from any thread."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.documents = snapshot.documents
        names = sorted({name for segment in snapshot.segments for name in segment.postings.fields})
        self.field_numbers = {name: number for number, name in enumerate(names)}
        self.field_names = tuple(names)
        assert len(names) < 255, "a field's number is a byte in what look_up is given"
        self.scale = self.documents, np.array([name in KEYWORD_FIELDS for name in names], np.bool_)
        self.shards = tuple(_shard(segment, names, self._norms) for segment in snapshot.segments)

    @cached_property
    def _norms(self) -> F64:
        """The norms of every field, float64[F, 256]; a field of keywords has no lengths."""
        tables = [
            flat_norms() if name in KEYWORD_FIELDS else norms(self.snapshot.average_length(name))
            for name in self.field_names
        ]
        return np.array(tables, np.float64).reshape(-1, 256)

    def look_up(self, terms: Sequence[tuple[str, str]]) -> I64:
        """The leaves of terms, given as field and text, in each segment: int64[S, T, 10], all 0 where it lacks one."""
        numbers, nowhere = self.field_numbers, len(self.field_names)
        spelled = [
            b"%c%b\xff" % (numbers.get(field, nowhere), text.encode("utf-8", "surrogatepass")) for field, text in terms
        ]
        found = np.empty((len(self.shards), len(terms), COLUMNS), np.int64)
        if terms:
            blob = np.frombuffer(b"".join(spelled), np.uint8)
            for shard, out in zip(self.shards, found, strict=True):
                look_up(shard.part[:2], shard.places, blob, out)
        return found

    @cached_property
    def positional(self) -> frozenset[str]:
        """The fields that say, in every segment that has them, where each term stands."""
        postings = [(each.name, each.has_positions) for shard in self.shards for each in shard.fields if each]
        return frozenset(name for name, _ in postings) - {name for name, kept in postings if not kept}

    def weight(self, field: str, doc_freq: int, boost: float) -> float:
        """What a term weighs: a keyword counts as it is, a word by how telling it is."""
        return boost if field in KEYWORD_FIELDS else boost * idf(doc_freq, self.documents)


def _shard(view: SegmentView, names: list[str], norm: F64) -> Shard:
    (file, positions), fields = view.postings.files, tuple(view.field(name) for name in names)
    allowed = as_bits(view.live) if view.deleted else NO_BITS
    return Shard(
        view=view,
        part=(file.whole(np.uint32), file.whole(np.uint8), norm, allowed, positions.whole(np.uint32)),
        # The last row is that of fields which no segment has.
        places=np.array([*(_place(view, name) for name in names), [0] * len(Place)], np.int64),
        fields=fields,
        rows=view.columns.rows,
        dates={name: view.columns.seconds(name) for name in DATE_FIELDS},
    )


def _place(view: SegmentView, name: str) -> list[int]:
    """A row of `Place`."""
    postings, (file, positions) = view.field(name), view.postings.files
    if postings is None:
        return [0] * len(Place)

    def at(section: str) -> int:
        return file.offset(f"{name}/{section}")

    return [
        at("first_blocks") // 4, at("blocks") // 4, at("words") // 4, at("impacts"), at("lengths"),
        at("term_blob"), at("term_offsets") // 4, len(postings),
        positions.offset(f"{name}/words") // 4 if postings.has_positions else 0,
        at("dense_terms") // 4, len(postings.dense_terms), at("bitmaps") // 4, rows(view.documents),
    ]  # fmt: skip
