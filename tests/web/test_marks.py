"""What is marked is what matched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import Analyzer
from search.marks import FieldMarker, clues_of, edits
from search.parse import parse
from search.pieces import KEEP_BEGINNING
from search.query import Phrase, Prefix, Term

ANALYZER = Analyzer()
WORDS = st.sampled_from(
    "storm Storms STORMY stay dying die U.S. US over-the-horizon R&D O’Brien it's l'état c++ C #storm $5 5% 3.5 1,000 "
    "ÉTÉ été naïve 東京 . — “storm” (storm) x".split()
)
GAPS = st.sampled_from([" ", " ", "\n", "\n\n", "\u00a0", "\x85", "\u2028", "—", "-", "/", ", ", ". ", "'", "’"])
TEXTS = st.text() | st.lists(st.tuples(WORDS | st.text(max_size=6), GAPS), max_size=20).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


def marked(query: str, text: str, field: str = "body", analyzer: Analyzer = ANALYZER) -> list[str]:
    clues = clues_of(parse(query, analyzer).marks).get(field, ())
    return [text[mark.start : mark.end] for mark in FieldMarker(analyzer, clues).marks(text)]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("storm", "Storms, a storm’s end; stormy", ["Storms", "storm’s"]),
        ('"white house"', "The White House, white walls of a house", ["White House"]),
        ('"white house"', "a house, white", []),
        ('"inter service"', "Inter-Service-Intelligence", ["Inter-Service"]),
        ('"big storm"~3', "a big and sudden storm, and a big tree", ["big", "storm"]),
        ("elect*", "They elected an electrician; select", ["elected", "electrician"]),
        ("wom?n", "women and a woman, womyn, womaan", ["women", "woman", "womyn"]),
        ("taliban~", "Taleban, Taliban, Talib and Tolebon", ["Taleban", "Taliban"]),
        ("zurich", "Zürich and ZURICH", ["Zürich", "ZURICH"]),
        ("storm -calm", "calm before the storm", ["storm"]),
        ("storm OR calm", "calm before the storm", ["calm", "storm"]),
        ("title:storm calm", "calm before the storm", ["calm"]),
        ("published:2021", "in 2021", []),
        ("", "anything", []),
    ],
)
def test_marks_what_the_query_matches(query: str, text: str, found: list[str]) -> None:
    assert marked(query, text) == found


def test_a_word_stands_for_its_field_only() -> None:
    assert marked("title:storm", "the storm", field="title") == ["storm"]
    assert marked("title:storm", "the storm", field="body") == []


LANGUAGES = ("en", "fr", "it", "de", "nl", "fi")


@given(TEXTS, st.sampled_from(LANGUAGES), st.data())
def test_all_tokens_with_a_term_are_marked_and_nothing_else(text: str, language: str, data: st.DataObject) -> None:
    analyzer = Analyzer(also=LANGUAGES[1:])
    tokens = analyzer.tokens(text, language)
    term = data.draw(st.sampled_from([token.text for token in tokens] or ["storm"]))
    clue = data.draw(st.sampled_from([Term("body", term), Prefix("body", term[:1]), Prefix("body", term[:2])]))
    fits = term.__eq__ if isinstance(clue, Term) else lambda other: other.startswith(clue.text)
    marks = FieldMarker(analyzer, (clue,)).marks(text, language)
    characters = {at for mark in marks for at in range(mark.start, mark.end)}
    assert characters == {at for token in tokens if fits(token.text) for at in range(token.start, token.end)}


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1)
    | st.from_regex("[a-z]{1,3}(ying|ies|ied|ing|es|s|e)", fullmatch=True)
)
def test_stemming_keeps_the_beginning_of_a_word_as_pieces_count_on(word: str) -> None:
    for language in KEEP_BEGINNING:
        (token,) = Analyzer(language=language, exact=False).tokens(word)
        assert token.text[0] == word[0], language
        assert token.text[1:2] in ("", word[1:2]) or (token.text[1], word[1]) == ("i", "y"), language


@given(TEXTS, st.lists(WORDS, min_size=1, max_size=3))
def test_marks_rise_within_the_text_and_every_match_of_a_word_is_marked(text: str, words: list[str]) -> None:
    clues = clues_of(parse(" ".join(words), ANALYZER).marks).get("body", ())
    marks = FieldMarker(ANALYZER, clues).marks(text)
    edges = [edge for mark in marks for edge in (mark.start, mark.end)]
    assert edges == sorted(edges) and len(set(edges)) == len(edges) and all(0 <= edge <= len(text) for edge in edges)
    terms = {clue.text for clue in clues if not isinstance(clue, Phrase)}
    for token in ANALYZER.tokens(text):
        if token.text in terms:
            assert any(mark.start <= token.start and token.end <= mark.end for mark in marks), token


@given(st.text("ab ", max_size=30), st.lists(st.sampled_from("ab"), min_size=2, max_size=3), st.integers(1, 3))
def test_a_phrase_is_marked_where_its_words_follow_each_other(text: str, terms: list[str], slop: int) -> None:
    analyzer = Analyzer(exact=False)
    clue = Phrase("body", tuple(terms), slop)
    words = re.findall(r"\S+", text)
    chains = [[i] for i, word in enumerate(words) if word == terms[0]]
    for term in terms[1:]:
        chains = [c + [i] for c in chains for i in range(c[-1] + 1, c[-1] + slop + 1) if words[i : i + 1] == [term]]
    expected = sorted({number for chain in chains for number in chain})
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    marks = FieldMarker(analyzer, (clue,)).marks(text)
    assert [n for n, (a, b) in enumerate(spans) if any(m.start <= a and b <= m.end for m in marks)] == expected


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("", "abc", 3), ("storm", "storm", 0), ("storm", "strom", 2), ("kitten", "sitting", 3)],
)
def test_edits_counts_insertions_deletions_and_substitutions(one: str, other: str, distance: int) -> None:
    assert edits(one, other) == edits(other, one) == distance
