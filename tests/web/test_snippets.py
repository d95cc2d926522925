"""The passages that say best why an article matched."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import Analyzer
from search.document import marked_html
from search.marked import Marked, cut, showable
from search.marks import FieldMarker, clues_of
from search.parse import parse
from search.snippets import LENGTH, snippets

ANALYZER = Analyzer()
HOSTILE = st.text(st.sampled_from("<>&\"'/= abmrk\x00\u202e\n")) | st.text()


def quoted(query: str, body: str, count: int = 2) -> tuple[Marked, ...]:
    clues = clues_of(parse(query, ANALYZER).marks).get("body", ())
    return snippets(body, FieldMarker(ANALYZER, clues).marks(body), count)


def html(query: str, body: str, count: int = 2) -> list[str]:
    return [marked_html(snippet) for snippet in quoted(query, body, count)]


FILLER = "Nothing of note was said at all about it on this day. " * 6


def test_a_passage_is_a_whole_sentence() -> None:
    body = f"{FILLER}Then a storm came. {FILLER}"
    assert html("storm", body, 1)[0].startswith("Then a <mark>storm</mark> came. Nothing")


def test_the_passage_with_more_of_the_words_wins() -> None:
    body = f"A storm. {FILLER}\n\n{FILLER}A storm closed the harbour. {FILLER}"
    assert "A <mark>storm</mark> closed the <mark>harbour</mark>." in html("storm harbour", body, 1)[0]


def test_a_word_that_is_everywhere_counts_less_than_a_rare_one() -> None:
    body = "The man and the dog and the cat left the town. " * 5 + "\n\nA far horizon."
    assert html("the horizon", body, 1) == ["A far <mark>horizon</mark>."]


def test_a_second_passage_shows_what_the_first_did_not() -> None:
    body = f"Storm and harbour. {FILLER}\n\nStorm and harbour again. {FILLER}\n\nA gale. {FILLER}\n\nA gale again."
    assert [snippet.text.split(". ")[0] for snippet in quoted("storm harbour gale", body)] == [
        "Storm and harbour",
        "A gale",
    ]


def test_passages_come_in_the_order_of_the_article() -> None:
    body = f"The harbour is closed.\n\n{FILLER}\n\nStorm, storm and harbour."
    assert [snippet.text for snippet in quoted("storm harbour", body)] == [
        "The harbour is closed.",
        "Storm, storm and harbour.",
    ]


def test_a_long_sentence_is_cut_around_the_match_and_says_so() -> None:
    body = "word " * 200 + "storm" + " word" * 200
    (snippet,) = quoted("storm", body)
    assert "<mark>storm</mark>" in marked_html(snippet)
    assert snippet.text.startswith("…word") and snippet.text.endswith("word…") and len(snippet.text) <= LENGTH + 2


def test_a_sentence_is_not_ended_by_a_title_or_an_initial() -> None:
    body = f"{FILLER}\n\nOn Friday Mr. Hale and J. P. Storm spoke to the U.S. Senate."
    assert html("hale", body, 1) == ["On Friday Mr. <mark>Hale</mark> and J. P. Storm spoke to the U.S. Senate."]


def test_a_passage_stays_within_its_paragraph() -> None:
    assert html("storm", "A storm.\n\nA calm.", 1) == ["A <mark>storm</mark>."]


def test_an_article_that_matched_elsewhere_shows_its_beginning() -> None:
    assert html("title:storm", "A calm day.\n\nA storm.") == ["A calm day."]
    (opening,) = quoted("", "word " * 100)
    assert opening.text.endswith("word…") and len(opening.text) <= LENGTH + 1


def test_a_headline_that_the_body_repeats_is_not_quoted() -> None:
    body, headline = "Storm over town\n\nIt was a big storm. All was calm.", "Storm over town"
    marks = FieldMarker(ANALYZER, clues_of(parse("storm", ANALYZER).marks)["body"]).marks(body)
    assert [marked_html(snippet) for snippet in snippets(body, marks, 2, headline)] == [
        "It was a big <mark>storm</mark>. All was calm."
    ]
    assert [snippet.text for snippet in snippets(body, marks[:1], 2, headline)] == ["It was a big storm. All was calm."]
    (opening,) = snippets(headline, marks[:1], 2, headline)
    assert marked_html(opening) == "<mark>Storm</mark> over town"


@pytest.mark.parametrize("body", ["", " \n\n "])
def test_nothing_is_quoted_from_an_empty_body(body: str) -> None:
    assert quoted("storm", body) == ()


def test_as_many_passages_as_asked_for() -> None:
    body = "\n\n".join(f"Storm number {number}. {FILLER}" for number in range(6))
    assert [len(quoted("storm", body, count)) for count in range(6)] == [0, 1, 2, 3, 4, 5]


def test_a_body_without_a_space_is_cut_all_the_same() -> None:
    (snippet,) = quoted("x*", "x" * 5_000)
    assert 0 < len(snippet.text) <= 5_002 and "<mark>" in marked_html(snippet)


@given(HOSTILE, st.sampled_from(["a", "b*", "mark", '"a b"', "m?rk", "a OR b"]), st.integers(0, 5))
def test_html_holds_no_markup_but_mark_and_says_what_text_and_offsets_say(body: str, query: str, count: int) -> None:
    found = quoted(query, body, count)
    assert len(found) <= count
    for snippet in found:
        assert_only_marks(snippet)


@given(HOSTILE, st.data())
def test_any_marked_text_is_escaped(text: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part = cut(text, spans, start, end)
    assert part.text == showable(text)[start:end]
    assert_only_marks(part)


@given(st.text(), st.lists(st.sampled_from(["storm", "the", "a"]), min_size=1))
def test_marks_stay_on_their_words(before: str, words: list[str]) -> None:
    body = before + " . " + " ".join(words)
    for snippet in quoted("storm", body, 5):
        assert {snippet.text[start:end].lower() for start, end in snippet.offsets} <= {"storm"}


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag + "".join(f" {name}" for name, _ in attrs))

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


def assert_only_marks(snippet: Marked) -> None:
    bare = marked_html(snippet).replace("<mark>", "").replace("</mark>", "")
    assert not set(bare) & set("<>\"'")
    assert unescape(bare) == snippet.text
    elements = _Elements()
    elements.feed(marked_html(snippet))
    elements.close()
    assert set(elements.tags) <= {"mark"}
    assert len(elements.tags) == sum(start < end for start, end in snippet.offsets)
