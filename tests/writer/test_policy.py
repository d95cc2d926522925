"""Merging keeps few segments, and rewrites an article seldom."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.codec.segment import Segment
from index.policy import FACTOR, LOWEST, MOST, choose, tier


def segment(live: int, deleted: int = 0) -> Segment:
    return Segment(str(live), live + deleted, np.arange(deleted, dtype="<u4").tobytes())


def settle(segments: list[Segment]) -> tuple[list[Segment], int]:
    """Merge until nothing is chosen; also how many articles were rewritten."""
    rewritten = 0
    while chosen := choose(segments):
        merged = segment(sum(s.doc_count() for s in chosen))
        segments = [s for s in segments if s not in chosen] + [merged]
        rewritten += merged.documents
    return segments, rewritten


SIZES = st.lists(st.tuples(st.integers(1, 3_000_000), st.integers(0, 2_000_000)), max_size=40)


@given(sizes=SIZES)
def test_few_segments_stay_and_no_article_is_lost(sizes: list[tuple[int, int]]) -> None:
    segments = [segment(*size) for size in sizes]
    settled, _ = settle(segments)
    assert len(settled) <= MOST
    tiers = Counter(tier(s.doc_count()) for s in settled)
    assert all(count < FACTOR for count in tiers.values())
    assert sum(s.doc_count() for s in settled) == sum(live for live, _ in sizes)
    assert all(s.deleted_count() * 3 <= s.documents for s in settled)


def test_tiers_grow_by_the_factor() -> None:
    assert [tier(n) for n in (0, 1, LOWEST, LOWEST + 1, LOWEST * FACTOR, LOWEST * FACTOR + 1)] == [0, 0, 0, 1, 1, 2]


def test_an_article_is_rewritten_eight_times_on_the_way_to_a_million() -> None:
    segments: list[Segment] = []
    written = rewritten = 0
    for _ in range(1000):
        segments, again = settle([*segments, segment(1000)])
        written, rewritten = written + 1000, rewritten + again
    assert len(segments) <= MOST
    assert rewritten / written < 9


def test_segments_are_merged_in_their_order() -> None:
    segments = [segment(n) for n in (30, 10, 40, 20)]
    assert choose(segments) == segments


def test_much_deleted_is_reclaimed() -> None:
    large = segment(600, deleted=400)
    assert choose([large, segment(5000, deleted=100)]) == [large]
    assert choose([segment(700, deleted=300)]) == []
    assert choose([]) == []
