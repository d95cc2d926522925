"""Postings that were spilled are read as they were, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.codec import spill
from index.codec.inverted import inverted
from index.codec.run import RunPostings, postings_of
from index.codec.spill import Spill

POSTINGS = {b"bank": [(0, 2, [1, 5]), (3, 1, [0])], b"rain": [(1, 1, [7])], b"storm": [(0, 1, [2]), (2, 3, [0, 4, 9])]}


@pytest.fixture(params=[True, False], ids=["positions", "no positions"])
def postings(request: pytest.FixtureRequest) -> RunPostings:
    return postings_of(inverted(POSTINGS, request.param))


@pytest.fixture
def spilled(tmp_path: Path, postings: RunPostings) -> Iterator[Spill]:
    made = Spill(tmp_path / "spill", {"body": postings})
    yield made
    made.close()


def arrays(found: object) -> list[object]:
    names = ("term_blob", "term_offsets", "starts", "docs", "freqs", "positions")
    return [None if (each := getattr(found, name)) is None else each.tolist() for name in names]


@pytest.mark.parametrize(("low", "high"), [(0, 3), (1, 2), (1, 3), (2, 2)])
def test_terms_are_read_back(spilled: Spill, postings: RunPostings, low: int, high: int) -> None:
    assert arrays(spilled.fields["body"].decode(low, high)) == arrays(postings.decode(low, high))
    assert spilled.fields["body"].doc_freqs(low, high).tolist() == postings.doc_freqs(low, high).tolist()


def test_a_system_that_reads_a_little_at_a_time(
    spilled: Spill, postings: RunPostings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = os.preadv

    def three_bytes(file: int, buffers: Sequence[memoryview], offset: int) -> int:
        return read(file, [buffers[0][:3]], offset)

    monkeypatch.setattr(spill.os, "preadv", three_bytes)
    assert arrays(spilled.fields["body"].decode(0, 3)) == arrays(postings.decode(0, 3))


def test_a_file_that_was_cut_off_is_an_error(spilled: Spill) -> None:
    os.truncate(spilled.path, spilled.path.stat().st_size // 2)
    with pytest.raises(OSError, match="shorter than it was"):
        spilled.fields["body"].decode(0, 3)


def test_large_slices_are_read_as_well(tmp_path: Path) -> None:
    docs = np.arange(spill.LARGE, dtype=np.uint32)
    many = postings_of(inverted({b"storm": [(int(doc), 1, [0]) for doc in docs[: spill.LARGE // 3]]}))
    made = Spill(tmp_path / "spill", {"body": many})
    assert arrays(made.fields["body"].decode(0, 1)) == arrays(many.decode(0, 1))
    made.close()
