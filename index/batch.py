"""What was found in sources, read or not -> the articles of it that are to be written, and what is told of all of them.

Pure but for what a reader remembers of shapes, so that any process can do it: the answer is the same in each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

import numpy as np

from index.codec.columns import HASH_BYTES
from index.codec.prepared import Prepared, prepare
from index.codec.sections import Array
from index.coverage import Coverage
from index.documents import Line, SourceFailure
from index.extract.reading import Reading
from index.extract.record import RecordReader
from index.readers import read_line

# A batch is full at so many articles or bytes.
BATCH_ARTICLES = 2_000
BATCH_BYTES = 8_000_000

Unread = Line | Reading | SourceFailure


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of what was found in sources, in its order. `anew` writes what the index has just so as well."""

    items: Sequence[Unread]
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What an index holds: the keys of ids (uint64[N]), rising, and the articles' content hashes (uint8[N, 16])."""

    keys: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    hashes: Array = field(default_factory=lambda: np.zeros((0, HASH_BYTES), np.uint8))

    @classmethod
    def of(cls, keys: Array, hashes: Array) -> Self:
        """The same in any order."""
        order = np.argsort(keys)
        return cls(keys[order], hashes[order])

    def compare(self, some: Prepared) -> tuple[Array, Array]:
        """Whether each article's id is known, and whether it is unchanged as well: bool[N] each."""
        if not len(self.keys):
            return np.zeros(len(some), np.bool_), np.zeros(len(some), np.bool_)
        at = np.minimum(np.searchsorted(self.keys, some.keys), len(self.keys) - 1)
        known = self.keys[at] == some.keys
        return known, known & (self.hashes[at] == some.hashes).all(axis=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of a batch: the articles that were read, in their order, and what could not be.

    `ids` are those of the articles that came as lines. `keys` (uint64[N]) are of all articles, and so is whether the
    index knows them (bool[N]) and has them just so (bool[N]).
    """

    ids: Sequence[str]
    keys: Array
    known: Array
    same: Array
    coverage: Coverage
    failures: Sequence[SourceFailure]


class BatchReader:
    """Reads batches for an index that knows some articles. `mapping` names the fields of records."""

    def __init__(self, known: Known | None = None, mapping: Mapping[str, str] | None = None) -> None:
        self._known = known or Known()
        self._records = RecordReader(mapping)

    def read(self, batch: Batch) -> tuple[Prepared, Told]:
        """The articles to be written, and what is told of all."""
        results = [read_line(item, self._records) if isinstance(item, Line) else item for item in batch.items]
        readings = [result for result in results if isinstance(result, Reading)]
        articles = [reading.article for reading in readings]
        some = prepare(articles, [_absolute(reading.origin) for reading in readings])
        known, same = self._known.compare(some)
        ids = [
            result.article.id
            for result, item in zip(results, batch.items, strict=True)
            if isinstance(result, Reading) and isinstance(item, Line)
        ]
        failures = [result for result in results if isinstance(result, SourceFailure)]
        told = Told(ids, some.keys, known, same, Coverage.of(articles), failures)
        return some if batch.anew else some.only(~same), told


def batches(items: Iterable[Unread], is_due: Callable[[], bool]) -> Iterator[Batch]:
    """Cut what was found into batches: full ones, and smaller ones when they are due."""
    some, size = list[Unread](), 0
    for item in items:
        some.append(item)
        size += _size(item)
        if len(some) >= BATCH_ARTICLES or size >= BATCH_BYTES or is_due():
            yield Batch(some)
            some, size = [], 0
    if some:
        yield Batch(some)


def _size(item: Unread) -> int:
    if isinstance(item, Line):
        return len(item.data)
    return len(item.article.body) if isinstance(item, Reading) else 0


@lru_cache(maxsize=1)
def _absolute(origin: str) -> str:
    """Records of one file come one after the other, so the last answer is enough to remember."""
    return os.path.abspath(origin) if origin else ""
