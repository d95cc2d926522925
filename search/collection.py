"""One snapshot as the executor sees it: statistics over all segments, and each segment as the flat arrays of a part.

Made once per generation, in microseconds: nothing is read but the directories of the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from index.codec.inverted import I64, U32
from index.codec.layout import FieldPostings
from index.schema import DATE_FIELDS, KEYWORD_FIELDS
from index.snapshot import SegmentView, Snapshot
from search.kernels.leaves import Part, Place, as_bits, look_up
from search.score import F64, flat_norms, idf, norms

NO_BITS = np.zeros(0, np.uint64)


class TermFacts(NamedTuple):
    """A term of a field: the field's number, the term's number in each segment (-1: none), its document frequency."""

    field: int
    numbers: tuple[int, ...]
    doc_freq: int


@dataclass(frozen=True)
class Shard:
    """One segment for the executor.

    `part` is what kernels take, with `allowed` set to the live documents. `places` says for each field of the
    collection where its sections lie in the file (`Place`), `dates` has the sortable columns.
    """

    view: SegmentView
    part: Part
    places: I64
    fields: tuple[FieldPostings | None, ...]
    dates: dict[str, I64]

    @property
    def documents(self) -> int:
        """Documents of the segment, deleted ones too."""
        return self.view.documents

    def position_words(self, field: int) -> U32 | None:
        """The packed positions of a field, None where it keeps none."""
        postings = self.fields[field]
        return postings.position_words if postings is not None and postings.has_positions else None


class Collection:
    """A snapshot with everything that planning and scoring ask of it. Safe from any thread."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.documents = snapshot.documents
        names = sorted({name for segment in snapshot.segments for name in segment.postings.fields})
        self.field_numbers = {name: number for number, name in enumerate(names)}
        self.field_names = tuple(names)
        self.shards = tuple(_shard(segment, names, self._norms) for segment in snapshot.segments)

    @cached_property
    def _norms(self) -> F64:
        """The norms of every field, float64[F, 256]; a field of keywords has no lengths."""
        tables = [
            flat_norms() if name in KEYWORD_FIELDS else norms(self.snapshot.average_length(name))
            for name in self.field_names
        ]
        return np.array(tables, np.float64).reshape(-1, 256)

    def look_up(self, terms: Iterable[tuple[str, str]]) -> dict[tuple[str, str], TermFacts]:
        """Find terms, given as field and text, in all segments; those that no segment has are left out."""
        known = [term for term in dict.fromkeys(terms) if term[0] in self.field_numbers]
        if not known:
            return {}
        encoded = [text.encode("utf-8", "surrogatepass") for _, text in known]
        fields = [self.field_numbers[field] for field, _ in known]
        wanted = np.array((fields, list(accumulate(map(len, encoded)))), np.int64)
        blob = np.frombuffer(b"".join(encoded), np.uint8)
        found = np.empty((len(self.shards), 2, len(known)), np.int64)
        for shard, out in zip(self.shards, found, strict=True):
            look_up(shard.part, shard.places, (wanted[0], wanted[1], blob), out)
        columns = found.tolist()
        numbers = zip(*[numbers for numbers, _ in columns], strict=True)
        doc_freqs = map(sum, zip(*[freqs for _, freqs in columns], strict=True))
        facts = zip(known, map(TermFacts, fields, numbers, doc_freqs), strict=True)
        return {term: fact for term, fact in facts if fact.doc_freq}

    def weight(self, field: str, doc_freq: int, boost: float) -> float:
        """What a term weighs: a keyword counts as it is, a word by how telling it is."""
        return boost if field in KEYWORD_FIELDS else boost * idf(doc_freq, self.documents)


def _shard(view: SegmentView, names: list[str], norm: F64) -> Shard:
    file = view.postings.files[0]
    allowed = as_bits(view.live) if view.deleted else NO_BITS
    return Shard(
        view=view,
        part=(file.whole(np.uint32), file.whole(np.uint8), norm, allowed),
        places=np.array([_place(view, name) for name in names], np.int64).reshape(-1, len(Place)),
        fields=tuple(view.field(name) for name in names),
        dates={name: view.columns.seconds(name) for name in DATE_FIELDS},
    )


def _place(view: SegmentView, name: str) -> list[int]:
    """A row of `Place`."""
    postings, file = view.field(name), view.postings.files[0]
    if postings is None:
        return [0] * len(Place)

    def at(section: str) -> int:
        return file.offset(f"{name}/{section}")

    return [
        at("first_blocks") // 4, at("blocks") // 4, at("words") // 4, at("impacts"), at("lengths"),
        at("term_blob"), at("term_offsets") // 4, len(postings),
    ]  # fmt: skip
