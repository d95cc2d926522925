"""Our engine and stock Whoosh give the same articles with the same scores, whatever the tree and the segments."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.codec.compiled import compile_kernels
from tests.engine.differential import SHAPES, compared


@pytest.mark.parametrize("shape", SHAPES)
def test_random_trees_have_the_oracles_answer(shape: str, tmp_path: Path) -> None:
    compile_kernels()
    assert compared(shape, 101, 40, tmp_path) == []
