"""Every kind of nonsense that postings can hold is called by its name, and sound postings are not blamed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from index.codec import bitmaps
from index.codec.inverted import Inverted, offsets_of
from index.codec.layout import LAST_DOC, POSITION_WORD, SHAPE, WORD, FieldPostings
from index.codec.verify import problems
from tests.codec.generated import inverted_fields
from tests.codec.test_layout import field_of

Damage = Callable[[FieldPostings], None]


def sound() -> FieldPostings:
    """Three terms: one of two blocks, one of a full block, one of a single posting. All arrays may be written to."""
    counts = [200, 128, 1]
    docs = np.concatenate([np.arange(count) * 7 for count in counts]).astype(np.uint32)
    freqs = (1 + docs % 3).astype(np.uint32)
    positions = np.concatenate([np.arange(freq) * 5 for freq in freqs]).astype(np.uint32)
    field = field_of(
        Inverted(np.frombuffer(b"abc", np.uint8), np.arange(4), offsets_of(counts), docs, freqs, positions)
    )
    arrays = {each.name: getattr(field, each.name) for each in dataclasses.fields(field)}
    return dataclasses.replace(field, **{n: a.copy() for n, a in arrays.items() if isinstance(a, np.ndarray)})


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields())
def test_what_the_writer_wrote_is_sound(field: Inverted) -> None:
    assert problems(field_of(field)) == []


def put(array: str, place: object, value: int) -> Damage:
    def damage(field: FieldPostings) -> None:
        getattr(field, array)[place] = value

    return damage


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (put("term_offsets", 1, 3), "end to end"),
        (put("term_offsets", 3, 2), "end to end"),
        (put("term_blob", 0, ord("z")), "not in order"),
        (put("term_blob", 1, ord("a")), "not in order"),
        (put("first_blocks", 1, 3), "one after the other"),
        (put("first_blocks", 3, 3), "one after the other"),
        (put("blocks", (0, SHAPE), 127), "cannot hold"),
        (put("blocks", (3, SHAPE), 0), "cannot hold"),
        (put("blocks", (1, SHAPE), 0x21 << 8 | 72), "more than 32 bits"),
        (put("blocks", (1, WORD), 0), "blocks do not lie"),
        (put("blocks", (1, POSITION_WORD), 0), "positions do not lie"),
        (put("blocks", (2, LAST_DOC), 1_000_000), "not there"),
        (put("blocks", (1, LAST_DOC), 600), "do not rise"),
        (put("impacts", (1, 0), 2), "impacts"),
        (put("impacts", (0, 1), 255), "impacts"),
        (put("words", 13, 2**32 - 1), "impacts"),
        (put("lengths", 0, 0), "impacts"),
    ],
    ids=str,
)
def test_damage_is_named(damage: Damage, said: str) -> None:
    field = sound()
    assert problems(field) == []
    damage(field)
    assert said in "; ".join(problems(field))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (put("bitmaps", 0, 1), "the bitmap of a term"),
        (put("bitmaps", -1, 2**31), "the bitmap of a term"),
        (put("dense_terms", 0, 1), "the bitmaps are not those"),
    ],
    ids=str,
)
def test_damage_to_bitmaps_is_named(damage: Damage, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitmaps, "LEAST", 100)
    monkeypatch.setattr(bitmaps, "DENSITY", 2**20)
    field = sound()
    assert len(field.dense_terms) and problems(field) == []
    damage(field)
    assert said in "; ".join(problems(field))


def test_frequencies_that_do_not_add_up_are_named() -> None:
    field = dataclasses.replace(sound(), occurrences=17)
    assert problems(field) == [f"the frequencies add up to {sound().occurrences} and not to 17"]


def test_positions_that_run_over_are_named() -> None:
    field = field_of(
        Inverted(
            np.frombuffer(b"a", np.uint8), np.array([0, 1]), np.array([0, 1]), np.array([3], np.uint32),
            np.array([2], np.uint32), np.array([5, 2**32 - 2], np.uint32),
        )
    )  # fmt: skip
    words = field.position_words.copy()
    words[:2] = 2**32 - 1
    assert problems(dataclasses.replace(field, position_words=words)) == ["the positions of a posting do not rise"]


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(inverted_fields())
def test_flipped_bits_never_break_the_verifier(field: Inverted) -> None:
    read = field_of(field)
    random = np.random.default_rng(len(field.docs))
    for name in ("words", "blocks", "first_blocks", "term_offsets", "impacts"):
        array = getattr(read, name).copy()
        if array.size:
            array.flat[random.integers(array.size)] ^= array.dtype.type(1 << random.integers(8 * array.itemsize))
        assert all(isinstance(each, str) for each in problems(dataclasses.replace(read, **{name: array})))
