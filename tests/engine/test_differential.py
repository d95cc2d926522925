"""Our engine and stock Whoosh give the same articles with the same scores, whatever the tree and the segments."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.codec.compiled import compile_kernels
from search import matching, route
from tests.engine.differential import SHAPES, compared


@pytest.mark.parametrize("shape", SHAPES)
def test_random_trees_have_the_oracles_answer(shape: str, tmp_path: Path) -> None:
    compile_kernels()
    assert compared(shape, 101, 40, tmp_path) == []


def test_clauses_of_many_words_have_the_oracles_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_kernels()
    monkeypatch.setattr(matching, "MOST_PROBED", 1)
    assert compared("many", 102, 40, tmp_path) == []


def test_sums_within_dates_and_without_others_are_pruned_to_the_oracles_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_kernels()
    monkeypatch.setattr(route, "WORTH_PRUNING", 0)
    assert compared("deletes", 103, 40, tmp_path) == []
