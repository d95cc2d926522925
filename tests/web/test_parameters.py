"""What may be asked of a search, and what is said to those who ask for something else."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engine import Sort
from search.errors import BadRequest
from search.parameters import DEEPEST_RESULT, LARGEST_PAGE, MOST_SNIPPETS, NAMES, Parameters, read_parameters

VALID = st.builds(
    Parameters,
    q=st.text(),
    page=st.integers(1, 50),
    page_size=st.integers(1, LARGEST_PAGE),
    sort=st.none() | st.sampled_from(Sort),
    snippets=st.integers(0, MOST_SNIPPETS),
)


def refusal(*pairs: tuple[str, str]) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        read_parameters(pairs)
    return caught.value


def test_everything_has_a_default() -> None:
    assert read_parameters([]) == read_parameters([(name, "") for name in NAMES]) == Parameters()


@given(VALID)
def test_an_address_holds_the_whole_search(parameters: Parameters) -> None:
    assert read_parameters(parse_qsl(parameters.query_string(), keep_blank_values=True)) == parameters


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


def test_an_empty_query_lists_the_newest_first() -> None:
    assert Parameters(q=" ").order is Sort.NEWEST
    assert Parameters(q="storm").order is Sort.RELEVANCE
    assert Parameters(sort=Sort.OLDEST).order is Sort.OLDEST


@given(st.text(st.characters(codec=None)))
def test_half_a_surrogate_pair_never_gets_further(q: str) -> None:
    Parameters(q=q).q.encode("utf-8")
    Parameters(q=q).query_string().encode("ascii")
