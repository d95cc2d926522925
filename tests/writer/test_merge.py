"""Merging behaves as if all live postings had been inverted anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.codec import merge as merge_module
from index.codec.inverted import I64, U8, Inverted, inverted
from index.codec.merge import Part, merge

KERNELS = ("merge_terms", "copy_terms", "count_live", "place_live")
Postings = dict[bytes, list[tuple[int, int, list[int]]]]


@dataclass(frozen=True)
class Source:
    """The least that a merge needs of a run or a segment."""

    whole: Inverted

    @property
    def term_blob(self) -> U8:
        return self.whole.term_blob

    @property
    def term_offsets(self) -> I64:
        return self.whole.term_offsets

    def doc_freqs(self, low: int, high: int) -> I64:
        return np.diff(self.whole.starts[low : high + 1])

    def decode(self, low: int, high: int) -> Inverted:
        return inverted(dict(list(read(self.whole).items())[low:high]), self.whole.positions is not None)


def read(found: Inverted) -> Postings:
    """Arrays -> {term: [(document, frequency, positions)]}."""
    at = np.concatenate([[0], np.cumsum(found.freqs.astype(np.int64))]).tolist()
    places = [] if found.positions is None else found.positions.tolist()
    return {
        found.term(t): [
            (int(found.docs[p]), int(found.freqs[p]), places[at[p] : at[p + 1]])
            for p in range(int(found.starts[t]), int(found.starts[t + 1]))
        ]
        for t in range(len(found))
    }  # fmt: skip


TERMS = st.sampled_from([b"", b"a", b"ab", b"abc", b"b", b"ba", b"\xc3\xa9", b"\xff", b"storm", b"storms"])


@st.composite
def field_of(draw: st.DrawFn, documents: int, with_positions: bool) -> Postings:
    postings: Postings = {}
    for term in draw(st.sets(TERMS, max_size=6)):
        docs = sorted(draw(st.sets(st.integers(0, documents - 1), min_size=1, max_size=documents)))
        where = [sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=4))) for _ in docs]
        postings[term] = [(d, len(w), w if with_positions else []) for d, w in zip(docs, where, strict=True)]
    return postings


@st.composite
def merges(draw: st.DrawFn) -> tuple[list[Part], Postings, bool]:
    """Some parts, some of their documents dropped, and what their merge must hold."""
    with_positions = draw(st.booleans())
    parts, expected, base = [], dict[bytes, list[tuple[int, int, list[int]]]](), 0
    for documents in draw(st.lists(st.integers(1, 5), max_size=5)):
        postings = draw(field_of(documents, with_positions))
        live = np.array(draw(st.lists(st.booleans(), min_size=documents, max_size=documents)))
        numbers = np.where(live, base + np.cumsum(live) - 1, -1).astype(np.int64)
        base += int(live.sum())
        parts.append(Part(Source(inverted(postings, with_positions)), numbers))
        for term, found in postings.items():
            kept = [(int(numbers[d]), f, w) for d, f, w in found if live[d]]
            if kept:
                expected.setdefault(term, []).extend(kept)
    return parts, dict(sorted(expected.items())), with_positions


@pytest.fixture(params=["numba", "numpy"])
def bodies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both bodies of every kernel: the compiled loop and its numpy twin."""
    for name in KERNELS:
        made: Any = getattr(merge_module, name)
        monkeypatch.setattr(merge_module, name, made.loop() if request.param == "numba" else made.twin)
    yield


@pytest.mark.usefixtures("bodies")
@pytest.mark.parametrize("budget", [1, 40, 10**9])
def test_a_merge_is_what_inverting_anew_gives(budget: int) -> None:
    @settings(max_examples=50, deadline=None)
    @given(case=merges())
    def check(case: tuple[list[Part], Postings, bool]) -> None:
        parts, expected, with_positions = case
        chunks = list(merge(parts, budget))
        assert all(len(chunk) for chunk in chunks)
        assert all((chunk.positions is not None) == with_positions for chunk in chunks)
        together: Postings = {}
        for chunk in chunks:
            together.update(read(chunk))
        assert together == expected
        assert list(together) == sorted(together)

    check()


@pytest.mark.usefixtures("bodies")
def test_many_parts_with_long_terms_in_common() -> None:
    words = [f"{'x' * (n % 7)}{n % 50:03}".encode() for n in range(300)]
    parts, expected = [], dict[bytes, list[int]]()
    for k in range(20):
        chosen = {word: [(0, 1, [0])] for word in words[k::3]}
        parts.append(Part(Source(inverted(chosen)), np.array([k], np.int64)))
        for word in chosen:
            expected.setdefault(word, []).append(k)
    found = {term: [doc for doc, _, _ in each] for chunk in merge(parts, 2_000) for term, each in read(chunk).items()}
    assert found == expected


def test_a_budget_bounds_the_chunks() -> None:
    one = {f"{n:04}".encode(): [(0, 1, [n])] for n in range(1000)}
    chunks = list(merge([Part(Source(inverted(one)), np.array([0], np.int64))], 40))
    assert max(len(chunk) for chunk in chunks) == 10
