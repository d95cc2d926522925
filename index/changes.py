"""Articles that were read, against an index: which are added, changed, unchanged, and which are gone. Writes nothing.

An article is known by its id, and unchanged where its content hash is the stored one. It is gone if it came from one of
the sources, is in the index, and was not read this time; what comes from a file that could not be read is not gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article import Article
from index.codec.columns import HASH_BYTES, Columns, hash_of, key_of
from index.codec.inverted import I64
from index.codec.sections import Array
from index.codec.segment import COLUMNS
from index.codec.toc import Toc


@dataclass(slots=True)
class Counts:
    """How many articles of a run are in which case. `repeated` had the id of an earlier one; the last one counts."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0


class Changes:
    """Compares what is read, batch after batch, with the articles of one generation."""

    def __init__(self, folder: Path, toc: Toc) -> None:
        self.counts = Counts()
        opened = [(segment, Columns.open(segment.path(folder, COLUMNS))) for segment in toc.segments]
        self._segments = [(columns, np.flatnonzero(segment.live())) for segment, columns in opened]
        keys = np.concatenate([np.zeros(0, np.uint64), *(c.keys_by_document()[live] for c, live in self._segments)])
        hashes = [np.zeros((0, HASH_BYTES), np.uint8), *(c.hashes[live] for c, live in self._segments)]
        order = np.argsort(keys)
        self._keys = keys[order]
        self._hashes = np.concatenate(hashes)[order]
        # Per key that was read: whether an article with it is to be written.
        self._met: dict[int, bool] = {}

    def to_write(self, articles: Sequence[Article]) -> list[tuple[int, bytes]]:
        """Which of the articles the index does not have, or not so, each with its `hash_of`. Counts them."""
        keys, hashes = [key_of(article.id) for article in articles], list(map(hash_of, articles))
        known, same = self._compare(np.array(keys, np.uint64), b"".join(hashes))
        cases = zip(keys, known.tolist(), same.tolist(), strict=True)
        return [(number, hashes[number]) for number, case in enumerate(cases) if self._meet(*case)]

    def gone(self, sources: Iterable[str | Path], unreadable: Sequence[str]) -> list[str]:
        """Ids of the articles that came from `sources` and were not read; `unreadable` are places of failures."""
        roots = [os.path.abspath(source) for source in sources]
        met = np.fromiter(self._met, np.uint64, len(self._met))
        broken = [os.path.abspath(where) for where in unreadable]
        return [
            columns.row(number).id
            for columns, live in self._segments
            for number in _missing(columns, live, met).tolist()
            if _is_gone(columns.origin(number), roots, broken)
        ]

    def _compare(self, keys: Array, hashes: bytes) -> tuple[Array, Array]:
        if not len(self._keys):
            return np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.bool_)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[at] == keys
        wanted = np.frombuffer(hashes, np.uint8).reshape(-1, HASH_BYTES)
        return known, known & (self._hashes[at] == wanted).all(axis=1)

    def _meet(self, key: int, known: bool, same: bool) -> bool:
        counts, before = self.counts, self._met.get(key)
        self._met[key] = write = bool(before) or not same
        if before is None:
            counts.added += not known
            counts.changed += known and not same
            counts.unchanged += same
        else:
            counts.repeated += 1
            turned = known and write and not before
            counts.changed += turned
            counts.unchanged -= turned
        return write


def _missing(columns: Columns, live: I64, met: Array) -> I64:
    return live[~np.isin(columns.keys_by_document()[live], met)]


def _is_gone(origin: str, roots: Sequence[str], broken: Sequence[str]) -> bool:
    """Whether the origin lies in one of the roots, and nothing in it failed."""
    below = any(origin == root or origin.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
    return below and bool(origin) and not any(where.startswith(origin) or origin.startswith(where) for where in broken)

