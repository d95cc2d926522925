"""Generated postings for the tests of the codec."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from index.codec.inverted import U8, Inverted, offsets_of

DOCUMENTS = 5_000
TERMS = st.lists(st.binary(max_size=6), max_size=6, unique=True).map(sorted)
# Around the borders of a block, where mistakes live.
COUNTS = st.sampled_from([1, 2, 3, 127, 128, 129, 255, 256, 257, 400])


@st.composite
def inverted_fields(draw: st.DrawFn, with_positions: bool | None = None) -> Inverted:
    """Terms of any bytes; counts around the borders of a block; gaps, frequencies and positions from none to huge."""
    terms = draw(TERMS)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = np.array([draw(COUNTS) for _ in terms], np.int64)
    spread = draw(st.sampled_from([400, DOCUMENTS]))
    docs = [np.sort(random.choice(spread, count, replace=False)) for count in counts]
    freqs = random.geometric(draw(st.sampled_from([1.0, 0.5, 0.1])), int(counts.sum()))
    keep = draw(st.booleans()) if with_positions is None else with_positions
    largest = draw(st.sampled_from([0, 40, 2**31]))
    return Inverted(
        np.frombuffer(b"".join(terms), np.uint8),
        offsets_of([len(term) for term in terms]),
        offsets_of(counts),
        np.concatenate([np.zeros(0, np.uint32), *docs]).astype(np.uint32),
        freqs.astype(np.uint32),
        _positions(random, freqs, largest) if keep else None,
    )


def _positions(random: np.random.Generator, freqs: np.ndarray, largest: int) -> np.ndarray:
    """Rising within a posting: gaps that are mostly small, one in a hundred up to `largest`."""
    total = int(freqs.sum())
    gaps = random.integers(1, 12, total)
    far = random.random(total) < 0.01
    gaps[far] += random.integers(0, largest + 1, int(far.sum())) // (int(freqs.max(initial=1)) * 2)
    summed = np.cumsum(gaps)
    before = np.append(0, summed)[offsets_of(freqs)[:-1]]
    return (summed - np.repeat(before, freqs) - 1).astype(np.uint32)


def lengths_for(field: Inverted, seed: int = 0) -> U8:
    return np.random.default_rng(seed).integers(1, 256, DOCUMENTS).astype(np.uint8)


def same(left: Inverted, right: Inverted) -> bool:
    return all(
        np.array_equal(getattr(left, name), getattr(right, name))
        for name in ("term_blob", "term_offsets", "starts", "docs", "freqs")
    ) and (
        np.array_equal(left.positions, right.positions)
        if left.positions is not None and right.positions is not None
        else left.positions is right.positions
    )


def slice_of(field: Inverted, low: int, high: int) -> Inverted:
    """The terms from `low` to `high` alone."""
    terms, starts, at = field.term_offsets[low : high + 1], field.starts[low : high + 1], offsets_of(field.freqs)
    return Inverted(
        field.term_blob[terms[0] : terms[-1]],
        terms - terms[0],
        starts - starts[0],
        field.docs[starts[0] : starts[-1]],
        field.freqs[starts[0] : starts[-1]],
        None if field.positions is None else field.positions[at[starts[0]] : at[starts[-1]]],
    )
