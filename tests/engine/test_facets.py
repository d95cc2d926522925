"""Facets are what counting the stored articles by hand gives, whatever the query and the segments."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article
from index.codec.compiled import compile_kernels
from search import route
from search.engine import FACETS, MOST_VALUES, Facet, Request
from search.query import Or, Term
from tests.engine.differential import SHAPES
from tests.engine.worlds import World

FIELDS = FACETS[:5]


def with_values(world: World, article: Article) -> Article:
    chosen = world.random.choices
    return replace(
        article,
        section=world.random.choice(["", "World", "Home", "Arts"]),
        source=f"source {world.random.randint(0, MOST_VALUES + 20)}",
        language=world.random.choice(["", "en", "fr"]),
        tags=tuple(chosen(["sea", "wind", "", "fish", "Süd"], k=world.random.randint(0, 4))),
        authors=tuple(chosen([f"author {n}" for n in range(90)], k=world.random.randint(0, 3))),
    )


def by_hand(name: str, articles: list[Article]) -> Facet:
    counts: Counter[str] = Counter()
    for article in articles:
        value = getattr(article, name)
        counts.update({value} if isinstance(value, str) else set(value))
    counts.pop("", None)
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return Facet(name, tuple(ranked[:MOST_VALUES]), max(len(ranked) - MOST_VALUES, 0))


@pytest.mark.parametrize("shape", SHAPES)
def test_facets_of_random_trees(shape: str, tmp_path: Path) -> None:
    compile_kernels()
    world = World(202)
    ours, oracle = SHAPES[shape](tmp_path, [with_values(world, article) for article in world.articles(300)])
    for _ in range(40):
        query = world.query()
        found = ours.search(Request(query, limit=1000, facets=FIELDS))
        articles = [article for article in ours.articles([hit.id for hit in found.hits]) if article]
        assert len(articles) == found.total
        assert found.facets == tuple(by_hand(name, articles) for name in FIELDS)
        dates = Request(query, limit=0, facets=("month", "year"))
        assert ours.search(dates).facets == oracle.search(dates).facets
    ours.close()
    oracle.close()


def test_with_facets_a_total_is_exact_that_would_not_have_been_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_kernels()  # The numpy twins count everybody.
    monkeypatch.setattr(route, "MOST_COUNTED", 0)
    world = World(7)
    ours, _ = SHAPES["one segment"](tmp_path, world.articles(300))
    query = Or((Term("body", "w1"), Term("body", "w2")))
    without = ours.search(Request(query))
    found = ours.search(Request(query, facets=("year",)))
    assert (without.total_relation, found.total_relation) == ("gte", "eq")
    assert found.total == len(ours.search(Request(query, limit=300)).hits)
    assert found.hits == without.hits
    # The last page is full: only who has counted knows that none follows.
    last = [ours.search(Request(query, found.total - 10, facets=facets)) for facets in ((), ("year",))]
    assert [page.more for page in (found, *last)] == [True, True, False]
    ours.close()
