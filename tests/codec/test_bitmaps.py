"""Bitmaps say of every document by which posting of a term it holds it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index.codec.bitmaps import BITS, DENSITY, LEAST, RANK, bitmap, is_dense, rows
from index.codec.inverted import Inverted, offsets_of
from index.codec.layout import PostingsReader
from index.codec.postings_writer import PostingsWriter

DOCUMENTS = 4 * DENSITY * LEAST


def posting_of(rows: np.ndarray, doc: int) -> int:  # type: ignore[type-arg]  # of any dtype
    """The posting of a document as bitmaps.py says, -1 where it has none."""
    row, place = rows[doc // 128], doc % 128
    bits = sum(int(word) << 32 * number for number, word in enumerate(row[BITS:]))
    return int(row[RANK]) + (bits & (1 << place) - 1).bit_count() if bits >> place & 1 else -1


@settings(max_examples=60, deadline=None)
@given(docs=st.sets(st.integers(0, 999), min_size=1), more=st.integers(0, 300))
def test_a_bitmap_gives_every_posting_its_number(docs: set[int], more: int) -> None:
    rising, documents = sorted(docs), max(docs) + 1 + more
    found = bitmap(np.array(rising, np.uint32), documents)
    assert len(found) == rows(documents)
    numbers = {doc: number for number, doc in enumerate(rising)}
    assert [posting_of(found, doc) for doc in range(documents)] == [numbers.get(doc, -1) for doc in range(documents)]


def test_terms_have_bitmaps_that_stand_in_many_documents_and_in_enough_of_them() -> None:
    doc_freqs = np.array([LEAST - 1, LEAST, LEAST + 1, 5000])
    assert is_dense(doc_freqs, LEAST).tolist() == [False, True, True, True]
    assert is_dense(doc_freqs, LEAST * DENSITY).tolist() == [False, True, True, True]
    assert is_dense(doc_freqs, LEAST * DENSITY + 1).tolist() == [False, False, True, True]


def test_a_field_has_the_bitmaps_of_its_common_terms_in_their_order(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    counts = np.array([3, DOCUMENTS // 2, LEAST, DOCUMENTS])
    docs = [np.sort(random.choice(DOCUMENTS, count, replace=False)).astype(np.uint32) for count in counts]
    names = [b"accordion", b"bank", b"cello", b"the"]
    with PostingsWriter(tmp_path / "segment", DOCUMENTS) as writer:
        writer.begin("body", np.zeros(DOCUMENTS, np.uint8), 0, with_positions=False)
        # In two chunks, so that the second one does not count its terms from 0.
        for some in (slice(0, 2), slice(2, 4)):
            writer.add(
                Inverted(
                    np.frombuffer(b"".join(names[some]), np.uint8), offsets_of([len(name) for name in names[some]]),
                    offsets_of(counts[some]), np.concatenate(docs[some]),
                    np.ones(counts[some].sum(), np.uint32), None,
                )
            )  # fmt: skip
        writer.close()
    field = PostingsReader.open(tmp_path / "segment").fields["body"]
    assert field.dense_terms.tolist() == [1, 3]
    for place, term in enumerate((1, 3)):
        kept = field.bitmaps.reshape(2, -1)[place]
        assert (kept == bitmap(docs[term], DOCUMENTS).ravel()).all()
