"""Walking from position to position meets every hit once, in order, whatever ties and however large the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.codec.compiled import compile_kernels
from index.writer import open_writer
from search.engine import Request, Sort
from search.local_engine import LocalEngine
from search.query import And, Everything, Not, Or, Phrase, Query, Term
from tests.articles import article, write
from tests.engine.differential import twins_only
from tests.engine.walking import walked

ARTICLES = 2_400
STORM, WIND, RAIN = Term("body", "storm"), Term("body", "wind"), Term("body", "rain")
# One by each way to the best: a term, a sum, a conjunction, a phrase, a filtered sum, and what is listed.
QUERIES = [
    STORM,
    Or((STORM, WIND, RAIN)),
    And((STORM, WIND)),
    Phrase("body", ("storm", "wind")),
    And((Or((STORM, WIND)), Not(RAIN))),
    Or((And((STORM, RAIN)), WIND)),
    Everything(),
]


@pytest.fixture(scope="module", params=["one segment", "four, with deletes"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    """Few scores, few dates and many without one; ids in another order than documents."""
    folder = tmp_path_factory.mktemp("index")
    many = [
        article(
            f"/{number * 7919 % ARTICLES:04}",
            "storm wind " * (number % 3) + "rain calm " * (number % 2) + "calm",
            published=["", "", "2021-03-04", "2020", "1987-10-19T11:00"][number % 5],
        )
        for number in range(ARTICLES)
    ]
    if request.param == "one segment":
        write(folder, many)
    else:
        for start in range(3):
            write(folder, many[start::3])
        with open_writer(folder) as writer:
            for gone in many[::11]:
                writer.delete(gone.id)
            for replaced in many[1::13]:
                writer.put(article(replaced.id, "storm wind storm wind calm", published="2020"))
            writer.commit()
    compile_kernels()
    opened = LocalEngine(folder)
    yield opened
    opened.close()


@pytest.mark.parametrize("query", QUERIES, ids=str)
@settings(max_examples=6, deadline=None)
@given(sizes=st.lists(st.integers(1, 600), min_size=1, max_size=5).filter(lambda sizes: sum(sizes) > 40 * len(sizes)))
def test_a_walk_is_one_long_page(engine: LocalEngine, query: Query, sizes: list[int]) -> None:
    for sort in Sort:
        request = Request(query, limit=ARTICLES, sort=sort)
        whole = engine.search(request)
        assert len({hit.id for hit in whole.hits}) == whole.total > 300
        assert walked(engine.search, request, sizes).hits == whole.hits


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_walk_by_the_numpy_twins_is_one_long_page(engine: LocalEngine, query: Query) -> None:
    request = Request(query, limit=ARTICLES)
    whole = engine.search(request)
    with twins_only():
        assert walked(engine.search, request, [90, 301]).hits == whole.hits
