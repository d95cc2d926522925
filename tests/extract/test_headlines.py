"""What is said of a line that may be the headline of a dump."""

import numpy as np
import pytest

from index.extract import headlines
from index.extract.headlines import NAMES
from index.extract.lines import Line
from index.extract.text import may_be_headline

STORY = "Der Rat räumte am Dienstag schwere Versäumnisse ein und kündigte eine Untersuchung der Brände an."


def looks(*texts: str) -> list[dict[str, float]]:
    """The numbers of each line; the last is the story."""
    lines = [Line(text, False, False, 0) for text in texts]
    chances = np.array([0.0] * (len(lines) - 1) + [1.0])
    return [dict(zip(NAMES, row, strict=True)) for row in headlines.shapes(lines, chances, len(lines) - 1)]


def test_a_line_made_of_two_others_is_whole_and_they_are_its_parts() -> None:
    whole, kicker, rest, other, _ = looks(
        "Nach dem Feuer: Rat räumt Fehler ein", "Nach dem Feuer", "Rat räumt Fehler ein", "Das Wetter morgen", STORY
    )
    assert [line["joined"] for line in (whole, kicker, rest, other)] == [1, 0, 0, 0]
    assert [line["part-of-joined"] for line in (whole, kicker, rest, other)] == [0, 1, 1, 0]
    assert (kicker["head-of-longer"], rest["tail-of-longer"], whole["starts-with-other"]) == (1, 1, 1)


def test_inflected_words_and_those_with_soft_hyphens_are_shared_with_the_story() -> None:
    inflected, other, _ = looks("Rat räumt Versäum\xadnis bei Bränden ein", "Mehr Sport und Kultur", STORY)
    assert inflected["shared-count"] >= 3 / 8 > other["shared-count"]


def test_a_time_dates_a_story_too() -> None:
    headline, time, _ = looks("Rat räumt Fehler ein", "vor 3 Stunden", STORY)
    assert (headline["clock-below"], time["clock"], headline["date-below"]) == (1, 1, 0)


@pytest.mark.parametrize("text", ["By Ada Byron", "Von Mara Lindqvist und Tom Arden", "25 July 2021", "Sport", "Home"])
def test_what_is_no_headline(text: str) -> None:
    assert not may_be_headline(text)


@pytest.mark.parametrize(
    "text", ["Von Dover bis Calais: Im Tunnel der Ingenieure", "By the sea, a town rebuilds its wall"]
)
def test_a_headline_may_begin_as_a_byline_does(text: str) -> None:
    assert may_be_headline(text)
