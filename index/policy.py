"""Which segments to merge: few segments make fast searches, and few merges make fast commits.

Segments belong to tiers by their live articles: up to 2,000 the lowest, and each next tier to four times as many. Four
segments in one tier are merged, which makes one of a higher tier, where the same holds again. Beyond eight segments in
all, the smallest are merged whatever their tiers. A segment of which more than a third is deleted is rewritten. An
archive that grows to a million articles by a thousand at a time rewrites each of them eight times.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.codec.segment import Segment

LOWEST = 2_000
FACTOR = 4
MOST = 8
DELETED = 1 / 3


def tier(live: int) -> int:
    """The tier of a segment with so many live articles, from 0."""
    number, top = 0, LOWEST
    while live > top:
        number, top = number + 1, top * FACTOR
    return number


def choose(segments: Sequence[Segment]) -> list[Segment]:
    """The segments to be merged into one now, in their order; empty where all may stay. Ask again after the merge."""
    by_size = sorted(segments, key=Segment.doc_count)
    for number in range(tier(by_size[-1].doc_count()) + 1 if by_size else 0):
        alike = [segment for segment in by_size if tier(segment.doc_count()) == number]
        if len(alike) >= FACTOR:
            return _in_order(segments, alike)
    if len(segments) > MOST:
        return _in_order(segments, by_size[: len(segments) - MOST + 1])
    return [s for s in segments if s.deleted_count() > DELETED * s.documents][:1]


def _in_order(segments: Sequence[Segment], chosen: Sequence[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment in chosen]
