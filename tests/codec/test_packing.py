"""Blocks of postings, packed and unpacked; every kernel against its twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from index.codec import packing
from index.codec.inverted import I64, U32, Inverted, offsets_of
from index.codec.packing import GUARD, Column
from tests.codec.generated import inverted_fields

NONE = np.zeros(0, np.uint32)
Packed = tuple[I64, U32, U32]


def bodies(name: str) -> list[object]:
    pytest.importorskip("numba")
    kernel = getattr(packing, name)
    return [kernel.twin, kernel.loop()]


def measured(field: Inverted, body: int) -> I64:
    table = packing.block_table(field.starts, field.freqs)
    positions = NONE if field.positions is None else field.positions
    bodies("measure_blocks")[body](field.docs, field.freqs, positions, table)
    return table


def packed(field: Inverted, body: int) -> Packed:
    table = measured(field, body)
    total = 0 if field.positions is None else len(field.positions)
    words, position_words = (np.zeros(size + GUARD, np.uint32) for size in packing.place_blocks(table, total))
    bodies("pack_postings")[body](field.docs, field.freqs, table, words)
    if field.positions is not None:
        bodies("pack_positions")[body](field.freqs, field.positions, table, position_words)
    return table, words, position_words


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields())
def test_loops_and_twins_pack_the_same_bits(field: Inverted) -> None:
    for left, right in zip(packed(field, 0), packed(field, 1), strict=True):
        assert np.array_equal(left, right)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields())
def test_both_bodies_unpack_what_was_packed(field: Inverted) -> None:
    table, words, position_words = packed(field, 1)
    for body in (0, 1):
        docs, freqs = np.zeros_like(field.docs), np.zeros_like(field.freqs)
        bodies("unpack_postings")[body](words, table, docs, freqs)
        assert np.array_equal(docs, field.docs)
        assert np.array_equal(freqs, field.freqs)
        if field.positions is not None:
            positions = np.zeros_like(field.positions)
            bodies("unpack_positions")[body](position_words, table, freqs, positions)
            assert np.array_equal(positions, field.positions)


def test_more_blocks_than_the_twin_reads_together_are_unpacked() -> None:
    random = np.random.default_rng(7)
    starts = offsets_of(random.integers(1, 400, packing.TOGETHER))
    docs = [np.sort(random.choice(5_000, size, replace=False)) for size in np.diff(starts)]
    freqs = random.integers(1, 60, starts[-1]).astype(np.uint32)
    field = Inverted(
        np.frombuffer(bytes(packing.TOGETHER), np.uint8),
        np.arange(packing.TOGETHER + 1),
        starts,
        np.concatenate(docs).astype(np.uint32),
        freqs,
        None,
    )
    table, words, _ = packed(field, 1)
    assert len(table) > packing.TOGETHER
    for body in (0, 1):
        found = np.zeros_like(field.docs), np.zeros_like(freqs)
        bodies("unpack_postings")[body](words, table, *found)
        assert np.array_equal(found[0], field.docs)
        assert np.array_equal(found[1], freqs)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields())
def test_block_facts_are_those_of_a_plain_loop(field: Inverted) -> None:
    table = measured(field, 1)
    row = 0
    for term in range(len(field)):
        for start in range(int(field.starts[term]), int(field.starts[term + 1]), 128):
            end = min(start + 128, int(field.starts[term + 1]))
            docs, freqs = field.docs[start:end], field.freqs[start:end]
            assert table[row, Column.POSTING] == start
            assert table[row, Column.COUNT] == end - start
            assert table[row, Column.LAST_DOC] == docs[-1]
            assert table[row, Column.MAX_FREQ] == max(freqs)
            row += 1
    assert row == len(table)


def test_the_widest_numbers_survive() -> None:
    field = Inverted(
        np.frombuffer(b"a", np.uint8),
        np.array([0, 1]),
        np.array([0, 3]),
        np.array([0, 1, 2**32 - 1], np.uint32),
        np.array([1, 3, 1], np.uint32),
        np.array([0, 0, 7, 2**32 - 1, 5], np.uint32),
    )
    for body in (0, 1):
        table = packing.block_table(field.starts, field.freqs)
        table[:, Column.COUNT] = 3
        assert field.positions is not None
        table[:, Column.LAST_DOC], table[:, Column.DOC_BITS] = 2**32 - 1, 32
        table[:, Column.FREQ_BITS], table[:, Column.POSITION_BITS] = 2, 32
        words, position_words = (np.zeros(size + GUARD, np.uint32) for size in packing.place_blocks(table, 5))
        bodies("pack_postings")[body](field.docs, field.freqs, table, words)
        bodies("pack_positions")[body](field.freqs, field.positions, table, position_words)
        docs, freqs, positions = np.zeros(3, np.uint32), np.zeros(3, np.uint32), np.zeros(5, np.uint32)
        bodies("unpack_postings")[body](words, table, docs, freqs)
        bodies("unpack_positions")[body](position_words, table, freqs, positions)
        assert (docs.tolist(), freqs.tolist()) == (field.docs.tolist(), field.freqs.tolist())
        assert positions.tolist() == field.positions.tolist()
