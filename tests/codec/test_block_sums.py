"""What the frequencies of a block add up to, however many bits each takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.codec.packing import GUARD

pytest.importorskip("numba")


@settings(max_examples=80, deadline=None)
@given(bits=st.integers(0, 32), count=st.integers(1, 128), before=st.integers(0, 95), seed=st.integers(0, 999))
def test_frequencies_add_up(bits: int, count: int, before: int, seed: int) -> None:
    from index.codec.block_loops import add_up_freqs, sum_freqs  # here: without numba there is no such module

    less_one = [int(number) for number in np.random.default_rng(seed).integers(0, 2**bits, count)]
    stream = sum(number << (before + place * bits) for place, number in enumerate(less_one))
    size = -(-(before + count * bits) // 32)
    words = np.array([stream >> 32 * word & 0xFFFFFFFF for word in range(size)] + [2**32 - 1] * GUARD, np.uint32)
    sums = np.empty(129, np.int64)
    add_up_freqs(words, np.uint64(before), np.uint64(bits), count, sums)
    expected = [sum(less_one[:place]) + place for place in range(count + 1)]
    assert sums[: count + 1].tolist() == expected
    for place in {0, count // 2, count}:
        assert sum_freqs(words, np.uint64(before), np.uint64(bits), place) == expected[place]
