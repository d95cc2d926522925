"""The choice between a numba loop and its numpy twin."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.codec import compiled

LOOPS = """
from index.codec.compiled import jit
from {helper} import double
from constants import OFFSET

@jit("i8", "const u4[:]", "u4[:]", "i8")
def twice(values, out, add):
    total = 0
    for k in range(len(values)):
        out[k] = double(values[k]) + add + OFFSET
        total += out[k]
    return total
"""
MODULES = ("some_loops", "helper_loops", "constants")
HELPER = """
from index.codec.compiled import jit

@jit()
def double(value):
    return value * {factor}
"""


def twice(values: np.ndarray, out: np.ndarray, add: int) -> int:
    out[:] = values * 2 + add
    return int(out.sum())


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel's module of loops and the helper module that it imports, in a folder of their own."""
    numba = pytest.importorskip("numba")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "_KERNELS", [])
    (tmp_path / "some_loops.py").write_text(LOOPS.format(helper="helper_loops"), "utf-8")
    (tmp_path / "helper_loops.py").write_text(HELPER.format(factor=2), "utf-8")
    (tmp_path / "constants.py").write_text("OFFSET = 0", "utf-8")
    importlib.invalidate_caches()
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "some_loops"


def read_only(values: list[int]) -> np.ndarray:
    array = np.array(values, np.uint32)
    array.flags.writeable = False
    return array


def test_the_twin_answers_until_the_loop_is_compiled(modules: str) -> None:
    pair = compiled.kernel(modules)(twice)
    out = np.zeros(2, np.uint32)
    assert pair(read_only([1, 2]), out, 1) == 8
    assert modules not in sys.modules
    assert compiled.compile_kernels()
    assert modules in sys.modules
    assert pair(read_only([1, 2]), out, 1) == 8
    assert out.tolist() == [3, 5]


def test_background_compilation_ends_with_the_loop(modules: str) -> None:
    pair = compiled.kernel(modules)(twice)
    compiled.compile_in_background(patience=0).join(60)
    assert pair._run is pair.loop()


def test_the_loop_takes_arrays_that_may_be_written_and_arrays_that_may_not(modules: str) -> None:
    loop = compiled.kernel(modules)(twice).loop()
    out = np.zeros(2, np.uint32)
    assert loop(read_only([1, 2]), out, 0) == loop(np.array([1, 2], np.uint32), out, 0) == 6


def test_without_numba_the_twin_goes_on_answering(modules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = compiled.kernel(modules)(twice)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not compiled.compile_kernels()
    assert pair(read_only([1]), np.zeros(1, np.uint32), 0) == 2


def test_a_loop_that_numba_refuses_leaves_its_twin_answering(
    modules: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "helper_loops.py").write_text(HELPER.format(factor="unknown_name"), "utf-8")
    pair = compiled.kernel(modules)(twice)
    assert not compiled.compile_kernels()
    assert "twice is not compiled" in caplog.text
    assert pair(read_only([1]), np.zeros(1, np.uint32), 0) == 2


def test_a_change_in_a_helper_of_another_module_is_not_answered_from_the_cache(modules: str, tmp_path: Path) -> None:
    out = np.zeros(1, np.uint32)
    assert compiled.kernel(modules)(twice).loop()(read_only([7]), out, 0) == 14
    for name in ("some_loops", "helper_loops"):
        del sys.modules[name]
    (tmp_path / "helper_loops.py").write_text(HELPER.format(factor=3), "utf-8")
    importlib.invalidate_caches()
    assert compiled.kernel(modules)(twice).loop()(read_only([7]), out, 0) == 21


def test_a_change_in_a_constant_of_another_module_is_not_answered_from_the_cache(modules: str, tmp_path: Path) -> None:
    out = np.zeros(1, np.uint32)
    assert compiled.kernel(modules)(twice).loop()(read_only([7]), out, 0) == 14
    for name in MODULES:
        del sys.modules[name]
    (tmp_path / "constants.py").write_text("OFFSET = 1000", "utf-8")
    importlib.invalidate_caches()
    assert compiled.kernel(modules)(twice).loop()(read_only([7]), out, 0) == 1014


def test_a_second_process_loads_from_the_cache_without_compiling(modules: str, tmp_path: Path) -> None:
    compiled.kernel(modules)(twice).loop()
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import numba; from index.codec import compiled\n"
        f"numba.config.CACHE_DIR = {str(tmp_path / 'cache')!r}\n"
        "def twice(): pass\n"
        "loop = compiled.kernel('some_loops')(twice).loop()\n"
        "print(sum(loop.stats.cache_hits.values()), sum(loop.stats.cache_misses.values()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0"], done.stderr


def test_importing_the_package_does_not_import_numba() -> None:
    program = "import sys, index.codec.compiled, index.codec.inverted; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_cache_that_cannot_be_written_is_replaced_by_a_private_one(
    modules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numba = pytest.importorskip("numba")
    (tmp_path / "file").write_text("a file where the cache should be", "utf-8")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "file"))
    assert compiled.kernel(modules)(twice).loop()(read_only([1]), np.zeros(1, np.uint32), 0) == 2
