"""The bytes of field lengths are Whoosh's."""

from __future__ import annotations

import numpy as np
from whoosh.util.numeric import byte_to_length, length_to_byte

from index.codec.lengths import LENGTHS, length_bytes


def test_bytes_stand_for_the_lengths_that_whoosh_says() -> None:
    assert LENGTHS.tolist() == [byte_to_length(byte) for byte in range(256)]


def test_lengths_have_the_bytes_that_whoosh_gives_them() -> None:
    lengths = np.arange(120_000)
    assert length_bytes(lengths).tolist() == [length_to_byte(length) for length in lengths.tolist()]
