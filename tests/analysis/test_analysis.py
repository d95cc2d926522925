from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from whoosh.fields import TEXT, Schema
from whoosh.filedb.filestore import RamStorage

from index.analysis import PLAIN, Analyzer, is_shouted
from index.whoosh_schema import whoosh_analyzer
from tests.analysis.texts import TEXTS

ENGLISH = Analyzer()
POLYGLOT = Analyzer(also=("fr", "de"))


def terms(text: str, language: str = "", analyzer: Analyzer = ENGLISH) -> list[list[str]]:
    """The terms at each position."""
    places: dict[int, list[str]] = {}
    for token in analyzer.tokens(text, language):
        places.setdefault(token.position, []).append(token.text)
    return list(places.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elections, ELECTION", "elect elect"),
        ("Trump's and Trump’s", "trump and trump"),
        ("O'Brien don't O’Brien’s", "obrien dont obrien"),
        ("she'll we've I'm we're he'd", "she we i we he"),
        ("'90s students' ‘quoted’ 'quoted'", "90s student quot quot"),
        ("in Zürich", "in zurich+zürich"),
        ("the CIA and the C.I.A. said", "the cia+CIA and the cia+CIA said"),
        ("US, U.S., U.S.'s and us or Us", "us+US us+US us+US and us or us"),
        ("a U.S.-led plan", "a us+US led plan"),
        ("at 5 p.m.Tuesday", "at 5 pm+PM tuesday"),
        ("J.Smith of plan B.", "j smith of plan b"),
        ("OIL PRICES RISE SHARPLY", "oil price rise sharpli"),
        ("U.S. OIL PRICES RISE", "us+US oil price rise"),
        ("F-35 and COVID-19", "f 35 and covid+COVID 19"),
        ("foo@bar.com", "foo bar com"),
        ("Inter-Service-Intelligence", "inter servic intellig"),
        ("R&D at AT&T's and Barnes&Noble", "r&d at at&t and barn nobl"),
        ("9/11 and/or 24/7", "9/11 and or 24/7"),
        ("1,000,000 1,000.5 1,2 12,34 3.5 1,000th", "1000000 1000.5 1 2 12 34 3.5 1000th"),
        ("$1.5bn, £1.5bn or 5%", "1.5bn+$1.5bn 1.5bn+£1.5bn or 5+5%"),
        ("C++ C# #MeToo Disney+ a+b", "c+c++ c+c# metoo+#metoo disney+disney+ a b"),
        ("東京 한국 ไทย", "東 京 한 국 ไ ท ย"),
        ("x\u00adray ﬁrst CO² 5½", "xray first co2 5½"),
        ("Ёлка новый ЦРУ", "елка+ёлка новый цру+ЦРУ"),
        ("Łódź smørrebrød", "lodz+łódź smorrebrod+smørrebrød"),
        ("end.Next word_word <b>bold</b>", "end next word word b bold b"),
        ("\x00 . , — “” \ud800 \U0001f600 \u0301", ""),
    ],
)
def test_article_words_become_terms(text: str, expected: str) -> None:
    # Only between words is a plus the sign for "beside".
    wanted = [re.split(r"(?<=[^+])\+(?=.)", words, maxsplit=1) for words in expected.split()]
    assert terms(text) == wanted


@pytest.mark.parametrize(
    ("query", "alternatives"),
    [
        ("elections", {"elect": 1.0}),
        ("Zürich", {"zurich": 1.0, "zürich": 0.5}),
        ("zurich", {"zurich": 1.0}),
        ("CIA", {"cia": 1.0, "CIA": 0.5}),
        ("C.I.A.", {"cia": 1.0, "CIA": 0.5}),
        ("cia", {"cia": 1.0}),
        ("US", {"US": 1.0}),
        ("u.s.", {"US": 1.0}),
        ("us", {"us": 1.0}),
        ("WHO", {"WHO": 1.0}),
        ("thé", {"thé": 1.0}),
        ("OIL", {"oil": 1.0, "OIL": 0.5}),
        ("C++", {"c++": 1.0}),
        ("#metoo", {"metoo": 1.0, "#metoo": 0.5}),
        ("$1.5bn", {"1.5bn": 1.0, "$1.5bn": 0.5}),
        ("5%", {"5": 1.0, "5%": 0.5}),
        ("1,000,000", {"1000000": 1.0}),
    ],
)
def test_query_word_has_these_alternatives(query: str, alternatives: dict[str, float]) -> None:
    (found,) = ENGLISH.query_words(query)
    assert found == tuple(alternatives.items())


def test_part_of_a_shouted_query_asks_for_the_common_word() -> None:
    assert is_shouted("GIVE US MORE OIL") and not is_shouted("US GDP") and not is_shouted("US\nUK\nCIA\nFBI\nUN")
    assert ENGLISH.query_words("US", shouted=True) == [(("us", 1.0),)]


