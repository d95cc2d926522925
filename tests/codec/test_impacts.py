"""The corners of a block hold for all of its postings, and no corner is higher than it must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.codec.impacts import CORNERS, MANY, measure_impacts
from index.codec.inverted import U8, offsets_of

POSTING = st.tuples(st.integers(1, 300) | st.integers(1, 6), st.integers(0, 255) | st.integers(100, 110))
BLOCKS = st.lists(st.lists(POSTING, min_size=1, max_size=128), max_size=5)
Postings = list[tuple[int, int]]


def measured(blocks: list[Postings], body: str) -> U8:
    pytest.importorskip("numba")
    postings = [posting for block in blocks for posting in block]
    freqs, lengths = np.array(postings, np.int64).reshape(-1, 2).T
    impacts = np.zeros((len(blocks), 2 * CORNERS), np.uint8)
    run = measure_impacts.twin if body == "twin" else measure_impacts.loop()
    starts = offsets_of(list(map(len, blocks)))
    run(freqs.astype(np.uint32), lengths.astype(np.uint8), starts, impacts)
    return impacts


def unbeaten(block: Postings) -> Postings:
    """The postings that no other beats, by the definition."""
    pairs = {(min(freq, MANY), length) for freq, length in block}
    return sorted(
        (pair for pair in pairs if not any(o != pair and o[0] >= pair[0] and o[1] <= pair[1] for o in pairs)),
        reverse=True,
    )


@settings(deadline=None, max_examples=150)
@given(blocks=BLOCKS)
def test_every_posting_has_a_corner_that_is_as_frequent_and_as_short(blocks: list[Postings]) -> None:
    impacts = measured(blocks, "loop")
    assert np.array_equal(impacts, measured(blocks, "twin"))
    for block, row in zip(blocks, impacts.reshape(-1, CORNERS, 2).tolist(), strict=True):
        corners = list(map(tuple, row))
        assert all(any(f >= min(freq, MANY) and n <= length for f, n in corners) for freq, length in block)
        assert corners == sorted(corners, reverse=True)
        assert corners[0][0] == min(max(freq for freq, _ in block), MANY)
        assert corners[-1][1] == min(length for _, length in block)
        if len(unbeaten(block)) <= CORNERS:
            assert list(dict.fromkeys(corners)) == unbeaten(block)


def test_corners_that_promise_least_are_joined() -> None:
    block = [(9, 200), (8, 190), (7, 120), (2, 60), (1, 30)]
    assert measured([block], "loop")[0].tolist() == [9, 190, 7, 120, 2, 60, 1, 30]
