"""Dates as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.dateline import Dateline, dateline


@pytest.mark.parametrize(
    ("iso", "words", "machine"),
    [
        ("2021", "2021", "2021"),
        ("2021-07", "July 2021", "2021-07"),
        ("2021-07-05", "5 July 2021", "2021-07-05"),
        ("2021-07-25T10:34", "25 July 2021, 10:34", "2021-07-25T10:34"),
        ("2021-07-25T10:34:59.5Z", "25 July 2021, 10:34 UTC", "2021-07-25T10:34Z"),
        ("2021-07-25T10:34+00:00", "25 July 2021, 10:34 UTC", "2021-07-25T10:34+00:00"),
        ("2021-07-25T10:34+0200", "25 July 2021, 10:34 UTC+2", "2021-07-25T10:34+02:00"),
        ("2021-07-25T10:34-03:30", "25 July 2021, 10:34 UTC−3:30", "2021-07-25T10:34-03:30"),
        ("0987-03-01", "1 March 0987", "0987-03-01"),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(iso: str, words: str, machine: str) -> None:
    assert dateline(iso) == Dateline(words, machine)


@pytest.mark.parametrize("text", ["", "last Friday", "2021-13", "2021-02-30", "20210725"])
def test_what_is_no_date_is_shown_as_it_came(text: str) -> None:
    assert dateline(text) == Dateline(text)


@given(st.text() | st.from_regex(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}([+-]\d{2}:?\d{2}|Z)?"))
def test_any_text_has_words(text: str) -> None:
    assert dateline(text).words or not text
