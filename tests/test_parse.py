"""A reader's text becomes a query, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import Analyzer
from search.parse import DEEPEST, MOST_WORDS, Parsed, parse
from search.query import And, DateRange, Everything, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Query, Term, Wildcard

PLAIN = Analyzer(stem=False)


def parsed(text: str) -> Parsed:
    return parse(text, PLAIN)


def in_body(query: Query) -> Query:
    """The part of a query over all fields that looks in the body."""
    match query:
        case And(children):
            return And(tuple(in_body(child) for child in children))
        case Not(child):
            return Not(in_body(child))
        case Or(children) if all(getattr(child, "field", "") in ("title", "tags", "body") for child in children):
            bodies = [child for child in children if getattr(child, "field", "") == "body"]
            return bodies[0] if len(bodies) == 1 else Or(tuple(bodies))
        case Or(children):
            return Or(tuple(in_body(child) for child in children))
        case _:
            return query


def body(word: str) -> Term:
    return Term("body", word)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("storm", body("storm")),
        ("storm bank", And((body("storm"), body("bank")))),
        ("storm AND bank", And((body("storm"), body("bank")))),
        ("storm OR bank", Or((body("storm"), body("bank")))),
        ("a b OR c", Or((And((body("a"), body("b"))), body("c")))),
        ("a (b OR c)", And((body("a"), Or((body("b"), body("c")))))),
        ("storm -bank", And((body("storm"), Not(body("bank"))))),
        ("storm NOT bank", And((body("storm"), Not(body("bank"))))),
        ("-bank", And((Everything(), Not(body("bank"))))),
        ("storm (-a -b)", And((body("storm"), And((Everything(), Not(body("a")), Not(body("b"))))))),
        ("-(-a)", And((Everything(), Not(And((Everything(), Not(body("a")))))))),
        ("storm +bank", And((body("storm"), body("bank")))),
        ('"sea level"', Phrase("body", ("sea", "level"))),
        ("“sea level”", Phrase("body", ("sea", "level"))),
        ('"sea level"~3', Phrase("body", ("sea", "level"), 3)),
        ("sea-level", Phrase("body", ("sea", "level"))),
        ("elect*", Prefix("body", "elect")),
        ("wom?n", Wildcard("body", "wom?n")),
        ("strom~", Fuzzy("body", "strom", 1)),
        ("strom~2", Fuzzy("body", "strom", 2)),
        ("storm^3", Term("body", "storm", 3.0)),
        ("storm bank storm", And((body("storm"), body("bank")))),
        ("and or not", And((body("and"), body("or"), body("not")))),
    ],
)
def test_syntax(text: str, query: Query) -> None:
    found = parsed(text)
    assert in_body(found.query) == query
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("title:storm", Term("title", "storm")),
        ("headline:storm", Term("title", "storm")),
        ("author:khan", Term("authors", "khan")),
        ("tags:(a b)", And((Term("tags", "a"), Term("tags", "b")))),
        ('section:"Asia & Pacific"', Phrase("section", ("asia", "pacific"))),
        ("language:EN", Term("language", "en")),
        ("id:/A/1", Term("id", "/A/1")),
        ("title:-storm", And((Everything(), Not(Term("title", "storm"))))),
    ],
)
def test_fields(text: str, query: Query) -> None:
    assert parsed(text).query == query


YEAR = {2020: 1577836800, 2021: 1609459200, 2022: 1640995200}


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("published:2020", YEAR[2020], YEAR[2021]),
        ("published:2020..2021", YEAR[2020], YEAR[2022]),
        ("published:[2020 TO 2021]", YEAR[2020], YEAR[2022]),
        ("published:[2021 TO 2020]", YEAR[2020], YEAR[2022]),
        ("published:[2020 TO *]", YEAR[2020], None),
        ("published:..2020", None, YEAR[2021]),
        ("published:>2020", YEAR[2021], None),
        ("published:>=2020", YEAR[2020], None),
        ("published:<2021", None, YEAR[2021]),
        ("published:<=2021", None, YEAR[2022]),
        ("date:2020-12", 1606780800, YEAR[2021]),
        ("date:2020-12-31", 1609372800, YEAR[2021]),
        ("date:[2020-06-15 TO 2020-06-20]", 1592179200, 1592697600),
    ],
)
def test_dates_are_whole_spans(text: str, start: int | None, end: int | None) -> None:
    assert parsed(text).query == DateRange("published", start, end)


def test_a_prefix_finds_what_its_word_became_in_a_stemmed_index() -> None:
    found = in_body(parse("elections*", Analyzer()).query)
    assert found == Or((Prefix("body", "elections"), Term("body", "elect")))


def test_a_title_tells_more_than_a_body() -> None:
    assert parsed("storm").query == Or((Term("title", "storm", 2.0), Term("tags", "storm", 1.5), body("storm")))


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("autor:smith", "Did you mean author"),
        ("published:soon", "“soon” is not a date"),
        ("published:2021-02-30", "is not a date"),
        ("storm )", "closing parenthesis"),
        ("storm ***", "no letter or digit"),
        ("title:[2020 TO 2021]", "belongs to published:"),
        ("word " * 10_000, f"first {MOST_WORDS} words"),
        ("(" * 10_000 + "a", f"first {DEEPEST} levels"),
        ("title:-" * 5_000 + "a", f"first {DEEPEST} levels"),
    ],
)
def test_what_is_left_out_is_said(text: str, warning: str) -> None:
    assert any(warning in said for said in parsed(text).warnings)


@pytest.mark.parametrize("text", ["", "   ", "***", "()", "AND", "\x00", '"', "-"])
def test_without_a_word_nothing_matches(text: str) -> None:
    assert parsed(text).query == Nothing()


def test_the_sentence_says_how_the_query_was_read() -> None:
    assert parsed('storm -"sea level" title:bank published:2020..').sentence == (
        "Articles with “storm” and without “sea level” and with “bank” in title and published from 2020 to today"
    )


def test_marks_leave_out_what_was_excluded() -> None:
    assert {leaf.text for leaf in parsed("storm -bank").marks if isinstance(leaf, Term)} == {"storm"}


SYNTAX = st.sampled_from([
    '"', "(", ")", "-", "+", " AND ", " OR ", " NOT ", "title:", "published:", "x:", "*", "?", "~", "^2", "[2020 TO",
    "]", "\x00", "\ud800", "storm", "2021", "é", "..", " ",
])  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(SYNTAX, max_size=60).map("".join)))
def test_every_string_is_a_query(text: str) -> None:
    found = parse(text, Analyzer())
    assert well_formed(found.query), found.query
    assert found.sentence or found.query == Nothing()


def well_formed(query: Query) -> bool:
    """`Not` stands only inside an `And` that also has something to match."""
    match query:
        case And(children):
            return any(not isinstance(child, Not) for child in children) and all(
                well_formed(child.child if isinstance(child, Not) else child) for child in children
            )
        case Or(children):
            return bool(children) and all(well_formed(child) for child in children)
        case Not():
            return False
        case _:
            return True
