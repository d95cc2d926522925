"""Which line of a dump is its headline: a linear model over the lines above the story and at its beginning."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np

from index.extract import judge
from index.extract.dates import has_date
from index.extract.found import fold
from index.extract.judge import Floats
from index.extract.lines import Line
from index.extract.shapes import is_furniture, words_in

MODEL = "headline"
NAMES = (
    "distance", "at-start", "inside", "above-2", "above-5", "above-10", "words", "few-words", "many-words", "long",
    "ends",
    "colon", "repeated", "shared", "shared-count", "title-case", "furniture", "capitals", "bullet", "story",
    "date-below",
    "date-above", "byline-below", "longer-below", "prose-below", "longest", "short-above", "dated", "byline",
    "question",
    "first-like-it", "bar", "blank-before",
    "most-shared", "first-sharing", "name-below", "label-above", "shared-below", "fragment", "torn",
    "echoed", "contains", "from-story", "next-to-story", "lede-shared", "lede-count", "byline-next", "byline-soon",
    "date-near", "standfirst", "standfirst-shared", "next-story", "shared-above", "shared-soon", "top-line",
    "open-start", "name", "middle-colon", "joined", "part-of-joined", "tail-of-longer", "head-of-longer",
    "starts-with-other", "clock", "clock-below", "clock-above",
    "2-words", "3-words", "4-words", "6-words", "9-words", "14-words", "18-words",
)  # fmt: skip
# Lines this far above the story are looked at, and this far into it.
ABOVE, BELOW = 300, 8
# Of a dump of any length this much, folded, is searched for repetitions of a line; shorter lines recur by chance.
_SEARCHED, _TELLING = 200_000, 12
# A line shorter than this is not looked for in those near it.
_SHORTEST = 5
_STEM = 5
# Below this no line is taken for a headline, and the lede has to serve.
LEAST = -5.2
_QUOTES = '"”’»)'
_WORD = re.compile(r"[^\W\d_]{3,}")
_CJK_PAIR = re.compile(r"(?=([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}))")
_NAME = re.compile(r"[A-ZÀ-ÞА-Я][\w'’-]+(?: (?:[a-z]{2,3} )?[A-ZÀ-ÞА-Я][\w.'’-]+){1,3}")
_OPEN = re.compile(r"(?:\s[a-zà-ÿ]{1,3}|,|–|-)$")
_CLOCK = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3])[:.h][0-5]\d(?!\d)|"
    r"\d+ (?:hours?|mins?|minutes?|days?|Stunden?|Minuten?|Tagen?|heures?|horas?|ore|час)|"
    r"\b(?:ago|vor \d|il y a|hace|fa)\b"
)
_BYLINE = re.compile(r"^(?:by|von|par|por|di|af|av|door|words by|written by|text|oleh)\b", re.IGNORECASE)


def candidates(lines: Sequence[Line], first: int) -> range:
    """The lines that may be the headline of a story beginning at `first`."""
    return range(max(0, first - ABOVE), min(len(lines), first + BELOW))


def headline_scores(lines: Sequence[Line], chances: Floats, first: int) -> Floats:
    """How much each candidate looks like the headline, in log odds."""
    table = judge.weights(MODEL)
    return np.asarray(
        shapes(lines, chances, first) @ np.array([table["shape"][name] for name in NAMES]) + table["bias"]
    )


def shared_terms(text: str, story: str) -> float:
    """The share of the words of `text` that occur in `story`."""
    own = _terms(text)
    return len(own & _terms(story)) / max(1, len(own))


def shapes(lines: Sequence[Line], chances: Floats, first: int) -> Floats:
    """The numbers of all candidates, one row each in the order of NAMES."""
    window = candidates(lines, first)
    parts = (
        _looks(lines, window, first), _surroundings(lines, chances, window), _occurrences(lines, chances, window),
        _sharings(lines, chances, window), _echoes(lines, window), _distances(lines, window, first),
        _ledes(lines, chances, window, first), _clocks(lines, window),
    )  # fmt: skip
    rows = [list(chain.from_iterable(row)) for row in zip(*parts, strict=True)]
    return np.array(rows, dtype=np.float64)[:, _ORDER]


_LOOKS = (
    "distance", "at-start", "inside", "above-2", "above-5", "above-10",
    "words", "few-words", "many-words", "long", "ends", "colon", "title-case", "furniture", "capitals", "question",
    "bar", "byline", "name", "middle-colon",
    "2-words", "3-words", "4-words", "6-words", "9-words", "14-words", "18-words",
    "bullet", "blank-before", "longer-below", "prose-below", "byline-below", "short-above", "longest",
)  # fmt: skip
_SURROUNDINGS = (
    "name-below", "label-above", "fragment", "torn", "byline-next", "byline-soon", "standfirst", "next-story",
    "top-line",
)  # fmt: skip
_OCCURRENCES = ("repeated", "first-like-it", "story", "dated", "date-below", "date-above", "date-near")
_SHARINGS = (
    "shared", "shared-count", "most-shared", "first-sharing", "shared-below", "standfirst-shared", "shared-above",
    "shared-soon",
)  # fmt: skip
_ECHOES = ("echoed", "contains", "joined", "part-of-joined", "tail-of-longer", "head-of-longer", "starts-with-other")
_DISTANCES, _LEDES = ("from-story", "next-to-story"), ("open-start", "lede-shared", "lede-count")
_CLOCKS = ("clock", "clock-below", "clock-above")
_ORDER = [
    (*_LOOKS, *_SURROUNDINGS, *_OCCURRENCES, *_SHARINGS, *_ECHOES, *_DISTANCES, *_LEDES, *_CLOCKS).index(name)
    for name in NAMES
]
# Up to so many words, and more than the number before.
_WORD_STEPS = (2, 3, 4, 6, 9, 14, 18)


def _looks(lines: Sequence[Line], window: range, first: int) -> list[list[float]]:
    longest = max((len(lines[at].text) for at in window if at < first), default=0)
    return [[*_place(at, first), *_words(lines[at].text), *_look(lines, at, longest)] for at in window]


def _surroundings(lines: Sequence[Line], chances: Floats, window: range) -> list[list[float]]:
    return [[*_below(lines, at), *_around(lines, chances, at)] for at in window]


def _occurrences(lines: Sequence[Line], chances: Floats, window: range) -> list[list[float]]:
    """Whether a line stands elsewhere too, whether it is story, and where dates stand around it."""
    times, seen = Counter(line.text for line in lines), set[str]()
    dated = [len(line.text) < 100 and has_date(line.text) for line in lines[window.start : window.stop + 6]]
    found: list[list[float]] = []
    for at in window:
        text = lines[at].text
        found.append([times[text] > 1, text not in seen, float(chances[at]), *_dates(dated, at - window.start)])
        seen.add(text)
    return found


def _sharings(lines: Sequence[Line], chances: Floats, window: range) -> list[list[float]]:
    """The words that a line has in common with the story, against those of the other lines."""
    story = _terms(_story_text(lines, chances, 0)[:6000])
    texts = [line.text for line in lines[window.start : window.stop + 3]]
    shares = [_sharing(text, story) for text in texts]
    counts = [share[1] if len(text) < 200 else 0 for text, share in zip(texts, shares, strict=True)]
    most = max(counts[: len(window)])
    leader = next(at for at, count in enumerate(counts) if count >= 0.6 * most)
    found: list[list[float]] = []
    for own in range(len(window)):
        below, text = (*shares[own + 1 :], [0.0, 0.0])[0], (*texts[own + 1 :], "")[0]
        standfirst = below[1] * _is_standfirst(text)
        extremes = (counts[own] == most, own == leader)
        found.append([*shares[own], *extremes, below[0] > 0.3, standfirst, *_sharing_around(counts, own)])
    return found


def _place(at: int, first: int) -> list[float]:
    away = first - at
    return [math.log1p(abs(away)), away == 0, away < 0, 0 < away <= 2, 0 < away <= 5, 0 < away <= 10]


def _words(text: str) -> list[float]:
    words, parts = words_in(text), text.split()
    last = text.rstrip(_QUOTES)[-1:]
    return [
        min(words, 20) / 20, words <= 3, words > 22, len(text) > 160, _stops(text), last == ":",
        sum(part[0].isupper() for part in parts) / len(parts), is_furniture(text), text.isupper(),
        last == "?", "|" in text, _BYLINE.match(text) is not None,
        _NAME.fullmatch(text) is not None, ": " in text, *_steps(words),
    ]  # fmt: skip


def _steps(words: int) -> list[float]:
    return [low < words <= high for low, high in pairwise((0, *_WORD_STEPS))]


def _look(lines: Sequence[Line], at: int, longest: int) -> list[float]:
    here, below = len(lines[at].text), lines[at + 1].text if at + 1 < len(lines) else ""
    above = lines[at - 1].text if at else ""
    soon = [line.text for line in lines[at + 1 : at + 5]]
    return [
        lines[at].bullet, lines[at].blank_before, len(below) > here, any(len(text) > 150 for text in soon),
        any(_BYLINE.match(text) for text in soon), len(above) < 25, here >= longest,
    ]  # fmt: skip


def _below(lines: Sequence[Line], at: int) -> list[float]:
    """Whether a name stands below and a label above, and whether the line is only a piece of a sentence."""
    text = lines[at].text
    above = lines[at - 1].text if at else ""
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    named = any(_NAME.fullmatch(line.text) for line in lines[at + 1 : at + 6])
    return [
        named,
        0 < len(above.split()) <= 3,
        _OPEN.search(text) is not None,
        below[:1].islower() or text[:1].islower(),
    ]


def _around(lines: Sequence[Line], chances: Floats, at: int) -> list[float]:
    """Whether a byline stands right below, whether a standfirst or story does, and whether nothing stands above."""
    bylines = [len(line.text) < 100 and _BYLINE.match(line.text) is not None for line in lines[at + 1 : at + 4]]
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    chance = float(chances[at + 1]) if below else 0.0
    return [any(bylines[:1]), any(bylines), _is_standfirst(below), chance, at == 0]


def _is_standfirst(text: str) -> bool:
    return 12 <= words_in(text) <= 60


def _sharing_around(counts: Sequence[float], own: int, above: int = 3) -> list[float]:
    """The most words of the story that a line close above has, and one close below."""
    near = (counts[max(0, own - above) : own], counts[own + 1 : own + 1 + above])
    return [max(part, default=0.0) for part in near]


def _echoes(lines: Sequence[Line], window: range) -> list[list[float]]:
    """Whether a line stands within a longer one anywhere, and how it and the lines near it hold each other."""
    folded = [fold(line.text) for line in lines]
    whole = "\n".join(folded)[:_SEARCHED]
    times = Counter(whole.split("\n"))
    near = {at: folded[max(0, at - 6) : at + 7] for at in window}
    joined = {at: _joined_of(folded[at], near[at]) for at in window}
    found: list[list[float]] = []
    for at in window:
        text, around = folded[at], range(max(window.start, at - 6), min(window.stop, at + 7))
        parts = {part for other in around for part in joined[other]}
        echoed = len(text) >= _TELLING and whole.count(text) > times[text]
        found.append([echoed, *_holding(text, near[at]), bool(joined[at]), text in parts, *_held(text, near[at])])
    return found


def _joined_of(text: str, near: Sequence[str]) -> tuple[str, ...]:
    """The two lines near a line that it is made of, a kicker and what stands below it; () where it is not."""
    tails = (other for other in near if _SHORTEST <= len(other) < len(text) and text.endswith(f" {other}"))
    return next(((head, tail) for tail in tails if (head := text[: -len(tail)].strip()) in near), ())


def _holding(text: str, near: Sequence[str]) -> list[float]:
    """Whether a line ends with another one."""
    return [any(_TELLING <= len(other) < len(text) and text.endswith(other) for other in near)]


def _held(text: str, near: Sequence[str]) -> list[float]:
    """Whether a line is the end or the beginning of a longer one, and whether it begins with a shorter one."""
    longer = [other for other in near if len(other) > len(text) >= _SHORTEST]
    shorter = [other for other in near if _SHORTEST <= len(other) < len(text)]
    return [
        any(other.endswith(f" {text}") for other in longer),
        any(other.startswith(f"{text} ") for other in longer),
        any(text.startswith(f"{other} ") for other in shorter),
    ]


def _distances(lines: Sequence[Line], window: range, first: int) -> list[list[float]]:
    """How many lines of several words part a line from the story; buttons and labels do not count."""
    passed = np.cumsum([0, *(words_in(line.text) >= 4 for line in lines)])
    between = [max(0, int(passed[first] - passed[min(at + 1, first)])) for at in window]
    return [[math.log1p(count), count == 0] for count in between]


def _ledes(lines: Sequence[Line], chances: Floats, window: range, first: int) -> list[list[float]]:
    """Whether a line is a short beginning of the story without full stop, and the words it shares with the lede."""
    lede = _terms(_story_text(lines, chances, first)[:700])
    found: list[list[float]] = []
    for at in window:
        text, own = lines[at].text, _terms(lines[at].text)
        shared = sum(term in lede for term in own)
        opens = at >= first and len(text) < 120 and not _stops(text)
        found.append([opens, shared / max(3, len(own)), min(shared, 6) / 6])
    return found


def _clocks(lines: Sequence[Line], window: range) -> list[list[float]]:
    """Where times of day and of the past stand ("10:34", "3 hours ago"): they date a story whose day is not written."""
    timed = [len(line.text) < 100 and _CLOCK.search(line.text) is not None for line in lines]
    return [[timed[at], any(timed[at + 1 : at + 6]), any(timed[max(0, at - 3) : at])] for at in window]


def _stops(text: str) -> bool:
    return text.rstrip(_QUOTES)[-1:] in (".", ",", ";")


def _story_text(lines: Sequence[Line], chances: Floats, start: int) -> str:
    return " ".join(line.text for line, chance in zip(lines[start:], chances[start:], strict=True) if chance > 0.5)


def _terms(text: str) -> set[str]:
    # The first letters of a word stay when it is inflected; a soft hyphen may stand anywhere in it.
    words = {word[:_STEM] for word in _WORD.findall(text.replace("\xad", "").casefold())}
    return words if text.isascii() else words.union(_CJK_PAIR.findall(text))


def _sharing(text: str, story: set[str]) -> list[float]:
    own = _terms(text)
    shared = sum(term in story for term in own)
    return [shared / max(3, len(own)), min(shared, 8) / 8]


def _dates(dated: Sequence[bool], at: int) -> list[float]:
    below = list(dated[at + 1 : at + 7])
    near = 1 / (1 + below.index(True)) if any(below) else 0.0
    return [dated[at], any(below[:5]), any(dated[max(0, at - 3) : at]), near]
