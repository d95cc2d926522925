"""Segments -> one segment of their live documents, numbered anew in the order of the segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.codec.columns_writer import ColumnsWriter, columns_again
from index.codec.inverted import I64, U8, offsets_of
from index.codec.layout import FieldPostings
from index.codec.lengths import LENGTHS
from index.codec.merge import Part, merge
from index.codec.opened import OpenSegment
from index.codec.postings_writer import PostingsWriter
from index.codec.segment import COLUMNS, STORED, Segment, new_name
from index.codec.stored import Compressor, StoredTexts, StoredWriter, train_dictionary
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS

# Documents whose columns or texts are copied at a time.
STEP = 5_000


def combine_segments(folder: Path, sources: Sequence[OpenSegment]) -> Segment:
    """Write the segment that holds what is live in `sources`, which stay as they are. Raises OSError, WriteFailed."""
    documents = sum(len(source.live) for source in sources)
    made = Segment(new_name(), documents)
    _copy_columns(made.path(folder, COLUMNS), sources)
    _copy_texts(made.path(folder, STORED), [(source.texts, source.live) for source in sources])
    with PostingsWriter(folder / made.segment_id(), documents) as writer:
        for name in (*TEXT_FIELDS, *KEYWORD_FIELDS):
            _merge_field(writer, name, sources)
        writer.close()
    return made


def _merge_field(writer: PostingsWriter, name: str, sources: Sequence[OpenSegment]) -> None:
    bases = offsets_of([len(source.live) for source in sources]).tolist()
    fields = [source.postings.field(name) for source in sources]
    lengths = [_live_lengths(field, source) for field, source in zip(fields, sources, strict=True)]
    total = sum(_live_total(field, source) for field, source in zip(fields, sources, strict=True))
    parts = [
        Part(field, _numbers(source, base))
        for field, source, base in zip(fields, sources, bases, strict=False)
        if field is not None
    ]
    writer.begin(name, np.concatenate(lengths), total, with_positions=name in TEXT_FIELDS)
    for chunk in merge(parts, release=lambda: _release(sources)):
        writer.add(chunk)


def _release(sources: Sequence[OpenSegment]) -> None:
    for source in sources:
        for file in source.postings.files:
            file.release()


def _numbers(source: OpenSegment, base: int) -> I64:
    numbers = np.full(source.segment.documents, -1, np.int64)
    numbers[source.live] = np.arange(base, base + len(source.live))
    return numbers


def _live_lengths(field: FieldPostings | None, source: OpenSegment) -> U8:
    return np.zeros(len(source.live), np.uint8) if field is None else field.lengths[source.live]


def _live_total(field: FieldPostings | None, source: OpenSegment) -> int:
    """The total length without the deleted documents, of which only the rounded lengths are known."""
    if field is None:
        return 0
    gone = int(LENGTHS[field.lengths[source.segment.deleted_numbers()]].sum())
    return max(field.total_length - gone, 0)


def _copy_columns(path: Path, sources: Sequence[OpenSegment]) -> None:
    writer = ColumnsWriter(path)
    try:
        for source in sources:
            for some in _steps(source.live):
                writer.append(columns_again(source.columns, some))
            source.columns.file.release()
        writer.close()
    finally:
        writer.abandon()


def _copy_texts(path: Path, sources: Sequence[tuple[StoredTexts, I64]]) -> None:
    dictionary = _dictionary(sources)
    compressor = Compressor(dictionary)
    writer = StoredWriter(path, dictionary)
    try:
        for texts, live in sources:
            for some in _steps(live):
                copied = texts.dictionary == dictionary
                writer.append(
                    texts.records.packed(some) if copied else compressor.pack([texts.raw(n) for n in some.tolist()])
                )
                texts.file.release()
        writer.close()
    finally:
        writer.abandon()


def _dictionary(sources: Sequence[tuple[StoredTexts, I64]]) -> bytes:
    """That of the most texts, so that most are copied as they are; one learnt from them all where none has any."""
    with_one = [(len(live), texts.dictionary) for texts, live in sources if texts.dictionary]
    if with_one:
        return max(with_one, key=lambda pair: pair[0])[1]
    return train_dictionary([texts.raw(n) for texts, live in sources for n in live[:STEP].tolist()][:STEP])


def _steps(numbers: I64) -> Iterator[I64]:
    return (numbers[start : start + STEP] for start in range(0, len(numbers), STEP))
