"""Which documents a commit makes obsolete: those whose id was put again, and those deleted by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.codec.columns import Columns
from index.codec.inverted import I64
from index.codec.segment import Segment


@dataclass(frozen=True, slots=True)
class Obsolete:
    """`new` documents of the new segment, `old` ones of each segment, and how many articles were hit in which way."""

    new: I64
    old: list[I64]
    replaced: int
    deleted: int


def obsolete(
    old: Sequence[tuple[Segment, Columns]], new: Columns | None, deletes: Sequence[tuple[str, int]]
) -> Obsolete:
    """Find what is superseded. `deletes` are ids, each with how many documents were put before it was deleted.

    Of several new documents with one id the last one counts. An article that is deleted and put again is replaced.
    """
    last_deletes = dict(deletes)
    dead = sorted({*_superseded(new), *_put_before(new, last_deletes)}) if new else []
    alive = np.setdiff1d(np.arange(len(new) if new else 0), dead)
    hits = [_live_hits(segment, columns, new, alive) for segment, columns in old]
    # An id that is alive in the new segment was replaced, whenever it was deleted.
    put_again = {article_id for article_id in last_deletes if new and _any(new, article_id, alive)}
    gone = {
        article_id: found
        for article_id in last_deletes.keys() - put_again
        if any(found := [_live_with(segment, columns, article_id) for segment, columns in old])
    }
    doomed = [
        np.array(sorted({*hit, *(n for found in gone.values() for n in found[k])}), np.int64)
        for k, hit in enumerate(hits)
    ]
    replaced = len({new_document for hit in hits for new_document in hit.values()})
    return Obsolete(np.array(dead, np.int64), doomed, replaced, len(gone))


def _superseded(new: Columns) -> Iterator[int]:
    """New documents whose id a later one has as well."""
    keys = new.keys
    for first in np.flatnonzero(keys[1:] == keys[:-1]).tolist():
        same = new.documents_with_key(int(keys[first]))
        latest = {new.row(n).id: n for n in same}
        yield from (n for n in same if latest[new.row(n).id] != n)


def _put_before(new: Columns, last_deletes: Mapping[str, int]) -> Iterator[int]:
    for article_id, before in last_deletes.items():
        yield from (n for n in new.documents_with(article_id) if n < before)


def _live_hits(segment: Segment, columns: Columns, new: Columns | None, alive: I64) -> dict[int, int]:
    """Live documents of a segment that have the id of a live new one, each with that one."""
    if new is None:
        return {}
    live = segment.live()
    places, documents = columns.lookup(new.keys_by_document()[alive])
    pairs = zip(documents.tolist(), alive[places].tolist(), strict=True)
    return {n: m for n, m in pairs if live[n] and columns.row(n).id == new.row(m).id}


def _live_with(segment: Segment, columns: Columns, article_id: str) -> list[int]:
    return [n for n in columns.documents_with(article_id) if not segment.is_deleted(n)]


def _any(new: Columns, article_id: str, alive: I64) -> bool:
    return bool(np.isin(new.documents_with(article_id), alive).any())
