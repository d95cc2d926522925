"""Articles that were read, against an index: which are added, changed, unchanged, and which are gone. Writes nothing.

An article is known by its id, and unchanged where its content hash is the stored one. It is gone if it came from one of
the sources, is in the index, and was not read this time; what comes from a file that could not be read is not gone.
Of several articles with one id the last one counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article import Article
from index.batch import Known, Told
from index.codec.inverted import I64
from index.codec.opened import OpenSegment
from index.codec.sections import Array
from index.codec.toc import Toc


@dataclass(frozen=True, slots=True)
class Counts:
    """How many articles of a run are in which case. `repeated` had the id of an earlier one; the last one counts."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0


class Changes:
    """Compares what is told of batch after batch with the articles of one generation."""

    def __init__(self, folder: Path, toc: Toc) -> None:
        self._segments = [OpenSegment.open(folder, segment) for segment in toc.segments]
        self._told: list[tuple[Array, Array, Array]] = []

    def known(self) -> Known:
        """What the generation holds, to read batches by."""
        columns = [(segment.columns, segment.live) for segment in self._segments]
        if not columns:
            return Known()
        keys = np.concatenate([each.keys_by_document()[live] for each, live in columns])
        return Known.of(keys, np.concatenate([each.hashes[live] for each, live in columns]))

    def add(self, told: Told) -> None:
        """Count the articles of the next batch."""
        self._told.append((told.keys, told.known, told.same))

    def counts(self) -> Counts:
        """How many of all articles told so far are in which case."""
        cases, read = self._cases(), sum(len(keys) for keys, _, _ in self._told)
        unchanged = int(cases.all_same.sum())
        changed = int(cases.known.sum()) - unchanged
        return Counts(int((~cases.known).sum()), changed, unchanged, read - len(cases.keys))

    def taken_back(self) -> Iterator[tuple[Article, str]]:
        """The articles that were met changed and, later on, unchanged again, as they stand in the index; with origins.

        Batches are read apart, so the changed one has been written, and it has to be replaced.
        """
        cases = self._cases()
        for key in cases.keys[cases.known & ~cases.all_same & cases.last_same].tolist():
            for segment in self._segments:
                for number in segment.columns.documents_with_key(key):
                    if not segment.segment.is_deleted(number):
                        yield segment.article(number), segment.columns.origin(number)

    def gone(self, sources: Iterable[str | Path], unreadable: Sequence[str]) -> list[str]:
        """Ids of the articles that came from `sources` and were not read; `unreadable` are places of failures."""
        roots = [os.path.abspath(source) for source in sources]
        met = self._cases().keys
        broken = [os.path.abspath(where) for where in unreadable]
        return [
            segment.columns.row(number).id
            for segment in self._segments
            for number in _missing(segment, met).tolist()
            if _is_gone(segment.columns.origin(number), roots, broken)
        ]

    def _cases(self) -> _Cases:
        if not self._told:
            return _Cases(np.zeros(0, np.uint64), *[np.zeros(0, np.bool_)] * 3)
        keys, known, same = (np.concatenate(each) for each in zip(*self._told, strict=True))
        order = np.argsort(keys, kind="stable")
        keys, same = keys[order], same[order]
        last = np.append(keys[1:] != keys[:-1], True)
        first = np.flatnonzero(np.append(True, last[:-1]))
        return _Cases(keys[first], known[order][first], np.logical_and.reduceat(same, first), same[last])


@dataclass(frozen=True, slots=True)
class _Cases:
    """Of each key that was met: whether the index knows it, whether all its articles were unchanged, and the last."""

    keys: Array
    known: Array
    all_same: Array
    last_same: Array


def _missing(segment: OpenSegment, met: Array) -> I64:
    return segment.live[~np.isin(segment.columns.keys_by_document()[segment.live], met)]


def _is_gone(origin: str, roots: Sequence[str], broken: Sequence[str]) -> bool:
    """Whether the origin lies in one of the roots, and nothing in it failed."""
    below = any(origin == root or origin.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
    return below and bool(origin) and not any(where.startswith(origin) or origin.startswith(where) for where in broken)
