"""The table of contents comes back, is readable by Whoosh, and is refused where it is not ours."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from whoosh.index import open_dir

from index.analysis import Analyzer
from index.codec.segment import Segment, new_name
from index.codec.toc import FORMAT, MAGIC, TAIL, Toc, decode_toc, read_latest, toc_name
from index.codec.whoosh_index import ArrayIndex
from index.codec.whoosh_toc import encode_toc
from index.errors import NewerIndex, NoIndex, NotAnIndex
from index.whoosh_schema import whoosh_schema

SCHEMA = whoosh_schema(Analyzer())


def deleted(*numbers: int) -> bytes:
    return np.array(numbers, "<u4").tobytes()


def toc(generation: int = 3) -> Toc:
    return Toc(generation, "2021-07-25T10:34:00+00:00", (Segment("a1", 10, deleted(2, 5)), Segment("b2", 4)))


def sealed(head: bytes, facts: int, version: int = FORMAT) -> bytes:
    return head + TAIL.pack(facts, version, xxhash.xxh3_64_intdigest(head), MAGIC)


def with_pickle(value: object) -> bytes:
    """A table of contents with a true checksum and something else in the place of its segments."""
    whole = encode_toc(Toc(3, "x", ()), SCHEMA)
    facts, _, _, _ = TAIL.unpack(whole[-TAIL.size :])
    head = whole[: -TAIL.size]
    empty = pickle.dumps([], -1)
    table = head[: len(head) - facts]
    assert table.endswith(empty)
    return sealed(table[: -len(empty)] + pickle.dumps(value, -1) + head[len(head) - facts :], facts)


def facts_of(t: Toc) -> list[tuple[str, int, bytes]]:
    return [(s.segid, s.documents, s.deleted) for s in t.segments]


def test_a_toc_comes_back(tmp_path: Path) -> None:
    back = decode_toc(encode_toc(toc(), SCHEMA), 3, tmp_path)
    assert (back.generation, back.updated_at) == (3, "2021-07-25T10:34:00+00:00")
    assert facts_of(back) == facts_of(toc())
    assert back.articles == 12


def test_the_newest_generation_is_read(tmp_path: Path) -> None:
    for generation in (9, 10):
        (tmp_path / toc_name(generation)).write_bytes(encode_toc(toc(generation), SCHEMA))
    (tmp_path / "_MAIN_11.toc.4711").write_bytes(b"half written")
    assert read_latest(tmp_path).generation == 10


def test_a_folder_without_a_commit_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        read_latest(tmp_path)


def test_a_toc_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / toc_name(4)).symlink_to(tmp_path / "nowhere")
    with pytest.raises(NotAnIndex, match="leads nowhere"):
        read_latest(tmp_path)


def test_stock_whoosh_reads_it(tmp_path: Path) -> None:
    (tmp_path / toc_name(3)).write_bytes(encode_toc(toc(), SCHEMA))
    index = open_dir(str(tmp_path), schema=SCHEMA)
    assert index.latest_generation() == 3
    assert [(s.segment_id(), s.doc_count()) for s in index._segments()] == [("MAIN_a1", 8), ("MAIN_b2", 4)]


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.path),))


def test_a_hostile_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    with pytest.raises(NotAnIndex, match="mkdir is refused"):
        decode_toc(with_pickle([Hostile(tmp_path / "owned")]), 3, tmp_path)
    assert not (tmp_path / "owned").exists()


def segment_with(**fields: object) -> Segment:
    segment = Segment("a1", 10)
    vars(segment).update(fields)
    return segment


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"a": 1},
        [1],
        [segment_with(segid="../../etc/passwd")],
        [segment_with(segid=7)],
        [segment_with(documents=-1)],
        [segment_with(documents="10")],
        [segment_with(deleted=b"abc")],
        [segment_with(deleted=deleted(10))],
        [segment_with(deleted=deleted(5, 5))],
        [segment_with(deleted=[1])],
    ],
)
def test_what_is_no_list_of_segments_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(NotAnIndex):
        decode_toc(with_pickle(value), 3, tmp_path)


def test_the_toc_of_another_generation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnIndex, match="another generation"):
        decode_toc(encode_toc(toc(3), SCHEMA), 4, tmp_path)


def test_another_programs_toc_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnIndex, match="another program"):
        decode_toc(encode_toc(toc(), SCHEMA)[: -TAIL.size], 3, tmp_path)


def test_a_later_format_says_so(tmp_path: Path) -> None:
    with pytest.raises(NewerIndex, match=f"format {FORMAT + 1}"):
        decode_toc(sealed(b"{}", 2, FORMAT + 1), 3, tmp_path)


def test_a_format_that_never_was_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnIndex, match="damaged"):
        decode_toc(sealed(b"{}", 2, 0), 3, tmp_path)


@given(data=st.data())
def test_any_changed_byte_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(encode_toc(toc(), SCHEMA))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((NotAnIndex, NewerIndex)):
        decode_toc(bytes(whole), 3, Path("index"))


@given(cut=st.integers(0, 400))
def test_any_cut_is_noticed(cut: int) -> None:
    with pytest.raises(NotAnIndex):
        decode_toc(encode_toc(toc(), SCHEMA)[:-1][:cut], 3, Path("index"))


def test_deletes_add_up() -> None:
    segment = Segment(new_name(), 6).without(np.array([4])).without(np.array([1, 4]))
    assert list(segment.deleted_docs()) == [1, 4]
    assert segment.live().tolist() == [True, False, True, True, False, True]
    assert segment.doc_count() == 4 and segment.is_deleted(1) and not segment.is_deleted(0)
    segment.delete_document(1, delete=False)
    segment.delete_document(0)
    assert list(segment.deleted_docs()) == [0, 4]


def test_whoosh_over_our_folder_runs_no_pickle_either(tmp_path: Path) -> None:
    (tmp_path / toc_name(3)).write_bytes(encode_toc(toc(), SCHEMA))
    index = ArrayIndex(tmp_path, SCHEMA)
    assert [s.segment_id() for s in index._segments()] == ["MAIN_a1", "MAIN_b2"]
    (tmp_path / toc_name(3)).write_bytes(with_pickle([Hostile(tmp_path / "owned")]))
    with pytest.raises(NotAnIndex):
        index._segments()
    with pytest.raises(NotAnIndex):
        ArrayIndex(tmp_path, SCHEMA)
    assert not (tmp_path / "owned").exists()
