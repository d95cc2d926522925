"""The table of contents of a generation: which segments make up the index. Reading it runs no code of the folder's.

    _MAIN_<generation>.toc    Whoosh's own table of contents, which stock Whoosh opens: numbers that tell the machine, a
                              pickled schema (skipped), the generation, the pickled list of `Segment`
    + facts     JSON          {"updated_at": "2026-11-22T21:00:00+00:00"}
    + tail      24 bytes      length of the facts (uint32), FORMAT (uint32), xxh3_64 of all before it, b"PRESSMRK"

Whoosh does not look behind its list; we look at the tail first. The list is unpickled by an unpickler that knows
`Segment` and nothing else, and what comes out is checked and copied, so a hostile pickle is refused and not run.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xxhash

from index.codec.segment import INDEX_NAME, Segment
from index.errors import NewerIndex, NoIndex, NotAnIndex

FORMAT = 1
MAGIC = b"PRESSMRK"
INT = struct.Struct("!i")
TAIL = struct.Struct("<IIQ8s")
TOC_NAME = re.compile(rf"_{INDEX_NAME}_([0-9]+)\.toc")


class Toc(NamedTuple):
    """One generation: its number (from 1), its time (ISO 8601, UTC) and its segments, the largest first."""

    generation: int
    updated_at: str
    segments: tuple[Segment, ...]

    @property
    def articles(self) -> int:
        """Articles that are not deleted."""
        return sum(segment.doc_count() for segment in self.segments)


EMPTY = Toc(0, "", ())


def now() -> str:
    """The present time as a generation carries it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def toc_name(generation: int) -> str:
    """The file name of a generation."""
    return f"_{INDEX_NAME}_{generation}.toc"


def latest_generation(folder: Path) -> int:
    """The number of the newest generation, 0 where there is none. OSError where the folder cannot be read."""
    matches = map(TOC_NAME.fullmatch, os.listdir(folder))
    return max((int(match[1]) for match in matches if match), default=0)


def read_latest(folder: Path) -> Toc:
    """The newest generation. Raises NoIndex where nothing was committed, NotAnIndex, NewerIndex, OSError.

    Its segments may be gone by the time they are opened, because a writer has committed since: read it again then.
    """
    while True:
        generation = latest_generation(folder)
        if not generation:
            raise NoIndex(folder)
        try:
            return decode_toc((folder / toc_name(generation)).read_bytes(), generation, folder)
        except FileNotFoundError as error:
            if latest_generation(folder) == generation:
                raise NotAnIndex(folder, f"{toc_name(generation)} leads nowhere") from error
            # A writer has committed since the folder was listed.


def decode_toc(data: bytes, generation: int, folder: Path) -> Toc:
    """Undo `encode_toc`. Raises NotAnIndex where it was not we who wrote it or it is damaged, NewerIndex."""
    name = toc_name(generation)
    if len(data) < TAIL.size or not data.endswith(MAGIC):
        raise NotAnIndex(folder, f"{name} was written by another program or is cut off")
    length, version, checksum, _ = TAIL.unpack_from(data, len(data) - TAIL.size)
    if version > FORMAT:
        raise NewerIndex(folder, version, FORMAT)
    head = data[: -TAIL.size]
    if xxhash.xxh3_64_intdigest(head) != checksum or length > len(head) or not version:
        raise NotAnIndex(folder, f"{name} is damaged: its checksum does not fit")
    try:
        facts = json.loads(head[len(head) - length :])
        segments = _segments(head, generation)
        return Toc(generation, str(facts["updated_at"]), segments)
    except Exception as error:  # a hostile pickle can make anything fail
        raise NotAnIndex(folder, f"{name} holds something else than a list of segments ({error})") from error


class _SegmentsOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) != (Segment.__module__, Segment.__qualname__):
            raise pickle.UnpicklingError(f"{module}.{name} is refused")
        return _Fields


class _Fields:
    """Stands in for Segment while unpickling: takes any fields, has no behaviour."""


def _segments(head: bytes, generation: int) -> tuple[Segment, ...]:
    stream = io.BytesIO(head)
    for _ in range(3):
        _varint(stream)  # the sizes of int, long and float
    stream.read(2 * INT.size)  # the byte order and Whoosh's version of the table
    for _ in range(3):
        _varint(stream)  # Whoosh's release
    stream.seek(_varint(stream), io.SEEK_CUR)  # the pickled schema: ours comes from the manifest
    if INT.unpack(stream.read(INT.size)) != (generation,):
        raise ValueError("it belongs to another generation")
    stream.read(INT.size)
    listed = _SegmentsOnly(stream).load()
    if not isinstance(listed, list):
        raise ValueError("no list")
    return tuple(map(_checked, listed))


def _varint(stream: io.BytesIO) -> int:
    """Seven bits a byte, the lowest first; the highest bit of a byte says that more follow."""
    number = shift = 0
    while (byte := stream.read(1)[0]) & 0x80:
        number |= (byte & 0x7F) << shift
        shift += 7
    return number | byte << shift


def _checked(fields: object) -> Segment:
    state = vars(fields) if isinstance(fields, _Fields) else {}
    segid, documents, deleted = state["segid"], state["documents"], state["deleted"]
    if type(segid) is not str or not re.fullmatch("[0-9a-z]+", segid):
        raise ValueError(f"no name of a segment: {segid!r}")
    if type(documents) is not int or type(deleted) is not bytes or documents < 0 or len(deleted) % 4:
        raise ValueError(f"no facts of a segment: {segid}")
    segment = Segment(segid, documents, deleted)
    numbers = segment.deleted_numbers().astype(np.int64)
    if len(numbers) and (int(numbers[-1]) >= documents or bool((np.diff(numbers) <= 0).any())):
        raise ValueError(f"deleted documents that are not there: {segid}")
    return segment
