"""What may be asked of a search, and what is said to those who ask for something else."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.cursor import cursor_text, read_cursor
from search.engine import FACETS, Position, Sort
from search.errors import BadRequest
from search.parameters import (
    API_NAMES,
    DEEPEST_RESULT,
    LARGEST_PAGE,
    MOST_SNIPPETS,
    NAMES,
    Parameters,
    read_parameters,
)

VALID = st.builds(
    Parameters,
    q=st.text(),
    page=st.integers(1, 50),
    page_size=st.integers(1, LARGEST_PAGE),
    sort=st.none() | st.sampled_from(Sort),
    snippets=st.integers(0, MOST_SNIPPETS),
    facets=st.lists(st.sampled_from(FACETS), unique=True).map(tuple),
)
POSITIONS = st.builds(
    Position,
    score=st.floats(allow_nan=False, allow_infinity=False),
    published=st.integers(-(2**62), 2**62),
    id=st.text(st.characters(codec=None)),
)


def refusal(*pairs: tuple[str, str]) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        read_parameters(pairs)
    return caught.value


def test_everything_has_a_default() -> None:
    assert read_parameters([]) == read_parameters([(name, "") for name in NAMES]) == Parameters()


@given(VALID)
def test_an_address_holds_the_whole_search(parameters: Parameters) -> None:
    assert read_parameters(parse_qsl(parameters.query_string(), keep_blank_values=True), API_NAMES) == parameters


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("page", "0", "counts from 1"),
        ("page", "-3", "counts from 1"),
        ("page", "abc", "must be a whole number, not “abc”"),
        ("page", "1.5", "must be a whole number"),
        ("page", "١", "must be a whole number"),
        ("page", "1001", "first 10,000 results; with page_size=10 the last is 1000"),
        ("page", "9" * 30, "must be a whole number"),
        ("page_size", "100000", "The maximum is 200."),
        ("page_size", "0", "must be from 1 to 200"),
        ("snippets", "6", "The maximum is 5."),
        ("sort", "best", "must be one of relevance, newest, oldest, not “best”"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(name: str, value: str, said: str) -> None:
    error = refusal((name, value))
    assert error.parameter == name and said in error.detail


def test_the_deepest_page_is_within_reach() -> None:
    assert read_parameters([("page", str(DEEPEST_RESULT // 10))]).offset == DEEPEST_RESULT - 10


@pytest.mark.parametrize("name", NAMES)
def test_a_repeated_parameter_is_refused(name: str) -> None:
    assert "more than once" in refusal((name, "1" if name != "sort" else "newest"), (name, "2")).detail


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("pagesize", "page_size"), ("pages", "page"), ("limit", "page_size"), ("order-by", "sort"), ("query", "q"),
     ("snipets", "snippets"), ("Sort", "sort"), ("per_page", "page_size")],
)  # fmt: skip
def test_an_unknown_parameter_is_refused_with_the_nearest_known_one(name: str, nearest: str) -> None:
    error = refusal((name, "1"))
    assert error.parameter == name and error.detail.endswith(f"Did you mean {nearest}?")


def test_an_unknown_parameter_that_resembles_nothing_lists_what_there_is() -> None:
    assert refusal(("xyzzy", "1")).detail.endswith("Known are: q, page, page_size, sort, snippets.")


@given(POSITIONS, st.text(), st.sampled_from(Sort))
def test_a_cursor_holds_its_position_to_the_last_bit(position: Position, q: str, sort: Sort) -> None:
    text = cursor_text(position, q, sort)
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert read_cursor(text, q, sort) == position
    asked = Parameters(q=q, sort=sort, cursor=cursor_text(position, Parameters(q=q).q, sort))
    assert asked.after == position
    assert read_parameters(parse_qsl(asked.query_string(), keep_blank_values=True), API_NAMES) == asked


@given(POSITIONS, st.data())
def test_a_garbled_cursor_is_refused(position: Position, data: st.DataObject) -> None:
    text = cursor_text(position, "storm", Sort.NEWEST)
    at = data.draw(st.integers(0, len(text) - 1))
    # The last character may hold bits that mean nothing.
    other = data.draw(st.characters(exclude_characters=text[at])) if at < len(text) - 1 else ""
    with pytest.raises(BadRequest, match="cursor: is not one that this service gave"):
        read_cursor(text[:at] + other + text[at + 1 :], "storm", Sort.NEWEST)


@given(st.text())
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(BadRequest, match="cursor: is not one that this service gave"):
        read_cursor(text, "storm", Sort.NEWEST)


@pytest.mark.parametrize(("q", "sort"), [("calm", Sort.NEWEST), ("storm", Sort.OLDEST), ("storm ", Sort.NEWEST)])
def test_a_cursor_of_another_search_is_refused(q: str, sort: Sort) -> None:
    text = cursor_text(Position(1.5, 0, "/1"), "storm", Sort.NEWEST)
    with pytest.raises(BadRequest, match="cursor: belongs to another search"):
        Parameters(q=q, sort=sort, cursor=text)


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_and_a_cursor_together_are_refused(page: int) -> None:
    text = cursor_text(Position(1.5, 0, "/1"), "storm", Sort.RELEVANCE)
    with pytest.raises(BadRequest, match="cursor: .* page: give one of them"):
        read_parameters([("q", "storm"), ("page", str(page)), ("cursor", text)], API_NAMES)


def test_an_empty_query_lists_the_newest_first() -> None:
    assert Parameters(q=" ").order is Sort.NEWEST
    assert Parameters(q="storm").order is Sort.RELEVANCE
    assert Parameters(sort=Sort.OLDEST).order is Sort.OLDEST


@given(st.text(st.characters(codec=None)))
def test_half_a_surrogate_pair_never_gets_further(q: str) -> None:
    Parameters(q=q).q.encode("utf-8")
    Parameters(q=q).query_string().encode("ascii")
