"""The one value behind every door."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import marked_html
from search.engine import Engine, Sort
from search.errors import ArticleNotFound
from search.page import Page, answer, web_address
from search.parameters import Parameters
from search.reading import read
from tests.articles import article
from tests.web.archives import DEAL, NEWS, STORM, CannedEngine


def ask(engine: Engine, q: str, **asked: object) -> Page:
    return answer(engine, Parameters(q=q, **asked))  # type: ignore[arg-type]  # a test's shorthand


def ids(page: Page) -> list[str]:
    return [item.hit.id for item in page.items]


def test_a_result_shows_where_it_matched(news: Engine) -> None:
    (item,) = ask(news, 'title:fishing tags:"north sea"').items
    assert item.hit.id == DEAL.id
    assert marked_html(item.title) == "Ministers sign <mark>fishing</mark> deal after two years of talks"
    assert [marked_html(tag) for tag in item.tags] == ["fishing", "<mark>North Sea</mark>"]


def test_a_phrase_may_run_from_one_tag_to_the_next(news: Engine) -> None:
    (item,) = ask(news, 'tags:"fishing north"').items
    assert [marked_html(tag) for tag in item.tags] == ["<mark>fishing</mark>", "<mark>North</mark> Sea"]


def test_ranks_count_over_all_pages(news: Engine) -> None:
    first, second = ask(news, "harbour", page_size=1), ask(news, "harbour", page_size=1, page=2)
    assert (first.pages, first.items[0].rank, second.items[0].rank) == (3, 1, 2)
    assert ids(first) != ids(second)


def test_an_empty_query_lists_all_articles_the_newest_first(news: Engine) -> None:
    page = ask(news, "  ")
    assert (page.total, page.sort, page.sentence) == (len(NEWS), Sort.NEWEST, "All articles")
    assert ids(page)[:2] == [DEAL.id, STORM.id]


def test_without_snippets_no_body_is_fetched() -> None:
    engine = CannedEngine(STORM)
    engine.articles = None  # type: ignore[assignment,method-assign]  # calling it would fail
    (item,) = ask(engine, "storm", snippets=0).items
    assert (item.snippets, item.word_count) == ((), None)


def test_words_are_counted_where_the_body_is_at_hand(news: Engine) -> None:
    assert ask(news, "title:storm").items[0].word_count == len(STORM.body.split())


def test_an_article_deleted_after_ranking_is_shown_without_a_passage() -> None:
    engine = CannedEngine(STORM)
    engine.articles = lambda ids: [None for _ in ids]  # type: ignore[method-assign]
    (item,) = ask(engine, "storm").items
    assert (item.title.text, item.snippets) == (STORM.title, ())


def test_pages_reach_as_deep_as_pages_can_be_asked_for() -> None:
    page = ask(CannedEngine(STORM, total=1_000_000), "storm", page_size=200)
    assert (page.total, page.pages) == (1_000_000, 50)


def test_where_nothing_is_found_looser_queries_are_tried(news: Engine) -> None:
    looser = {
        item.change: (item.q, item.total) for item in ask(news, 'title:harbours "fishing talks" xyzzy').relaxations
    }
    assert looser == {"Any of the words": ("harbours OR fishing OR talks OR xyzzy", 3)}
    looser = {item.change: (item.q, item.total) for item in ask(news, 'fishing "harbours both"').relaxations}
    assert looser == {
        'Without "harbours both"': ("fishing", 2),
        "The words anywhere, not side by side": ("fishing (harbours both)", 2),
        "Any of the words": ("fishing OR harbours OR both", 3),
    }


@pytest.mark.parametrize(
    ("q", "change", "looser"),
    [
        ("section:fishing storm", "In every field", "fishing storm"),
        ("storm -closed", "Without the exclusions", "storm"),
        ("storm published:1999", "Without published:1999", "storm"),
        ("storm published:[1990 TO 1999]", "Without published:1990..1999", "storm"),
        ("deal horizonn", "Without horizonn", "deal"),
        ("deal autor:quill", "author: in place of autor:", "deal authors:quill"),
        ("storm horizonn -deal", "Any of the words", "(storm OR horizonn) -deal"),
        ('storm "fishing OR deal"', "Any of the words", "storm OR fishing OR deal"),
    ],
)
def test_each_way_to_loosen_a_query(news: Engine, q: str, change: str, looser: str) -> None:
    page = ask(news, q)
    assert page.total == 0
    assert looser in [item.q for item in page.relaxations if item.change == change]


def test_where_something_is_found_nothing_looser_is_tried(news: Engine) -> None:
    assert ask(news, "storm").relaxations == ()


@given(st.text(st.sampled_from('abf "():-+~*^.ORAND\x00') | st.characters(codec=None)))
@settings(max_examples=60, deadline=None)
def test_any_text_is_answered(q: str) -> None:
    page = ask(CannedEngine(*NEWS, total=0), q)
    assert page.total == 0 and all(item.q for item in page.relaxations)


def test_ten_thousand_words_are_answered_and_the_limit_is_said(news: Engine) -> None:
    page = ask(news, "storm " * 10_000)
    assert ids(page) == [STORM.id]
    assert any("words of the query were used" in warning for warning in page.warnings)


def test_a_null_character_separates_words(news: Engine) -> None:
    assert ids(ask(news, "storm\x00friday")) == [STORM.id]


def test_an_article_is_read_with_its_words_marked(news: Engine) -> None:
    page = read(news, DEAL.id, "fair deal")
    assert marked_html(page.paragraphs[2]).startswith("“It is a <mark>fair</mark> <mark>deal</mark>,”")
    assert (page.marked, page.first_marked, page.word_count) == (5, 0, len(DEAL.body.split()))
    assert " ".join(text.text for text in page.paragraphs) == DEAL.body.replace("\n\n", " ")


def test_a_missing_article_is_said_to_be_missing(news: Engine) -> None:
    with pytest.raises(ArticleNotFound):
        read(news, "nowhere")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("HTTP://news.example", "HTTP://news.example"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//news.example/a", ""),
        ("https:///a", ""),
        ("https://[broken", ""),
        ("/etc/passwd", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, shown: str) -> None:
    assert web_address(url) == shown


@given(st.lists(st.text(max_size=20), max_size=4), st.text(max_size=40))
@settings(deadline=None)
def test_tags_are_shown_as_they_are(tags: list[str], q: str) -> None:
    engine = CannedEngine(article("a", "body", tags=tuple(tags)))
    (item,) = ask(engine, q).items
    assert len(item.tags) == len(tags)
    assert all(len(shown.text) == len(tag) for shown, tag in zip(item.tags, tags, strict=True))
