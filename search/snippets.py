"""Body + marks -> the passages that say best why the article matched, whole sentences where they fit.

A passage is worth the sum of the clues in it. A clue is worth less the more often the article holds it, so that for
`the horizon` the sentence with "horizon" wins; and less again in a passage when a better passage has shown it already.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from search.marked import Marked, cut
from search.marks import LONGEST_TEXT, Mark

LENGTH = 220
"""Characters that a passage should not exceed: about three lines in a list of results."""

_SHOWN_BEFORE = 0.25
_REPEATED = 0.1
_LEAD = 60

_BREAK = re.compile(r"""(?P<stop>[.!?…]["”’'»)\]]*)\s+(?P<next>["“‘'«(\[]*\S) | [。！？] | \n\s*\n\s*""", re.VERBOSE)
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]|Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Col|Gov|Lt|Sgt|Rev|Prof|No|Jr|Sr|vs)\Z")


class _Sentence(NamedTuple):
    start: int
    end: int
    ends_paragraph: bool


class _Passage(NamedTuple):
    """Characters `start` to `end` of the body with the marks inside; `cut_*` where a sentence goes on beyond."""

    start: int
    end: int
    marks: Sequence[Mark] = ()
    cut_before: bool = False
    cut_after: bool = False

    def overlaps(self, other: _Passage) -> bool:
        return self.start < other.end and other.start < self.end


def snippets(body: str, marks: Sequence[Mark], count: int, headline: str = "") -> tuple[Marked, ...]:
    """Return at most `count` passages in the order of the body; its beginning where nothing is marked.

    A body may begin with its own headline, which is shown already, so the passages come from what follows it.
    """
    begin = len(headline) if headline and body.startswith(headline) and body[len(headline) :].strip() else 0
    told = [mark for mark in marks if mark.start >= begin]
    if count < 1 or not body.strip():
        return ()
    if not told:
        return (_shown(body, _opening(body, begin)),)
    chosen = _best(_passages(body, told), _worth(told), count)
    return tuple(_shown(body, passage) for passage in sorted(chosen, key=lambda passage: passage.start))


def _worth(marks: Sequence[Mark]) -> Mapping[int, float]:
    counts = Counter(clue for mark in marks for clue in mark.clues)
    return {clue: 1 / sqrt(count) for clue, count in counts.items()}


def _best(passages: Sequence[_Passage], worth: Mapping[int, float], count: int) -> list[_Passage]:
    chosen: list[_Passage] = []
    left, fading = list(passages), dict(worth)
    while left and len(chosen) < count:
        best = max(left, key=lambda passage: _value(passage, fading))
        chosen.append(best)
        left = [passage for passage in left if not passage.overlaps(best)]
        for clue in {clue for mark in best.marks for clue in mark.clues}:
            fading[clue] *= _SHOWN_BEFORE
    return chosen


def _value(passage: _Passage, worth: Mapping[int, float]) -> float:
    counts = Counter(clue for mark in passage.marks for clue in mark.clues)
    return sum(worth[clue] * (1 + _REPEATED * min(times - 1, 3)) for clue, times in counts.items())


def _passages(body: str, marks: Sequence[Mark]) -> list[_Passage]:
    """Return the candidates: from every sentence with a mark as many whole sentences as fit, or parts of a long one."""
    sentences = list(_sentences(body, 0, marks[-1].end))
    starts = [sentence.start for sentence in sentences]
    numbers = sorted({bisect_right(starts, mark.start) - 1 for mark in marks})
    candidates: list[_Passage] = []
    for number in numbers:
        sentence = sentences[number]
        if sentence.end - sentence.start > LENGTH:
            candidates += _windows(body, sentence, _inside(marks, sentence.start, sentence.end))
        else:
            end = _as_far_as_fits(sentences, number)
            candidates.append(_Passage(sentence.start, end, _inside(marks, sentence.start, end)))
    return candidates


def _sentences(body: str, begin: int, until: int) -> Iterator[_Sentence]:
    """Yield the sentences from `begin` to the one that holds `until`, and those that may follow it in a passage."""
    start = begin + len(body[begin:]) - len(body[begin:].lstrip())
    for match in _BREAK.finditer(body, start, LONGEST_TEXT):
        end, following = _edges(match)
        paragraph = body.count("\n", end, following) > 1
        if following > start and (paragraph or _ends_sentence(body, match)):
            yield _Sentence(start, end, paragraph)
            start = following
        if start > until + LENGTH:
            return
    if start < len(body):
        yield _Sentence(start, len(body.rstrip()), True)


def _edges(match: re.Match[str]) -> tuple[int, int]:
    """Return where the sentence before a break ends, and where the next one begins."""
    if match["stop"]:
        return match.end("stop"), match.start("next")
    return (match.start() if match[0].isspace() else match.end()), match.end()


def _ends_sentence(body: str, match: re.Match[str]) -> bool:
    """Say whether a full stop is one: not after an initial or a title, and not before a small letter."""
    if not match["stop"]:
        return True
    if match["next"][-1].islower():
        return False
    return body[match.start()] != "." or not _ABBREVIATION.search(body, max(match.start() - 6, 0), match.start())


def _as_far_as_fits(sentences: Sequence[_Sentence], number: int) -> int:
    first = last = sentences[number]
    for following in sentences[number + 1 :]:
        if last.ends_paragraph or following.end - first.start > LENGTH:
            break
        last = following
    return last.end


def _inside(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    first = bisect_left(marks, start, key=lambda mark: mark.start)
    return marks[first : bisect_left(marks, end, key=lambda mark: mark.start)]


def _windows(body: str, sentence: _Sentence, marks: Sequence[Mark]) -> Iterator[_Passage]:
    """Yield parts of a sentence that is too long, each beginning a little before a mark."""
    for mark in marks:
        start, end = sentence.start, sentence.end
        if mark.start - start > _LEAD:
            start = _word_start(body, mark.start - _LEAD, mark.start)
        if end - start > LENGTH:
            end = _word_end(body, max(mark.end, start + LENGTH // 2), max(mark.end, start + LENGTH))
        yield _Passage(start, end, _inside(marks, start, end), start > sentence.start, end < sentence.end)


def _opening(body: str, begin: int) -> _Passage:
    sentences = list(_sentences(body, begin, begin + LENGTH))
    first = sentences[0]
    if first.end - first.start > LENGTH:
        end = _word_end(body, first.start + LENGTH // 2, first.start + LENGTH)
        return _Passage(first.start, end, cut_after=True)
    return _Passage(first.start, _as_far_as_fits(sentences, 0))


def _word_start(body: str, low: int, high: int) -> int:
    """Return where the first whole word in body[low:high] begins, `low` if there is none."""
    space = re.compile(r"\s+").search(body, max(low - 1, 0), high)
    return space.end() if space else low


def _word_end(body: str, low: int, high: int) -> int:
    """Return where the last whole word that ends in body[low:high] ends, `high` if there is none."""
    if high >= len(body) or body[high].isspace():
        return high
    return low + len(body[low:high].rsplit(None, 1)[0]) if any(map(str.isspace, body[low:high])) else high


def _shown(body: str, passage: _Passage) -> Marked:
    spans = [(mark.start, mark.end) for mark in passage.marks]
    whole = cut(body, spans, passage.start, passage.end)
    before, after = "…" * passage.cut_before, "…" * passage.cut_after
    shifted = tuple((start + len(before), end + len(before)) for start, end in whole.offsets)
    return Marked(before + whole.text.rstrip() + after, shifted)
