import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.extract.dates import find_date, find_dates, iso_date, month_number, read_date


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("10:34 GMT25 July 2021", "2021-07-25T10:34+00:00"),
        ("July 25, 2021 at 3:05 pm", "2021-07-25T15:05"),
        ("Published: 2024-05-02 20:53 BST", "2024-05-02T20:53+01:00"),
        ("28.04.2023, 18:15 Uhr", "2023-04-28T18:15"),
        ("le 22 novembre 2024 à 7h22", "2024-11-22T07:22"),
        ("2025年1月14日 21時17分", "2025-01-14T21:17"),
        ("2 de diciembre de 2024", "2024-12-02"),
        ("14 мая 2025, 20:28", "2025-05-14T20:28"),
        ("8 stycznia 2026, 17:46", "2026-01-08T17:46"),
        ("Updated 3:05 p.m. ET, Tue May 5, 2020", "2020-05-05T15:05"),
        ("3 December 2024, 11:05 PM (GMT+2)", "2024-12-03T23:05"),
        ("Mon, 25 Jul 2022 10:00:00 +0200", "2022-07-25T10:00+02:00"),
        ("20240502T101112Z", "2024-05-02T10:11:12+00:00"),
        ("1684159200000", "2023-05-15T14:00:00+00:00"),
        ("12:00 12 May 1997", "1997-05-12T12:00"),
        ("12:30 am, May 12, 1997", "1997-05-12T00:30"),
    ],
)
def test_dates_as_papers_write_them(written: str, date: str) -> None:
    assert read_date(written) == date


@pytest.mark.parametrize("words", ["Published 3 hours ago", "yesterday", "version 1.2.3", "31 February 2021",
                                   "2021-13-01",
                                   "the 25 best of 2021", "call 555 12 34"])  # fmt: skip
def test_what_is_no_date(words: str) -> None:
    assert read_date(words) == ""


def test_the_order_of_day_and_month_is_decided_by_the_reader() -> None:
    assert find_date("03/04/2021") == "2021-04-03"
    assert find_date("03/04/2021", month_first=True) == "2021-03-04"
    assert find_date("13/04/2021", month_first=True) == "2021-04-13"


def test_all_dates_of_a_text_in_order() -> None:
    assert list(find_dates("From 1 May 2020 to 3 May 2020")) == ["2020-05-01", "2020-05-03"]


@given(st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_every_instant_survives(moment: datetime.datetime, minutes: int) -> None:
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    written = moment.replace(microsecond=0, tzinfo=zone).isoformat()
    assert datetime.datetime.fromisoformat(iso_date(written)) == datetime.datetime.fromisoformat(written)


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = read_date(text)
    assert found == "" or found[:4].isdigit()


def test_months_of_many_languages() -> None:
    assert [month_number(name) for name in ("März", "août", "październik", "Aralık", "июля", "nonsense")] == [
        3,
        8,
        10,
        12,
        7,
        0,
    ]


def test_months_in_their_inflections_and_in_both_spellings_of_persian() -> None:
    assert [month_number(word) for word in ("Jänner", "stycznia", "styczniu", "wrzesnia", "setiembre")] == [
        1,
        1,
        1,
        9,
        9,
    ]
    assert month_number("ژانویه") == month_number("ژانويه") == 1
