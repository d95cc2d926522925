"""What every engine promises, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from index.analysis import Analyzer
from index.article import Article
from search.engine import FACETS, MOST_VALUES, Engine, Facet, Request, Sort, position
from search.errors import EngineUnavailable
from search.local_engine import LocalEngine
from search.parse import parse
from search.query import (
    And,
    DateRange,
    Everything,
    Fuzzy,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Wildcard,
)
from search.whoosh_engine import WhooshEngine
from tests.articles import article, write
from tests.engine.walking import walked

ENGINES: dict[str, Callable[[Path], Engine]] = {"whoosh": WhooshEngine, "local": LocalEngine}

Build = Callable[..., Engine]


@pytest.fixture(params=ENGINES)
def engine_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Build]:
    """Builds the engine over an index to which lists of articles were committed one after the other."""
    opened: list[Engine] = []

    def build(*commits: Sequence[Article]) -> Engine:
        for commit in commits:
            write(tmp_path / "index", commit, Analyzer())
        opened.append(ENGINES[request.param](tmp_path / "index"))
        return opened[-1]

    yield build
    for engine in opened:
        engine.close()


def ids(engine: Engine, query: Query | str, **window: object) -> list[str]:
    tree = parse(query, engine.analyzer()).query if isinstance(query, str) else query
    return [hit.id for hit in engine.search(Request(tree, **window)).hits]  # type: ignore[arg-type]  # a test's shorthand


STORM = article("/storm", "A big storm closed the bank.", published="2021-03-04", tags=("weather", "banks"))
RAIN = article("/rain", "Rain, and more rain.", published="2020-01-02T08:00+01:00")
CALM = article("/calm", "The storm was not big at all.")
ARTICLES = [STORM, RAIN, CALM]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Term("body", "rain"), {"/rain"}),
        (Term("body", "nowhere"), set()),
        (Phrase("body", ("big", "storm")), {"/storm"}),
        (Phrase("body", ("storm", "big")), set()),
        (Phrase("body", ("storm", "big"), 3), {"/calm"}),
        (And((Term("body", "storm"), Term("body", "bank"))), {"/storm"}),
        (And((Term("body", "storm"), Not(Term("body", "bank")))), {"/calm"}),
        (Or((Term("body", "rain"), Term("body", "bank"))), {"/rain", "/storm"}),
        (Or((Term("body", "big"), Term("body", "storm"), Term("body", "bank")), 3), {"/storm"}),
        (Prefix("body", "rai"), {"/rain"}),
        (Wildcard("body", "st?r*"), {"/storm", "/calm"}),
        (Fuzzy("body", "storn"), {"/storm", "/calm"}),
        (DateRange("published", 1600000000, None), {"/storm"}),
        (DateRange("published", None, 1600000000), {"/rain"}),
        (Everything(), {"/storm", "/rain", "/calm"}),
        (Nothing(), set()),
        (Not(Term("body", "storm")), {"/rain"}),
        (And((Term("body", "storm"), DateRange("published", None, 1))), set()),
    ],
    ids=str,
)
def test_matches(engine_of: Build, query: Query, expected: set[str]) -> None:
    engine = engine_of(ARTICLES)
    ranking = engine.search(Request(query))
    assert {hit.id for hit in ranking.hits} == expected
    assert (ranking.total, ranking.total_relation) == (len(expected), "eq")


def test_matches_do_not_depend_on_segments(engine_of: Build) -> None:
    engine = engine_of([STORM], [RAIN], [CALM])
    assert ids(engine, "storm -bank") == ["/calm"]
    assert ids(engine, "storm OR rain", sort=Sort.NEWEST) == ["/storm", "/rain", "/calm"]


def test_replaced_article_is_found_once(engine_of: Build) -> None:
    engine = engine_of([article("/a", "storm")], [article("/a", "storm again")])
    ranking = engine.search(Request(Term("body", "storm")))
    assert ([hit.id for hit in ranking.hits], ranking.total) == (["/a"], 1)
    assert ids(engine, "again") == ["/a"]


def test_an_exact_repeat_within_one_commit_is_one_article(engine_of: Build) -> None:
    engine = engine_of([article("/a", "storm"), article("/a", "rain")])
    assert (ids(engine, "storm"), ids(engine, "rain")) == ([], ["/a"])


def test_more_of_a_word_ranks_higher(engine_of: Build) -> None:
    engine = engine_of([article("/1", "storm and calm"), article("/2", "storm and storm")])
    assert ids(engine, Term("body", "storm")) == ["/2", "/1"]


def test_a_match_in_the_title_outranks_one_in_the_body(engine_of: Build) -> None:
    engine = engine_of([article("/b", "the storm", title="Weather"), article("/t", "the weather", title="Storm")])
    assert ids(engine, "storm") == ["/t", "/b"]


def test_ties_are_broken_by_newest_then_id(engine_of: Build) -> None:
    dates = {"/c": "2020", "/b": "2021", "/a": "2020", "/d": ""}
    engine = engine_of([article(i, "storm", title="x", published=date) for i, date in dates.items()])
    assert ids(engine, Term("body", "storm")) == ["/b", "/a", "/c", "/d"]


def test_sort_by_date_puts_the_undated_last(engine_of: Build) -> None:
    dates = {"/c": "2020-05-01T10:00", "/b": "2021", "/d": ""}
    engine = engine_of([article(i, "storm", published=date) for i, date in dates.items()])
    assert ids(engine, Everything(), sort=Sort.NEWEST) == ["/b", "/c", "/d"]
    assert ids(engine, Everything(), sort=Sort.OLDEST) == ["/c", "/b", "/d"]


@pytest.mark.parametrize("sort", Sort)
def test_pages_partition_the_ranking(engine_of: Build, sort: Sort) -> None:
    engine = engine_of([article(f"/{n:02}", "storm " * (n % 7 + 1), published=f"20{n:02}") for n in range(25)])
    whole = ids(engine, Term("body", "storm"), limit=100, sort=sort)
    assert len(whole) == 25
    pages = [ids(engine, Term("body", "storm"), offset=offset, sort=sort) for offset in range(0, 30, 10)]
    assert sum(pages, []) == whole


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("query", [Term("body", "storm"), Not(Term("body", "rain"))], ids=str)
def test_from_position_to_position_every_hit_is_met_once(engine_of: Build, query: Query, sort: Sort) -> None:
    many = [article(f"/{n:02}", "storm " * (n % 3 + 1), published=f"20{n % 4:02}" * (n % 5 > 0)) for n in range(50)]
    engine = engine_of(many[:20], many[20:], [article("/07", "storm"), article("/30", "rain")])
    whole = engine.search(Request(query, limit=100, sort=sort))
    assert len(whole.hits) == whole.total > 40 and whole.next is None
    for sizes in ([1], [7], [30, 2], [100]):
        assert walked(engine.search, Request(query, limit=100, sort=sort), sizes).hits == whole.hits


@pytest.mark.parametrize("sort", Sort)
def test_a_position_holds_though_its_article_is_gone(engine_of: Build, tmp_path: Path, sort: Sort) -> None:
    # Keywords score alike whatever else is in the archive.
    engine = engine_of([article(i, "storm", published="2021", language="en") for i in ("/1", "/2", "/3", "/4")])
    english = Term("language", "en")
    first = engine.search(Request(english, limit=2, sort=sort))
    changed = [article("/2", "storm", language="fr"), article("/1a", "storm", published="2021", language="en")]
    write(tmp_path / "index", changed)
    assert ids(engine, english, after=first.next, sort=sort) == ["/3", "/4"]


def test_a_ranking_that_ends_leads_nowhere(engine_of: Build) -> None:
    engine = engine_of(ARTICLES)
    assert engine.search(Request(Everything(), limit=3)).next is None
    assert engine.search(Request(Everything(), limit=2)).next is not None
    assert engine.search(Request(Nothing())).next is None
    assert engine.search(Request(Everything(), offset=9)).next is None
    last = engine.search(Request(Everything(), offset=2, limit=1)).hits[0]
    found = engine.search(Request(Everything(), after=position(last)))
    assert (found.hits, found.total, found.next) == ((), 3, None)


def test_facets_count_all_matching_articles(engine_of: Build) -> None:
    dated = dict(published="2021-07-25T23:30-02:00", authors=("Ann Lee", "Bo"))
    engine = engine_of(
        [
            article("/1", "storm", section="World", tags=("sea", "sea", "wind"), **dated),
            article("/2", "storm", section="World", tags=("wind",), published="2020"),
            article("/3", "storm", section="Home", language="en", source="Ledger", published="0987-02"),
            article("/4", "storm", section="Gone"),
            article("/5", "calm", section="Home", tags=("sea",)),
        ],
        [article("/4", "storm"), article("/6", "storm", section="Arts")],
    )
    found = engine.search(Request(Term("body", "storm"), limit=1, facets=FACETS))
    assert found.facets == (
        Facet("section", (("World", 2), ("Arts", 1), ("Home", 1))),
        Facet("source", (("Ledger", 1),)),
        Facet("language", (("en", 1),)),
        Facet("tags", (("wind", 2), ("sea", 1))),
        Facet("authors", (("Ann Lee", 1), ("Bo", 1))),
        Facet("year", (("0987", 1), ("2020", 1), ("2021", 1))),
        Facet("month", (("0987-02", 1), ("2020-01", 1), ("2021-07", 1))),
    )
    following = engine.search(Request(Term("body", "storm"), after=found.next, facets=("section",)))
    assert following.facets == found.facets[:1]
    assert engine.search(Request(Term("body", "storm"))).facets == ()
    assert engine.search(Request(Nothing(), facets=("tags",))).facets == (Facet("tags", ()),)


def test_a_facet_lists_the_commonest_values_and_says_how_many_others_there_are(engine_of: Build) -> None:
    sections = [f"s{n:03}" for n in range(MOST_VALUES + 7)]
    engine = engine_of([article(f"/{n}", section=name) for n, name in enumerate([*sections, "s055", "s004", "s004"])])
    (found,) = engine.search(Request(Everything(), facets=("section",))).facets
    assert found.counts[:4] == (("s004", 3), ("s055", 2), ("s000", 1), ("s001", 1))
    assert (len(found.counts), found.others) == (MOST_VALUES, 7)


def test_a_hit_shows_what_was_stored(engine_of: Build) -> None:
    full = article(
        "https://ledger.example/a?b=1#c", "storm\n\nand calm", title="Zürich", url="https://ledger.example/a",
        published="2021-03-04T05:06+02:00", modified="2021-03-05", section="World", tags=("One two", "C++"),
        authors=("Ann Lee",), source="The Evening Ledger", language="en", related=("Other headline",),
    )  # fmt: skip
    engine = engine_of([full])
    (hit,) = engine.search(Request(Term("body", "storm"))).hits
    for name in ("id", "title", "url", "published", "modified", "section", "tags", "authors", "source", "language"):
        assert getattr(hit, name) == getattr(full, name)
    assert engine.articles(["missing", full.id]) == [None, full]


def test_a_new_generation_is_seen_without_reopening(engine_of: Build, tmp_path: Path) -> None:
    engine = engine_of([STORM])
    before = engine.search(Request(Everything())).generation
    write(tmp_path / "index", [RAIN])
    after = engine.search(Request(Everything()))
    assert (after.total, after.generation.number) == (2, before.number + 1)
    assert engine.status().articles == 2


@pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES)
def test_without_an_index_the_error_says_what_to_run(make: Callable[[Path], Engine], tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="pressmark reindex SOURCE --index"):
        make(tmp_path / "nothing").search(Request(Everything()))