def test_articles_are_stemmed_by_their_language_where_queries_are_too() -> None:
    assert terms("l'homme d'État", "fr", POLYGLOT) == [["homm"], ["etat", "état"]]
    assert terms("l'homme", "fr-CA", POLYGLOT) == [["homm"]]
    assert terms("l'homme", "fr", ENGLISH) == [["lhomm"]]
    assert [dict(forms) for forms in POLYGLOT.query_words("élections")] == [
        {"elect": 1.0, "election": 1.0, "élections": 0.5}
    ]


def test_prefixes_are_folded_and_not_stemmed() -> None:
    assert ENGLISH.fold("Élections*") == "elections*"


@settings(deadline=None)
@given(TEXTS)
@example("l'ᄀ")
@example("U.S.'s.")
def test_every_word_of_a_text_is_found_by_itself(text: str) -> None:
    assume(not is_shouted(text))
    for language in ("", "fr"):
        places: dict[int, set[str]] = {}
        tokens = POLYGLOT.tokens(text, language)
        for token in tokens:
            places.setdefault(token.position, set()).add(token.text)
        for token in tokens:
            asked = [dict(forms) for forms in POLYGLOT.query_words(text[token.start : token.end])]
            assert any(places[token.position] & forms.keys() for forms in asked), (token, asked)


@given(st.text(st.sampled_from("aBc19'.,/&#$+%-_ \n\"(;!"), max_size=20))
def test_ascii_is_cut_alike_in_a_text_that_is_not_ascii_throughout(text: str) -> None:
    assert [*ENGLISH.chunks(text).findall(text), "é"] == ENGLISH.chunks(f"{text} é").findall(f"{text} é")


CHUNKS = st.from_regex(r"[A-Za-z]{1,8}(['’]s)?|[$#]?[0-9]{1,4}(,[0-9]{3}){0,2}(\.[0-9]{1,2})?%?", fullmatch=True)


@given(st.lists(CHUNKS | TEXTS.flatmap(lambda text: st.sampled_from(ENGLISH.chunks(text).findall(text) or ["a"]))))
def test_chunks_read_at_a_glance_mean_what_reading_them_says(chunks: list[str]) -> None:
    for analyzer in (ENGLISH, POLYGLOT, PLAIN, Analyzer(exact=False)):
        for mode in (("en", False), ("fr", True)):
            for chunk, term in zip(chunks, analyzer.read_simple(chunks, mode), strict=True):
                if term and analyzer.chunks(chunk).fullmatch(chunk):
                    assert [(entry.text, entry.step) for entry in analyzer.read(chunk, mode)] == [(term, 1)], chunk


@settings(deadline=None)
@given(TEXTS)
def test_a_text_is_found_by_itself_as_a_phrase(text: str) -> None:
    places = terms(text)
    asked = ENGLISH.query_words(text)
    assert len(places) == len(asked)
    assert all(forms[0][0] in place for forms, place in zip(asked, places, strict=True))


@settings(deadline=None)
@given(TEXTS)
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    tokens = ENGLISH.tokens(text)
    assert [t.position for t in tokens] == sorted(t.position for t in tokens)
    assert {t.position for t in tokens} == set(range(len({t.position for t in tokens})))
    assert all(0 <= t.start < t.end <= len(text) and 0 < len(t.text) <= 64 for t in tokens)
    assert len({(t.position, t.text) for t in tokens}) == len(tokens)
    assert not any(c.isspace() or "\ud800" <= c <= "\udfff" or c == "\0" for t in tokens for c in t.text)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_words_are_runs_of_letters_and_digits(text: str) -> None:
    assert [t.text for t in PLAIN.tokens(text)] == [w[:64] for w in re.findall(r"[a-z0-9]+", text.lower())]


def test_equal_settings_survive_pickling() -> None:
    assert pickle.loads(pickle.dumps(POLYGLOT)) == POLYGLOT


@settings(deadline=None)
@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4))
def test_stock_whoosh_makes_the_same_terms_at_the_same_places(texts: list[str]) -> None:
    schema = Schema(body=TEXT(analyzer=whoosh_analyzer(ENGLISH)))
    index = RamStorage().create_index(pickle.loads(pickle.dumps(schema)))
    with index.writer() as writer:
        for text in texts:
            writer.add_document(body=text)
    found: set[tuple[int, str, int]] = set()
    with index.reader() as reader:
        for term in reader.field_terms("body"):
            matcher = reader.postings("body", term)
            while matcher.is_active():
                found |= {(matcher.id(), term, position) for position in matcher.value_as("positions")}
                matcher.next()
    assert found == {(i, t.text, t.position) for i, text in enumerate(texts) for t in ENGLISH.tokens(text)}
