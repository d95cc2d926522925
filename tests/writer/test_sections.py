"""A file of sections gives its arrays back, and is refused where it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from index.codec.sections import SectionFile, SectionWriter
from index.errors import NewerIndex, NotAnIndex, OlderIndex

DTYPES = st.sampled_from(["u1", "u2", "<u4", "<i8", "<f4"])
ARRAYS = st.lists(DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, st.integers(0, 200))), max_size=6)


def written(path: Path, version: int = 1, count: int = 3) -> Path:
    with SectionWriter(path, "test", version) as writer:
        for number in range(count):
            writer.add(f"s{number}", np.arange(100 * number, dtype=np.uint32))
        writer.close({"documents": 7})
    return path


@settings(max_examples=50)
@given(arrays=ARRAYS)
def test_every_array_comes_back_aligned(tmp_path_factory: pytest.TempPathFactory, arrays: list[np.ndarray]) -> None:
    path = tmp_path_factory.mktemp("sections") / "file"
    with SectionWriter(path, "test", 1) as writer:
        for number, array in enumerate(arrays):
            writer.add(str(number), array)
        writer.close({})
    file = SectionFile(path, "test", 1)
    for number, array in enumerate(arrays):
        back = file.array(str(number))
        assert back.tobytes() == array.tobytes() and back.dtype == array.dtype
        assert back.ctypes.data % 64 == 0
    assert file.verify() == []


def test_a_section_written_in_pieces_is_one_array(tmp_path: Path) -> None:
    with SectionWriter(tmp_path / "f", "test", 1) as writer:
        writer.begin("n", np.uint16)
        assert writer.write(np.array([1, 2], np.int64)) == 4
        assert writer.write(np.array([3], np.uint16)) == 6
        writer.close({"x": [1]})
    file = SectionFile(tmp_path / "f", "test", 1)
    assert file.array("n").tolist() == [1, 2, 3] and file.facts == {"x": [1]}


def test_mapped_arrays_outlive_the_name_of_their_file(tmp_path: Path) -> None:
    file = SectionFile(written(tmp_path / "f"), "test", 1)
    (tmp_path / "f").unlink()
    assert int(file.array("s2").sum()) == 199 * 100


def test_an_unfinished_file_is_refused(tmp_path: Path) -> None:
    with SectionWriter(tmp_path / "f", "test", 1) as writer:
        writer.add("n", np.arange(1000))
    with pytest.raises(NotAnIndex, match="damaged"):
        SectionFile(tmp_path / "f", "test", 1)


@pytest.mark.parametrize("keep", [0, 1, 63, 64, 95, 96, 500, -1, -32, -33])
def test_a_cut_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path / "f")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(NotAnIndex):
        SectionFile(path, "test", 1)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnIndex, match="begin"):
        SectionFile(written(tmp_path / "f"), "other", 1)


def test_another_version_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "f", version=2)
    with pytest.raises(NewerIndex, match="format 2"):
        SectionFile(path, "test", 1)
    with pytest.raises(OlderIndex, match="format 2"):
        SectionFile(path, "test", 3)


def test_verify_names_the_section_with_a_changed_byte(tmp_path: Path) -> None:
    path = written(tmp_path / "f")
    file = SectionFile(path, "test", 1)
    content = bytearray(path.read_bytes())
    content[content.index(np.arange(200, dtype="<u4").tobytes()[400:]) + 8] ^= 1
    path.write_bytes(content)
    assert SectionFile(path, "test", 1).verify() == ["s2"]
    assert "s2" in file


def test_released_pages_are_read_again(tmp_path: Path) -> None:
    file = SectionFile(written(tmp_path / "f"), "test", 1)
    before = file.array("s2")
    (tmp_path / "f").unlink()
    assert int(before.sum()) == 199 * 100
    file.release()
    assert int(before.sum()) == int(file.array("s2").sum()) == 199 * 100
