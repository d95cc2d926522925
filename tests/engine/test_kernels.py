"""Every loop gives what its numpy twin gives, to the last bit, and pruning what scoring everything gives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.codec import bitmaps
from index.codec.compiled import compile_kernels
from search.kernels import narrow, pruning
from search.kernels.edits import within_edits
from search.kernels.leaves import Leaf, Sum, leaf_scores
from search.kernels.narrow import NO_PHRASE, TO_BE_LISTED, pass_clauses
from search.kernels.pruning import ALL, rank_clauses
from search.kernels.sums import rank
from search.kernels.top import COUNT, LOOKED_AT, MOST_TIED, THE_TOP, TIED, Order, best, room_for
from search.kernels.union import scan
from search.kernels.windows_loops import MANY_TERMS
from search.score import rounder
from tests.engine.differential import twins_only
from tests.engine.parts import DOC_FREQS, DOCUMENTS, Generated, generated

pytest.importorskip("numba")
TERMS = st.lists(st.integers(0, 2 * len(DOC_FREQS) - 1), min_size=1, max_size=6)
MORE_TERMS = st.lists(st.sampled_from([*range(8), *range(9, 17)]), min_size=1, max_size=16)
WEIGHTS = st.sampled_from([0.25, 1.0, 1.7, 3.0, 9.0])
SEEDS = st.integers(0, 2**31)
# How far down a ranking begins, as a part of all that is found; None is the top.
BEGINNINGS = st.none() | st.floats(0.0, 0.999)


@pytest.fixture(scope="module", params=["all live", "some deleted", "no bitmaps"])
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    compile_kernels()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "no bitmaps":
            patch.setattr(bitmaps, "LEAST", 2**40)
        made = generated(tmp_path_factory.mktemp("part"), seed=7, deleted=request.param == "some deleted")
    yield made


def weighted(data: Generated, numbers: list[int], seed: int) -> Sum:
    random = np.random.default_rng(seed)
    weights = sorted(random.choice([0.25, 1.0, 1.7, 3.0, 9.0], len(numbers)).tolist(), reverse=True)
    return data.terms(numbers, weights)


def beginning(found: tuple[np.ndarray, np.ndarray], dates: np.ndarray, part: float | None) -> Order:
    """The order in which the ranking begins at the score and the date of something that is found."""
    docs, scores = found
    if part is None or not len(docs):
        return dates, *THE_TOP
    at = np.lexsort((docs, -dates[docs], -scores))[int(len(docs) * part)]
    return dates, float(scores[at]), int(dates[docs[at]])


def tied(out: tuple[np.ndarray, ...]) -> tuple[int, list[int]]:
    """How many were left out, and who if they are named."""
    count = int(out[2][TIED])
    return count, sorted(out[3][:count].tolist()) if count <= MOST_TIED else []


def listed(count: int, out: tuple[np.ndarray, ...]) -> tuple[list[int], list[float]]:
    return out[0][:count].tolist(), out[1][:count].tolist()


@settings(max_examples=40, deadline=None)
@given(numbers=TERMS, seed=SEEDS, scored=st.booleans())
def test_scan(data: Generated, numbers: list[int], seed: int, scored: bool) -> None:
    terms = weighted(data, numbers, seed)
    limits, outs = (rounder(terms[1]), scored), [room_for(DOCUMENTS)[:2] for _ in range(2)]
    found = [
        listed(run(data.part, terms, limits, out), out) for run, out in zip((scan.loop(), scan.twin), outs, strict=True)
    ]
    assert found[0] == found[1]


@example(numbers=[7], seed=0, counting=False, wanted=10, part=None)
@example(numbers=[7], seed=0, counting=True, wanted=3, part=0.5)
@example(numbers=[7, 8], seed=0, counting=False, wanted=10, part=0.1)
@settings(max_examples=120, deadline=None)
@given(
    numbers=TERMS | MORE_TERMS, seed=SEEDS, counting=st.booleans(), wanted=st.sampled_from([1, 3, 10, 200]),
    part=BEGINNINGS,
)
def test_rank_is_the_best_of_scan(
    data: Generated, numbers: list[int], seed: int, counting: bool, wanted: int, part: float | None
) -> None:
    terms = weighted(data, numbers, seed)
    rounded_by, everything = rounder(terms[1]), room_for(DOCUMENTS)
    count = scan.loop()(data.part, terms, (rounded_by, True), everything[:2])
    expected, pruned = room_for(wanted), room_for(wanted)
    found_docs = everything[0][:count], everything[1][:count]
    order = beginning(found_docs, data.dates, part)
    kept = best.twin(found_docs, order, expected)
    found = rank(data.part, terms, order, (rounded_by, -np.inf, counting), pruned)
    assert listed(found, pruned) == listed(kept, expected)
    assert tied(pruned) == tied(expected)
    assert pruned[2][COUNT] == count if counting else pruned[2][COUNT] <= count
    by_twins = room_for(wanted)
    with twins_only():
        assert listed(rank(data.part, terms, order, (rounded_by, -np.inf, True), by_twins), by_twins) == listed(
            kept, expected
        )


@settings(max_examples=40, deadline=None)
@given(numbers=TERMS, seed=SEEDS, wanted=st.sampled_from([1, 10]))
def test_rank_from_a_lowest_score_on_leaves_out_only_what_is_lower(
    data: Generated, numbers: list[int], seed: int, wanted: int
) -> None:
    terms = weighted(data, numbers, seed)
    rounded_by, free, bound = rounder(terms[1]), room_for(wanted), room_for(wanted)
    order = data.dates, *THE_TOP
    count = rank(data.part, terms, order, (rounded_by, -np.inf, True), free)
    lowest = free[1][count // 2]
    again = rank(data.part, terms, order, (rounded_by, lowest, False), bound)
    reaching = int((free[1][:count] >= lowest).sum())
    assert listed(again, bound) == listed(reaching, free)


ATOM = st.tuples(st.lists(st.integers(0, 17), min_size=1, max_size=3), st.integers(1, 4))
CLAUSE = st.tuples(st.lists(ATOM, min_size=1, max_size=3), st.booleans())


@example(clauses=[([([8], 1)], True), ([([7], 1)], True), ([([6], 1)], True)], seed=0, wanted=10, part=None, counted=0)
@example(clauses=[([([8, 17], 1), ([7], 1)], True), ([([16], 1)], False)], seed=0, wanted=3, part=0.3, counted=50)
@example(clauses=[([([n], 1) for n in (7, 16, 8)], True)], seed=0, wanted=10, part=None, counted=0)
@example(clauses=[([([7, 8, 17], 1)], True)], seed=1, wanted=10, part=None, counted=0)
@example(
    clauses=[([([15], 1), ([8], 1)], True), ([([7, 16], 1), ([6, 7], 1)], True)],
    seed=69, wanted=10, part=None, counted=0,
)
@example(
    clauses=[([([6, 6, 8], 1), ([6, 8, 7], 1)], True), ([([8, 7], 1), ([8, 7], 1)], True)],
    seed=31, wanted=3, part=None, counted=0,
)
@example(
    clauses=[([([6, 17], 1)], True), ([([7], 1), ([17, 6], 1)], True)], seed=51, wanted=10, part=None, counted=0
)
@example(clauses=[([([17, 8, 8], 1)], True), ([([7], 1), ([6], 1)], True)], seed=1, wanted=1, part=None, counted=0)
@example(
    clauses=[([([6], 1), ([0, 2], 1)], True), ([([6], 1)], True), ([([2, 8], 1)], False)],
    seed=0, wanted=1, part=0.5, counted=0,
)
@settings(max_examples=300, deadline=None)
@given(
    clauses=st.lists(CLAUSE, min_size=1, max_size=4),
    seed=SEEDS,
    wanted=st.sampled_from([1, 3, 10, 200]),
    part=BEGINNINGS,
    counted=st.sampled_from([0, 50, 1_000, 2**62]),
)
def test_rank_clauses_is_the_best_of_all_that_pass(
    data: Generated, clauses: list[tuple[list[tuple[list[int], int]], bool]], seed: int, wanted: int,
    part: float | None, counted: int,
) -> None:  # fmt: skip
    atoms = [atom for clause, _ in clauses for atom in clause]
    sizes = [len(clause) if wanted or n == 0 else -len(clause) for n, (clause, wanted) in enumerate(clauses)]
    shape = np.array([(len(terms), slop if len(terms) > 1 else 0) for terms, slop in atoms]), np.array(sizes)
    terms = weighted(data, [number for numbers, _ in atoms for number in numbers], seed)
    rounded_by, everything = rounder(terms[1]), room_for(DOCUMENTS)
    count = rank_clauses.twin(
        data.part, (terms, shape), (rounded_by, -np.inf, ALL), ((data.dates, *THE_TOP), everything)
    )
    found_docs = everything[0][:count], everything[1][:count]
    order, expected = beginning(found_docs, data.dates, part), room_for(wanted)
    kept = best.twin(found_docs, order, expected)
    for run in (rank_clauses.loop(), rank_clauses.twin):
        pruned = room_for(wanted)
        with pytest.MonkeyPatch.context() as patch:
            # So few that most phrases have candidates at which numpy need not look, or not at the same time.
            patch.setattr(pruning, "LOOKED_AT_TOGETHER", (12, 40))
            patch.setattr(narrow, "LOOKED_AT_TOGETHER", 100)
            found = run(data.part, (terms, shape), (rounded_by, -np.inf, counted), (order, pruned))
        assert listed(found, pruned) == listed(kept, expected)
        assert tied(pruned) == tied(expected)
        assert pruned[2][COUNT] == count if counted > DOCUMENTS else pruned[2][COUNT] <= count


@pytest.mark.parametrize("clauses", [[1, 1], [2, 1], [1, 1, 1]], ids=str)
def test_rank_clauses_counts_as_many_as_it_is_told_to(data: Generated, clauses: list[int]) -> None:
    terms = weighted(data, [7, 8, 16][: sum(clauses)], 3)
    shape, everything = (np.array([[1, 0]] * sum(clauses)), np.array(clauses)), room_for(10)
    limits = rounder(terms[1]), -np.inf
    rank_clauses.twin(data.part, (terms, shape), (*limits, 0), ((data.dates, *THE_TOP), everything))
    for counted in (10, 1_000):
        out = room_for(10)
        rank_clauses.loop()(data.part, (terms, shape), (*limits, counted), ((data.dates, *THE_TOP), out))
        assert min(counted, everything[2][COUNT]) <= out[2][COUNT] < everything[2][COUNT]


def test_rank_clauses_says_how_many_postings_it_looked_at(data: Generated) -> None:
    terms, out = weighted(data, [7, 8], 3), room_for(10)
    shape, limits = (np.array([[1, 0], [1, 0]]), np.array([1, 1])), (rounder(terms[1]), -np.inf, 2**62)
    rank_clauses.loop()(data.part, (terms, shape), limits, ((data.dates, *THE_TOP), out))
    # Of the commoner term only those are that candidates may match; without a bitmap whole blocks are.
    most = DOC_FREQS[7] + DOC_FREQS[8] if not terms[0][:, Leaf.BITMAP].any() else 2 * DOC_FREQS[7]
    assert 1.8 * DOC_FREQS[7] < out[2][LOOKED_AT] <= most


@pytest.mark.parametrize("counting", [True, False])
def test_rank_of_more_terms_than_are_read_side_by_side(data: Generated, counting: bool) -> None:
    terms = weighted(data, [number % 18 for number in range(MANY_TERMS + 6)], 3)
    limits, outs = (rounder(terms[1]), -np.inf, counting), [room_for(10) for _ in range(2)]
    found = [
        listed(run(data.part, terms, (data.dates, *THE_TOP), limits, out), out)
        for run, out in zip((rank.loop(), rank.twin), outs, strict=True)
    ]
    assert found[0] == found[1]
    assert outs[0][2][COUNT] == outs[1][2][COUNT]


@settings(max_examples=40, deadline=None)
@given(clauses=st.lists(TERMS, min_size=1, max_size=4), seed=SEEDS, scored=st.booleans())
def test_clauses_narrow(data: Generated, clauses: list[list[int]], seed: int, scored: bool) -> None:
    terms = weighted(data, [number for clause in clauses for number in clause], seed)
    signs = np.where(np.random.default_rng(seed).random(len(clauses)) < 0.7, 1, -1)
    signs[0] = 1
    sizes = signs * [len(clause) for clause in clauses]
    limits = (rounder(terms[1]), scored)
    found = []
    for run in (pass_clauses.loop(), pass_clauses.twin):
        out = room_for(DOCUMENTS)[:2]
        found.append(listed(run(data.part, terms, (sizes, NO_PHRASE, TO_BE_LISTED), limits, out), out))
    assert found[0] == found[1]
    for run in (pass_clauses.loop(), pass_clauses.twin):
        out = np.arange(0, DOCUMENTS, 3, dtype=np.uint32), np.zeros(DOCUMENTS // 3)
        found.append(listed(run(data.part, terms, (sizes, NO_PHRASE, len(out[0])), limits, out), out))
    assert found[2] == found[3]


@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(st.sampled_from([5, 6, 7, 8, 14, 15, 16, 17]), min_size=2, max_size=4), slop=st.integers(1, 4))
def test_phrases(data: Generated, numbers: list[int], slop: int) -> None:
    terms = data.terms(numbers, [1.0] * len(numbers))
    found = []
    for run in (pass_clauses.loop(), pass_clauses.twin):
        out = room_for(DOCUMENTS)[:2]
        conditions = (np.ones(len(numbers), np.int64), slop, TO_BE_LISTED)
        found.append(listed(run(data.part, terms, conditions, (rounder(terms[1]), True), out), out))
    assert found[0] == found[1]


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, size=st.integers(0, 300), wanted=st.integers(1, 40), part=BEGINNINGS)
def test_best_breaks_ties_by_date_and_says_when_ids_must_decide(
    seed: int, size: int, wanted: int, part: float | None
) -> None:
    random = np.random.default_rng(seed)
    docs, scores = (
        np.sort(random.choice(1000, size, replace=False)).astype(np.uint32),
        random.integers(0, 4, size) * 0.5,
    )
    outs = [room_for(wanted) for _ in range(2)]
    order = beginning((docs, scores), random.integers(0, 6, 1000), part)
    found = [
        listed(run((docs, scores), order, out), out) for run, out in zip((best.loop(), best.twin), outs, strict=True)
    ]
    assert found[0] == found[1]
    assert tied(outs[0]) == tied(outs[1])


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.text("abcé€𝄞", max_size=6)), wanted=st.text("abcé€𝄞", max_size=6), most=st.integers(0, 3))
def test_edits(words: list[str], wanted: str, most: int) -> None:
    encoded = [word.encode() for word in words]
    blob = np.frombuffer(b"".join(encoded), np.uint8)
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.uint32)
    characters = np.array([ord(character) for character in wanted], np.uint32)
    close = [np.zeros(len(words), np.bool_) for _ in range(2)]
    within_edits.loop()(blob, offsets, characters, most, close[0])
    within_edits.twin(blob, offsets, characters, most, close[1])
    assert close[0].tolist() == close[1].tolist() == [edits(word, wanted) <= most for word in words]


def edits(one: str, other: str) -> int:
    """Levenshtein's distance as it is defined."""
    if not one or not other:
        return len(one) + len(other)
    kept = edits(one[1:], other[1:])
    return kept if one[0] == other[0] else 1 + min(kept, edits(one[1:], other), edits(one, other[1:]))


def test_scores_of_a_term_follow_the_formula(data: Generated) -> None:
    docs, scores = leaf_scores(data.part, data.rows[5], 2.0, rounder([2.0]))
    assert len(docs) == DOC_FREQS[5]
    assert scores.max() < 2.0 * 2.2
