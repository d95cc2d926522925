"""ISO 8601 dates of any precision, as spans of seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import seconds, span


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", "2021-01-01T00:00:00", "2021-12-31T23:59:59"),
        ("2021-12", "2021-12-01T00:00:00", "2021-12-31T23:59:59"),
        ("2020-2", "2020-02-01T00:00:00", "2020-02-29T23:59:59"),
        ("2021-07-25", "2021-07-25T00:00:00", "2021-07-25T23:59:59"),
        ("2021-07-25T10:34", "2021-07-25T10:34:00", "2021-07-25T10:34:59"),
        ("2021-07-25T10:34Z", "2021-07-25T10:34:00", "2021-07-25T10:34:59"),
        ("2021-07-25T10:34:56.789+02:00", "2021-07-25T08:34:56", "2021-07-25T08:34:56"),
        ("2021-07-25 00:10-0530", "2021-07-25T05:40:00", "2021-07-25T05:40:59"),
    ],
)
def test_a_date_is_the_span_of_its_precision(text: str, first: str, last: str) -> None:
    found = span(text)
    assert found is not None
    ends = [datetime.fromtimestamp(moment, UTC) for moment in (found[0], found[1] - 1)]
    assert [end.isoformat()[:19] for end in ends] == [first, last]


NO_DATES = ["", "soon", "2021-13", "2021-02-30", "2021-07-25T25:00", "21", "٢٠٢١", "2021-07-25T10"]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_none(text: str) -> None:
    assert span(text) is None


MINUTES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=MINUTES))
def test_seconds_agree_with_the_standard_library(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert seconds(whole.isoformat()) == (whole - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


@given(st.text(max_size=40))
def test_any_text_is_a_span_or_none(text: str) -> None:
    found = span(text)
    assert found is None or found[0] < found[1]
