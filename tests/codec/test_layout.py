"""The postings files of a segment: what is written is read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.codec import bitmaps, terms
from index.codec.inverted import Inverted, inverted, offsets_of
from index.codec.layout import KIND, LAST_DOC, VERSION, FieldPostings, PostingsReader, positions_path, postings_path
from index.codec.postings_writer import PostingsWriter
from index.codec.sections import SectionFile, SectionWriter
from index.errors import NotAnIndex, WriteFailed
from tests.codec.generated import DOCUMENTS, inverted_fields, lengths_for, same, slice_of


def written(folder: Path, fields: dict[str, Inverted], cuts: tuple[int, ...] = ()) -> PostingsReader:
    segment = folder / "MAIN_0"
    with PostingsWriter(segment, DOCUMENTS) as writer:
        for name, field in fields.items():
            writer.begin(name, lengths_for(field), 12_345, field.positions is not None)
            edges = [0, *sorted(cut % (len(field) + 1) for cut in cuts), len(field)]
            for low, high in zip(edges, edges[1:], strict=False):
                writer.add(slice_of(field, low, high))
        writer.close()
    return PostingsReader.open(segment)


def field_of(field: Inverted, cuts: tuple[int, ...] = ()) -> FieldPostings:
    with tempfile.TemporaryDirectory() as folder:
        read = written(Path(folder), {"body": field}, cuts).field("body")
    assert read is not None
    return read


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields(), st.lists(st.integers(0, 12), max_size=3).map(tuple))
def test_a_field_is_read_as_it_was_written_in_any_chunks(field: Inverted, cuts: tuple[int, ...]) -> None:
    read = field_of(field, cuts)
    assert same(read.decode(), field)
    assert read.total_length == 12_345
    assert read.occurrences == field.freqs.sum()
    assert np.array_equal(read.lengths, lengths_for(field))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields(), st.data())
def test_a_slice_of_terms_is_decoded_alone(field: Inverted, data: st.DataObject) -> None:
    low = data.draw(st.integers(0, len(field)))
    high = data.draw(st.integers(low, len(field)))
    assert same(field_of(field).decode(low, high), slice_of(field, low, high))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields(), st.binary(max_size=3))
def test_terms_are_found_by_their_bytes(field: Inverted, other: bytes) -> None:
    read = field_of(field)
    known = [field.term(number) for number in range(len(field))]
    assert [read.find(term) for term in known] == list(range(len(known)))
    assert read.find(other) == (known.index(other) if other in known else -1)
    assert list(read.with_prefix(other)) == [n for n, term in enumerate(known) if term.startswith(other)]
    counts = np.diff(field.starts).tolist()
    assert [read.doc_freq(number) for number in range(len(read))] == counts == read.doc_freqs(0, len(read)).tolist()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(max_size=4), unique=True).map(sorted), st.binary(max_size=4))
def test_the_loop_of_lower_bound_agrees_with_its_twin(known: list[bytes], term: bytes) -> None:
    pytest.importorskip("numba")
    blob, offsets = np.frombuffer(b"".join(known), np.uint8), offsets_of(list(map(len, known))).astype(np.uint32)
    wanted = np.frombuffer(term, np.uint8)
    by_hand = sum(each < term for each in known)
    assert terms.lower_bound.twin(blob, offsets, wanted) == terms.lower_bound.loop()(blob, offsets, wanted) == by_hand


def test_fields_stand_beside_each_other(tmp_path: Path) -> None:
    title = inverted({b"storm": [(3, 1, [0])]})
    tags = inverted({b"storm": [(3, 1, []), (4, 2, [])], b"weather": [(4, 1, [])]}, with_positions=False)
    reader = written(tmp_path, {"title": title, "tags": tags})
    assert list(reader.fields) == ["title", "tags"]
    assert same(reader.fields["title"].decode(), title)
    assert same(reader.fields["tags"].decode(), tags)
    assert reader.field("body") is None


def test_impacts_bound_every_posting_of_their_block(tmp_path: Path) -> None:
    docs = np.arange(0, 4_000, 10, dtype=np.uint32)
    freqs = np.where(docs % 70 == 0, 300, 2).astype(np.uint32)
    field = Inverted(
        np.frombuffer(b"a", np.uint8), np.array([0, 1]), np.array([0, len(docs)]), docs, freqs,
        np.concatenate([np.arange(freq, dtype=np.uint32) for freq in freqs]),
    )  # fmt: skip
    read = field_of(field)
    lengths = lengths_for(field)
    for block in range(len(read.blocks)):
        inside = slice(block * 128, block * 128 + 128)
        corners = read.impacts[block].reshape(-1, 2)
        least = [corners[corners[:, 0] >= min(freq, 255), 1].min() for freq in freqs[inside]]
        assert (least <= lengths[docs[inside]]).all()
        assert read.blocks[block, LAST_DOC] == docs[inside][-1]


@pytest.mark.parametrize("damaged", [postings_path, positions_path])
def test_a_truncated_file_is_refused(tmp_path: Path, damaged: object) -> None:
    written(tmp_path, {"body": inverted({b"storm": [(3, 1, [0])]})})
    path = damaged(tmp_path / "MAIN_0")  # type: ignore[operator]  # one of the two functions above
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NotAnIndex, match="damaged"):
        PostingsReader.open(tmp_path / "MAIN_0")


@pytest.mark.parametrize("section", ["lengths", "first_blocks", "term_offsets", "bitmaps"])
def test_arrays_that_do_not_belong_together_are_refused(
    tmp_path: Path, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bitmaps, "LEAST", 1)
    monkeypatch.setattr(bitmaps, "DENSITY", 2**20)
    written(tmp_path, {"body": inverted({b"storm": [(3, 1, [0])]})})
    path = postings_path(tmp_path / "MAIN_0")
    # Its bytes and not the file: what is mapped must not be truncated.
    file = SectionFile(path, KIND, VERSION, path.read_bytes())
    with SectionWriter(path, KIND, VERSION) as writer:
        for name in file.names():
            array = file.array(name)
            writer.add(name, array[:-1] if name.endswith(section) else array)
        writer.close(file.facts)
    with pytest.raises(NotAnIndex, match="'body'"):
        PostingsReader.open(tmp_path / "MAIN_0")


def test_leaving_early_leaves_nothing_that_could_be_read(tmp_path: Path) -> None:
    with PostingsWriter(tmp_path / "MAIN_0", DOCUMENTS) as writer:
        writer.begin("body", np.zeros(DOCUMENTS, np.uint8), 0)
    with pytest.raises(NotAnIndex):
        PostingsReader.open(tmp_path / "MAIN_0")


def test_terms_out_of_order_are_refused(tmp_path: Path) -> None:
    with PostingsWriter(tmp_path / "MAIN_0", DOCUMENTS) as writer:
        writer.begin("body", np.zeros(DOCUMENTS, np.uint8), 0)
        writer.add(inverted({b"storm": [(3, 1, [0])]}))
        with pytest.raises(AssertionError, match="comes after"):
            writer.add(inverted({b"bank": [(3, 1, [0])]}))


def test_a_segment_too_large_for_its_offsets_is_refused_and_not_written_wrong(tmp_path: Path) -> None:
    with PostingsWriter(tmp_path / "MAIN_0", DOCUMENTS) as writer:
        writer.begin("body", np.zeros(DOCUMENTS, np.uint8), 0)
        assert writer._field is not None
        writer._field._ends["words"] = 2**32
        with pytest.raises(WriteFailed, match="too large"):
            writer.add(inverted({b"storm": [(3, 1, [0])]}))
