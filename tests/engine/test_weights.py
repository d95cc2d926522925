"""What terms weigh: the loop says what its twin says, and both what search.score says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.kernels.leaves import Leaf
from search.kernels.weights import weigh
from search.score import idf, rounder

pytest.importorskip("numba")
KEYWORDS = np.array([False, True, False])
# In how many documents of each of three segments a term stands, its field, and its boost.
TERMS = st.lists(
    st.tuples(st.lists(st.integers(0, 300), min_size=3, max_size=3), st.integers(0, 2), st.floats(0.1, 20)), max_size=8
)


@settings(deadline=None)
@given(terms=TERMS)
def test_a_term_weighs_its_boost_times_how_telling_it_is_in_all_segments(terms: list) -> None:
    leaves = np.zeros((3, len(terms), len(Leaf)), np.int64)
    for place, (counts, field, _) in enumerate(terms):
        leaves[:, place, Leaf.POSTINGS] = counts
        leaves[:, place, Leaf.NORM] = np.where(np.array(counts) > 0, field, 0)
    boosts = np.array([boost for _, _, boost in terms])
    by_loop, by_twin = boosts.copy(), boosts.copy()
    shape = np.ones((len(terms), 2), np.int64), np.ones(len(terms), np.int64)
    said = weigh.loop()(leaves, (1000, KEYWORDS), shape, by_loop)
    assert said == weigh.twin(leaves, (1000, KEYWORDS), shape, by_twin)
    expected = [
        boost * (1.0 if KEYWORDS[field] else idf(sum(counts), 1000)) if sum(counts) else 0.0
        for counts, field, boost in terms
    ]
    assert by_loop.tolist() == by_twin.tolist() == expected
    together = 1000 * math.prod(sum(counts) / 1000 for counts, _, _ in terms)
    assert said == (rounder(expected), sum(sum(counts) for counts, _, _ in terms), pytest.approx(together))


@pytest.mark.parametrize(
    ("atoms", "clauses", "matches"),
    [
        ([1, 1, 1], [3], 1000 * (0.1 + 0.5 + 0.3)),
        ([1, 1, 1], [1, 2], 1000 * 0.1 * (0.5 + 0.3)),
        ([2, 1], [1, 1], 1000 * 0.1 * 0.5 * 0.3),
        ([2, 1], [2], 1000 * (0.1 * 0.5 + 0.3)),
        ([1, 1, 1], [1, 1, -1], 1000 * 0.1 * 0.5),
        ([1, 2], [-1, 1], 1000 * 0.5 * 0.3),
    ],
    ids=str,
)
def test_as_many_should_match_as_if_terms_were_strewn(atoms: list[int], clauses: list[int], matches: float) -> None:
    leaves = np.zeros((1, 3, len(Leaf)), np.int64)
    leaves[0, :, Leaf.POSTINGS] = 100, 500, 300
    shape = np.array([(size, size - 1) for size in atoms]), np.array(clauses)
    for run in (weigh.loop(), weigh.twin):
        assert run(leaves, (1000, KEYWORDS), shape, np.ones(3))[2] == pytest.approx(matches)
