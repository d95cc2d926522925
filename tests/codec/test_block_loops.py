"""The readers of one block, called from Python as other loops call them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from index.codec.inverted import Inverted
from tests.codec.generated import inverted_fields
from tests.codec.test_layout import field_of

pytest.importorskip("numba")


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields(with_positions=True))
def test_every_block_and_every_posting_is_read_alone(field: Inverted) -> None:
    from index.codec import block_loops as loops  # compiles, so only where numba is

    read, out = field_of(field), np.zeros(128, np.uint32)
    posting = occurrence = 0
    assert field.positions is not None
    for block in range(len(read.blocks)):
        count = int(loops.block_docs(read.words, read.blocks, block, out))
        assert count == loops.block_count(read.blocks, block)
        assert out[:count].tolist() == field.docs[posting : posting + count].tolist()
        loops.block_freqs(read.words, read.blocks, block, out)
        freqs = out[:count].tolist()
        assert freqs == field.freqs[posting : posting + count].tolist()
        posting += count
        before = 0
        for k, freq in enumerate(freqs):
            assert loops.block_freq(read.words, read.blocks, block, k) == freq
            where = np.zeros(freq, np.uint32)
            loops.block_positions(read.position_words, read.blocks, block, before, where)
            assert where.tolist() == field.positions[occurrence : occurrence + freq].tolist()
            before, occurrence = before + freq, occurrence + freq
