"""The formula is Whoosh's, sums of scores are exact, and bounds are bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.scoring import bm25

from search import score

WEIGHTS = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=12)


@given(freq=st.integers(1, 1000), code=st.integers(0, 255), average=st.floats(1, 1e5))
def test_saturation_is_whooshs_bm25(freq: int, code: int, average: float) -> None:
    found = float(score.saturation(np.float64(freq), score.norms(average)[code]))
    expected = bm25(1.0, freq, score.LENGTHS[code], average, score.B, score.K1)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_keyword_scores_its_weight() -> None:
    assert score.saturation(np.float64(1), score.flat_norms()[0]) == 1.0


@given(weights=WEIGHTS, seed=st.integers(0, 2**31))
def test_the_order_of_adding_makes_no_difference(weights: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    freqs = random.integers(1, 50, len(weights)).astype(np.float64)
    norms, by = score.norms(300.0)[random.integers(0, 256, len(weights))], score.rounder(weights)
    parts = [float(score.scores(w, f, n, by)) for w, f, n in zip(weights, freqs, norms, strict=True)]
    assert len({sum(random.permutation(parts).tolist()) for _ in range(10)}) == 1
    assert sum(parts) - parts[0] + parts[0] == sum(parts)


@given(weights=WEIGHTS)
def test_rounding_changes_less_than_a_part_in_a_million_million(weights: list[float]) -> None:
    norm = score.norms(300.0)[100]
    exact = max(weights) * score.saturation(np.float64(3), norm)
    rounded = score.scores(max(weights), np.float64(3), norm, score.rounder(weights))
    assert rounded == pytest.approx(exact, rel=1e-12)


@given(weight=st.floats(1e-3, 1e3), freq=st.integers(1, 10_000), code=st.integers(0, 255))
def test_more_of_a_word_and_a_shorter_field_never_score_less(weight: float, freq: int, code: int) -> None:
    norms, by = score.norms(300.0), score.rounder([weight])
    here = score.scores(weight, np.float64(freq), norms[code], by)
    assert score.scores(weight, np.float64(freq + 1), norms[code], by) >= here
    assert score.scores(weight, np.float64(freq), norms[max(code - 1, 0)], by) >= here
    assert here <= score.most(weight) * (1 + 1e-12)


def test_idf_falls_with_the_document_frequency_and_stays_positive() -> None:
    found = [score.idf(doc_freq, 1000) for doc_freq in range(1, 1001)]
    assert found == sorted(found, reverse=True)
    assert found[-1] > 0
