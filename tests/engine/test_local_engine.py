"""The engine under commits, threads, many pages and ties."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path
from random import Random

import pytest

from index.codec.compiled import compile_kernels
from index.writer import open_writer
from search import route
from search.engine import Request, Sort
from search.local_engine import LocalEngine
from search.query import And, Everything, Not, Or, Phrase, Query, Term
from tests.articles import article, write

STORM, WIND = Term("body", "storm"), Term("body", "wind")
PHRASE = Phrase("body", ("storm", "wind"))


def ids(engine: LocalEngine, query: Query, offset: int = 0, limit: int = 10, sort: Sort = Sort.RELEVANCE) -> list[str]:
    return [hit.id for hit in engine.search(Request(query, offset, limit, sort)).hits]


@pytest.mark.parametrize("query", [STORM, Or((STORM, WIND)), And((STORM, WIND)), Everything()], ids=str)
@pytest.mark.parametrize("sort", Sort)
def test_where_all_tie_ids_decide_also_between_segments(tmp_path: Path, query: Query, sort: Sort) -> None:
    names = [f"/{number * 7 % 300:03}" for number in range(300)]
    for start in range(3):
        write(tmp_path, [article(name, "storm and wind") for name in names[start::3]])
    engine = LocalEngine(tmp_path)
    for offset in (0, 5, 295):
        assert ids(engine, query, offset, 10, sort) == sorted(names)[offset : offset + 10]


@pytest.mark.parametrize("query", [STORM, Or((STORM, WIND)), And((STORM, WIND))], ids=str)
def test_where_the_last_tie_behind_better_ones_ids_decide(tmp_path: Path, query: Query) -> None:
    names = [f"/{number * 7 % 300:03}" for number in range(300)]
    best = names[::100]
    write(tmp_path, [article(name, "storm wind " * (3 if name in best else 1) + "calm " * 9) for name in names])
    expected = [*sorted(best), *sorted(set(names) - set(best))]
    assert ids(LocalEngine(tmp_path), query, limit=10) == expected[:10]


@pytest.mark.parametrize("query", [STORM, Or((STORM, WIND)), And((STORM, WIND)), PHRASE], ids=str)
@pytest.mark.parametrize("tied", [20, 60, 90])
def test_few_and_many_that_tie_with_the_last_are_told_apart_by_their_ids(
    tmp_path: Path, query: Query, tied: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_kernels()
    monkeypatch.setattr(route, "MOST_LISTED", 0)
    names = [f"/{number * 7 % 300:03}" for number in range(tied)]
    bodies = ["storm wind " * 3] * 4 + ["storm wind"] * (tied - 4)
    write(tmp_path, [article(name, body + " calm" * 9) for name, body in zip(names, bodies, strict=True)])
    assert ids(LocalEngine(tmp_path), query) == [*sorted(names[:4]), *sorted(names[4:])][:10]


@pytest.mark.parametrize("query", [Or((STORM, WIND)), And((STORM, WIND)), PHRASE], ids=str)
def test_where_good_ones_are_looked_for_first_none_is_found_twice(
    tmp_path: Path, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_kernels()
    monkeypatch.setattr(route, "MOST_LISTED", 0)
    bodies = ["storm wind " * (5 if number % 450 == 7 else 1) + "calm " * 9 for number in range(9_000)]
    write(tmp_path, [article(f"/{9_999 - number}", body) for number, body in enumerate(bodies)])
    best = sorted(f"/{9_999 - number}" for number in range(7, 9_000, 450))
    assert ids(LocalEngine(tmp_path), query) == best[:10]


def test_words_and_phrases_over_several_fields_are_pruned_to_the_same_hits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    compile_kernels()
    random = Random(5)
    words = ["storm", "wind", "rain", "calm"]
    write(
        tmp_path,
        [
            article(f"/{n}", " ".join(random.choices(words, k=random.randint(1, 40))), title=random.choice(words))
            for n in range(12_000)
        ],
    )
    phrase = Or((PHRASE, Phrase("title", ("storm", "wind")), Term("title", "storm", 2.0)))
    request = Request(And((phrase, Or((Term("body", "rain"), Term("title", "rain"))), Not(Term("title", "calm")))))
    engine = LocalEngine(tmp_path)
    monkeypatch.setattr(route, "MOST_LISTED", 20_000)
    counted = engine.search(request)
    assert (counted.total_relation, counted.total > 3_000) == ("eq", True)
    monkeypatch.setattr(route, "MOST_LISTED", 10)
    pruned, explained = engine.search(request), engine.explain(request)
    assert pruned.hits == counted.hits
    assert pruned.total_relation == "gte"
    assert 10 <= pruned.total < counted.total
    assert (explained.plan.how, bool(explained.looked_at)) == ("rank_clauses", True)


def test_a_total_that_was_not_counted_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_kernels()  # The numpy twins count everybody.
    bodies = ["storm wind " * (1 + 9 * (number < 20)) for number in range(6_000)] + ["wind"] * 2_000 + ["storm"] * 1_000
    write(tmp_path, [article(f"/{number:04}", body) for number, body in enumerate(bodies)])
    engine = LocalEngine(tmp_path)
    either, both = Request(Or((STORM, WIND))), Request(And((STORM, WIND)))
    with monkeypatch.context() as patched:
        patched.setattr(route, "MOST_LISTED", 10_000)
        counted = [engine.search(request) for request in (either, both)]
    assert [(found.total, found.total_relation) for found in counted] == [(9_000, "eq"), (6_000, "eq")]
    monkeypatch.setattr(route, "MOST_COUNTED", 0)
    met = [engine.search(request) for request in (either, both)]
    assert [found.total_relation for found in met] == ["gte", "gte"]
    # Everybody with the commoner word, and the first thousand with both.
    assert met[0].total == 8_000
    assert 1_000 <= met[1].total < 6_000
    assert [found.hits for found in met] == [found.hits for found in counted]


def test_the_best_are_found_behind_a_stretch_without_the_words(tmp_path: Path) -> None:
    compile_kernels()  # The loops go through windows of documents.
    bodies = ["calm"] * 9_000
    bodies[:128] = ["storm wind" + " calm" * 5] * 128
    # A block of 128 that ends with a window of 4,096, so that the next window's bounds are its own.
    bodies[5_000:5_127] = ["storm wind" + " calm" * 50] * 127
    bodies[8_191] = bodies[5_000]
    bodies[8_500:8_510] = ["storm wind " * 10] * 10
    write(tmp_path, [article(f"/{number:04}", body) for number, body in enumerate(bodies)])
    assert ids(LocalEngine(tmp_path), Or((STORM, WIND))) == [f"/{number}" for number in range(8_500, 8_510)]


def test_no_fewer_are_said_to_match_than_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_kernels()  # The numpy twins count everybody.
    monkeypatch.setattr(route, "MOST_COUNTED", 0)
    write(tmp_path, [article(f"/{number:02}", "storm" if number < 5 else "wind") for number in range(11)])
    found = LocalEngine(tmp_path).search(Request(Or((STORM, WIND)), limit=50))
    assert (len(found.hits), found.total, found.total_relation) == (11, 11, "gte")


def test_those_that_tie_with_the_last_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_kernels()
    monkeypatch.setattr(route, "MOST_COUNTED", 0)
    articles = [article(f"/{number:02}", "storm") for number in range(20)]
    write(tmp_path, articles[:10])
    write(tmp_path, articles[10:])
    with open_writer(tmp_path) as writer:
        writer.delete("/00")
        writer.delete("/19")
        writer.commit()
    engine = LocalEngine(tmp_path)
    found = engine.search(Request(STORM, limit=14))
    assert len(found.hits) == 14 and 14 <= found.total <= 18
    assert 14 <= engine.search(Request(STORM, limit=14, after=found.next)).total <= 18


def test_deep_pages_go_on_where_the_ones_before_ended(tmp_path: Path) -> None:
    write(tmp_path, [article(f"/{number}", "storm " * (number % 50 + 1)) for number in range(2_000)])
    engine = LocalEngine(tmp_path)
    whole = ids(engine, STORM, limit=2_000)
    assert len(set(whole)) == 2_000
    assert ids(engine, STORM, 1_990, 20) == whole[1_990:]
    assert ids(engine, STORM, 2_000) == []


def test_without_hits_wanted_there_is_still_a_total(tmp_path: Path) -> None:
    write(tmp_path, [article(f"/{number}", "storm") for number in range(30)])
    found = LocalEngine(tmp_path).search(Request(STORM, limit=0))
    assert (found.hits, found.total, found.total_relation) == ((), 30, "eq")


def test_a_deleted_article_is_neither_found_nor_counted(tmp_path: Path) -> None:
    write(tmp_path, [article("/1", "storm"), article("/2", "storm"), article("/3", "storm")])
    write(tmp_path, [article("/2", "calm")])
    engine = LocalEngine(tmp_path)
    for query in (STORM, Or((STORM, WIND)), And((STORM, Not(WIND))), Not(Term("body", "calm"))):
        found = engine.search(Request(query))
        assert ([hit.id for hit in found.hits], found.total) == (["/1", "/3"], 2)


def test_an_old_generation_is_released_when_its_last_search_ends(tmp_path: Path) -> None:
    write(tmp_path, [article("/1", "storm")])
    engine = LocalEngine(tmp_path)
    held = engine._newest()
    watched = weakref.ref(held.collection)
    write(tmp_path, [article("/2", "storm")])
    assert ids(engine, STORM) == ["/1", "/2"]
    assert watched() is not None
    assert [row.id for row in map(held.collection.snapshot.row, range(1))] == ["/1"]
    del held
    gc.collect()
    assert watched() is None


def test_searches_in_threads_see_one_generation_each_while_articles_arrive(tmp_path: Path) -> None:
    write(tmp_path, [article("/0", "storm")])
    engine, wrong, stop = LocalEngine(tmp_path), [], threading.Event()

    def search() -> None:
        while not stop.is_set():
            found = engine.search(Request(STORM, limit=100))
            if not found.total == len(found.hits) == found.generation.number:
                wrong.append(found)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 8):
        write(tmp_path, [article(f"/{number}", "storm")])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert engine.search(Request(STORM)).total == 8


def test_an_explanation_adds_up_to_the_score(tmp_path: Path) -> None:
    write(tmp_path, [article("/1", "storm and wind", title="Storm"), article("/2", "wind"), article("/3", "rain")])
    engine = LocalEngine(tmp_path)
    request = Request(And((Or((STORM, Term("title", "storm", 2.0))), WIND, Not(Term("body", "rain")))))
    found = engine.explain(request)
    (hit,) = engine.search(request).hits
    assert [explained.id for explained in found.hits] == [hit.id]
    assert [term.term for term in found.hits[0].terms] == ["title:storm", "body:storm", "body:wind"]
    assert sum(term.score for term in found.hits[0].terms) == hit.score
    assert found.plan.what == "all of these"
    assert any("body:wind, in 2 articles" in line for line in found.lines())
    assert found.as_json()["postings"] == 4


def test_an_explanation_says_how_many_postings_were_looked_at(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    compile_kernels()  # The numpy twins look at all of them.
    write(tmp_path, [article(f"/{number:03}", "storm " * (1 + 20 * (number < 20))) for number in range(900)])
    compile_kernels()  # The numpy twins prune nothing.
    found = LocalEngine(tmp_path).explain(Request(STORM))
    assert found.postings == 900
    assert found.looked_at is not None
    assert 0 < found.looked_at < 900


def test_an_explanation_of_a_conjunction_says_whether_all_of_it_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    compile_kernels()  # The numpy twins prune nothing.
    bodies = ["storm wind " * (1 + 20 * (number < 20)) for number in range(900)]
    write(tmp_path, [article(f"/{number:03}", body) for number, body in enumerate(bodies)])
    engine, request = LocalEngine(tmp_path), Request(And((STORM, WIND)))
    assert (engine.explain(request).plan.how, engine.explain(request).looked_at) == ("rank_clauses", 1_800)
    monkeypatch.setattr(route, "MOST_LISTED", 0)
    found = engine.explain(request)
    assert found.plan.how == "rank_clauses"
    assert found.looked_at is not None and 0 < found.looked_at < found.postings == 1_800
