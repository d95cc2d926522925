"""Query + text -> the words of the text that made it match, as character offsets.

A word is whatever the Analyzer says: pieces of text that may hold one are analysed, and their terms compared with the
leaves of the query. So a stem, a prefix, a wildcard or a phrase marks what it matched.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from index.analysis import Analyzer
from search.pieces import ANY, KEEP_BEGINNING, pieces_with
from search.query import Fuzzy, Leaf, Phrase, Prefix, Term, Wildcard

Clue = Term | Phrase | Prefix | Wildcard | Fuzzy

# Longer texts are looked through up to here: some 70,000 words, more than any news article has.
LONGEST_TEXT = 400_000


class Mark(NamedTuple):
    """Characters `start` to `end` of a text matched the clues with these numbers."""

    start: int
    end: int
    clues: frozenset[int]


class _Found(NamedTuple):
    """A token that fits a clue; its position counts within a text as far as phrases reach, or within a piece."""

    position: int
    start: int
    end: int
    clue: int
    term: str

    def moved(self, positions: int, characters: int) -> _Found:
        start, end = self.start + characters, self.end + characters
        return _Found(self.position + positions, start, end, self.clue, self.term)


def clues_of(leaves: Iterable[Leaf]) -> dict[str, tuple[Clue, ...]]:
    """Sort the leaves that words can match by their field, each once."""
    by_field: dict[str, dict[Clue, None]] = {}
    for leaf in leaves:
        if isinstance(leaf, Clue):
            by_field.setdefault(leaf.field, {})[leaf] = None
    return {name: tuple(clues) for name, clues in by_field.items()}


class FieldMarker:
    """Finds the clues of one field in texts of that field. It remembers words: keep one for all texts of an answer."""

    def __init__(self, analyzer: Analyzer, clues: tuple[Clue, ...]) -> None:
        self.analyzer = analyzer
        self.clues = clues
        self._fitting = _Fitting(clues)
        self._reach = max((clue.slop for clue in clues if isinstance(clue, Phrase)), default=0)
        self._readings: dict[tuple[str, bool], _Reading] = {}

    def marks(self, text: str, language: str = "") -> list[Mark]:
        """Return the matched words in the order of the text, never overlapping."""
        return self._merged(self._confirmed(self._scan(text[:LONGEST_TEXT], language)), text) if self.clues else []

    def _scan(self, text: str, language: str) -> list[_Found]:
        mode = self.analyzer.mode(text, language)
        reading = self._readings.setdefault(mode, _Reading(self.analyzer, mode, self._fitting))
        found: list[_Found] = []
        passed = seen = 0
        for match in self._pieces(mode[0]).finditer(text):
            length, words = reading[match[1]]
            if words:
                if self._reach and found:
                    passed += reading.positions(text, seen, match.start(1), self._reach)
                found += [word.moved(passed, match.start(1)) for word in words]
                passed, seen = passed + length, match.end(1)
        return found

    def _pieces(self, language: str) -> re.Pattern[str]:
        """Return the pattern of the pieces that are worth a look."""
        beginnings = [_beginning(clue) for clue in self.clues]
        if not all(beginnings) or (self.analyzer.stem and language not in KEEP_BEGINNING):
            return ANY
        return pieces_with(chain.from_iterable(beginnings))

    def _confirmed(self, found: Sequence[_Found]) -> list[_Found]:
        """Keep the words of a phrase only where the phrase stands."""
        kept: list[_Found] = []
        suspected: dict[int, list[_Found]] = {}
        for word in found:
            phrase = isinstance(self.clues[word.clue], Phrase)
            (suspected.setdefault(word.clue, []) if phrase else kept).append(word)
        for number, words in suspected.items():
            kept += _in_phrase(self.clues[number], words)
        return kept

    def _merged(self, found: Sequence[_Found], text: str) -> list[Mark]:
        """Join what overlaps, and neighbours in a phrase across the space or hyphen between them."""
        marks: list[Mark] = []
        for word in sorted(found, key=lambda word: (word.start, word.end)):
            last = marks[-1] if marks else None
            if last and (word.start < last.end or self._together(last, word, text)):
                marks[-1] = Mark(last.start, max(last.end, word.end), last.clues | {word.clue})
            else:
                marks.append(Mark(word.start, word.end, frozenset((word.clue,))))
        return marks

    def _together(self, mark: Mark, word: _Found, text: str) -> bool:
        in_phrase = word.clue in mark.clues and isinstance(self.clues[word.clue], Phrase)
        return in_phrase and word.start - mark.end <= 2 and not any(map(str.isalnum, text[mark.end : word.start]))


class _Fitting(dict[str, tuple[int, ...]]):
    """A term -> the numbers of the clues that it fits; of a phrase, those that it may be part of."""

    def __init__(self, clues: Sequence[Clue]) -> None:
        super().__init__()
        self.exact: dict[str, list[int]] = {}
        self.tests: list[tuple[int, Callable[[str], bool]]] = []
        for number, clue in enumerate(clues):
            for term in _exact_terms(clue):
                self.exact.setdefault(term, []).append(number)
            if test := _test_of(clue):
                self.tests.append((number, test))

    def __missing__(self, term: str) -> tuple[int, ...]:
        self[term] = (*self.exact.get(term, ()), *(number for number, test in self.tests if test(term)))
        return self[term]


class _Reading(dict[str, tuple[int, list[_Found]]]):
    """A piece of text in one mode (see Analyzer.mode) -> how many positions it takes, and its words that fit a clue."""

    def __init__(self, analyzer: Analyzer, mode: tuple[str, bool], fitting: _Fitting) -> None:
        super().__init__()
        self.chunks = analyzer.chunks
        self.entries = analyzer.entries(mode)
        self.fitting = fitting

    def __missing__(self, piece: str) -> tuple[int, list[_Found]]:
        position, words = -1, list[_Found]()
        for chunk in self.chunks(piece).finditer(piece):
            at = chunk.start()
            for term, step, start, end in self.entries(chunk[0]):
                position += step
                words += [_Found(position, at + start, at + end, clue, term) for clue in self.fitting[term]]
        self[piece] = position + 1, words
        return self[piece]

    def positions(self, text: str, start: int, end: int, enough: int) -> int:
        """Count the positions between two pieces; more than `enough` are not told apart."""
        counted = 0
        for chunk in self.chunks(text[start:end]).finditer(text, start, end):
            counted += sum(entry.step for entry in self.entries(chunk[0]))
            if counted > enough:
                break
        return counted


def _beginning(clue: Clue) -> tuple[str, ...]:
    """Return texts as which the terms of a clue begin, none where they may begin as anything."""
    if isinstance(clue, Fuzzy):
        return (clue.text[: clue.prefix],) if clue.prefix and clue.text else ()
    if isinstance(clue, Wildcard):
        return () if clue.pattern[:1] in ("", "*", "?") else (clue.pattern,)
    if isinstance(clue, Prefix):
        return (clue.text,) if clue.text else ()
    return clue.terms if isinstance(clue, Phrase) else (clue.text,)


def _exact_terms(clue: Clue) -> Iterable[str]:
    if isinstance(clue, Term):
        return (clue.text,)
    return dict.fromkeys(clue.terms) if isinstance(clue, Phrase) else ()


def _test_of(clue: Clue) -> Callable[[str], bool] | None:
    if isinstance(clue, Prefix):
        return lambda term: term.startswith(clue.text)
    if isinstance(clue, Wildcard):
        fits = re.compile(_expression(clue.pattern), re.DOTALL).fullmatch
        return lambda term: fits(term) is not None
    if isinstance(clue, Fuzzy):
        return lambda term: _near(clue, term)
    return None


def _expression(pattern: str) -> str:
    # Runs of stars are one star: "a*****b" would otherwise make the expression engine try every way to share them out.
    single = re.sub(r"\*+", "*", pattern)
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in single)


def _near(clue: Fuzzy, term: str) -> bool:
    if abs(len(term) - len(clue.text)) > clue.distance or not term.startswith(clue.text[: clue.prefix]):
        return False
    return edits(clue.text, term) <= clue.distance


def edits(one: str, other: str) -> int:
    """Levenshtein distance: the fewest insertions, deletions and substitutions (Wagner & Fischer 1974)."""
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
        above = row
    return above[-1]


def _in_phrase(phrase: Clue, found: Sequence[_Found]) -> list[_Found]:
    assert isinstance(phrase, Phrase)
    places: dict[str, list[int]] = {term: [] for term in phrase.terms}
    for word in found:
        places[word.term].append(word.position)
    standing = _standing([sorted(places[term]) for term in phrase.terms], phrase.slop)
    kept = {(term, position) for term, positions in zip(phrase.terms, standing, strict=True) for position in positions}
    return [word for word in found if (word.term, word.position) in kept]


def _standing(places: Sequence[Sequence[int]], slop: int) -> list[list[int]]:
    """Of each term's positions, keep those that lie on a chain through all terms, each step at most `slop`."""
    reached = [list(places[0])]
    for positions in places[1:]:
        reached.append([at for at in positions if _any_in(reached[-1], at - slop, at)])
    for earlier in range(len(reached) - 2, -1, -1):
        reached[earlier] = [at for at in reached[earlier] if _any_in(reached[earlier + 1], at + 1, at + slop + 1)]
    return reached


def _any_in(positions: Sequence[int], low: int, high: int) -> bool:
    """Say whether one of the sorted positions lies in [low, high)."""
    nearest = bisect_left(positions, low)
    return nearest < len(positions) and positions[nearest] < high
