"""Which plans are clauses of atoms, which kernels.pruning takes, and what is left of them as a mask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.snapshot import Snapshot
from search.clauses import conjunction
from search.collection import Collection
from search.plan import tree
from search.query import And, DateRange, Not, Or, Phrase, Prefix, Query, Term
from tests.articles import article, write

STORM, WIND, RAIN = (Term("body", text) for text in ("storm", "wind", "rain"))
TITLE = Term("title", "storm")
PHRASE = Phrase("body", ("storm", "wind"))
DATED = DateRange("published", 0, None)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder = tmp_path_factory.mktemp("index")
    articles = [article("/1", "storm wind rain", title="Storm"), article("/2", "storm rain"), article("/3", "rainbow")]
    write(folder, articles)
    yield Collection(Snapshot.open(folder))


@pytest.mark.parametrize(
    ("query", "atoms", "clauses"),
    [
        (STORM, [(1, 0)], [1]),
        (Or((STORM, WIND)), [(1, 0), (1, 0)], [2]),
        (And((STORM, WIND)), [(1, 0), (1, 0)], [1, 1]),
        (PHRASE, [(2, 1)], [1]),
        (And((PHRASE, RAIN)), [(2, 1), (1, 0)], [1, 1]),
        (Or((PHRASE, TITLE)), [(1, 0), (2, 1)], [2]),
        (And((Or((PHRASE, TITLE)), RAIN)), [(1, 0), (1, 0), (2, 1)], [1, 2]),
        (And((RAIN, Not(STORM))), [(1, 0), (1, 0)], [1, -1]),
        (And((RAIN, Not(Or((PHRASE, TITLE))))), [(1, 0), (1, 0), (2, 1)], [1, -2]),
        (And((Prefix("body", "rain"), STORM)), [(1, 0), (1, 0), (1, 0)], [2, 1]),
    ],
    ids=str,
)
def test_shapes(collection: Collection, query: Query, atoms: list[tuple[int, int]], clauses: list[int]) -> None:
    found = conjunction(tree(query, collection)[0])
    assert found is not None
    assert not found.is_masked
    assert [tuple(atom) for atom in found.shape[0].tolist()] == atoms
    assert found.shape[1].tolist() == clauses


def test_dates_and_what_is_no_clause_are_left_as_a_mask(collection: Collection) -> None:
    found = conjunction(tree(And((RAIN, DATED, Not(And((STORM, WIND))))), collection)[0])
    assert found is not None
    assert found.shape[1].tolist() == [1]
    assert found.is_masked
    assert len(found.masked.dated) == len(found.masked.without) == 1


@pytest.mark.parametrize("query", [DATED, Not(STORM), Or((PHRASE, DATED)), And((DATED, Not(STORM)))], ids=str)
def test_what_has_no_clause_that_must_match_is_none(collection: Collection, query: Query) -> None:
    assert conjunction(tree(query, collection)[0]) is None


def test_no_more_can_be_candidates_than_pass_the_rarest_clause(collection: Collection) -> None:
    found = conjunction(tree(And((Or((PHRASE, TITLE)), RAIN)), collection)[0])
    assert found is not None
    assert found.candidates == 2
    assert sorted(found.doc_freqs) == [1, 1, 2, 2]
