"""Query + text -> the words of the text that made it match, as character offsets.

A word is whatever the Analyzer says: text is cut at white space, each piece is analysed once and remembered, and its
terms are compared with the leaves of the query. So a stem, a prefix, a wildcard or a phrase marks what it matched.

Analysis must not look across white space (`tests/web/test_marks.py` holds the Analyzer to that).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from index.analysis import Analyzer
from search.query import Fuzzy, Leaf, Phrase, Prefix, Term, Wildcard

Clue = Term | Phrase | Prefix | Wildcard | Fuzzy

Words = tuple[tuple[int, int, int, str], ...]

# Longer texts are looked through up to here: some 70,000 words, more than any news article has.
LONGEST_TEXT = 400_000

# White space that no word reaches across, for index/words.py: all but two rare characters that it takes for letters.
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \xa0\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_PIECE = re.compile(f"[^{_SPACES}]+")

_MOST_PIECES = 65_536


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` of a text matched the clues with these numbers."""

    start: int
    end: int
    clues: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Found:
    """A token that fits a clue."""

    position: int
    start: int
    end: int
    clue: int
    term: str


def clues_of(leaves: Iterable[Leaf]) -> dict[str, tuple[Clue, ...]]:
    """Sort the leaves that words can match by their field, each once."""
    by_field: dict[str, dict[Clue, None]] = {}
    for leaf in leaves:
        if isinstance(leaf, Clue):
            by_field.setdefault(leaf.field, {})[leaf] = None
    return {name: tuple(clues) for name, clues in by_field.items()}


class FieldMarker:
    """Finds the clues of one field in texts of that field. It remembers terms: keep one for all texts of an answer."""

    def __init__(self, analyzer: Analyzer, clues: tuple[Clue, ...]) -> None:
        self.analyzer = analyzer
        self.clues = clues
        self._fitting = _Fitting(clues)
        self._has_phrase = any(isinstance(clue, Phrase) for clue in clues)

    def marks(self, text: str, language: str = "") -> list[Mark]:
        """Return the matched words in the order of the text, never overlapping."""
        return self._merged(self._confirmed(self._scan(text[:LONGEST_TEXT], language)), text) if self.clues else []

    def _scan(self, text: str, language: str) -> list[_Found]:
        """Find the tokens that fit a clue; the pieces that hold none are passed over without a Python step for each."""
        vocabulary = vocabulary_of(self.analyzer, self.analyzer.mode(text, language))
        pieces = _PIECE.findall(text)
        analysed = list(map(vocabulary.__getitem__, pieces))
        wanted = self._wanted(vocabulary, pieces)
        numbers = [number for number, piece in enumerate(pieces) if piece in wanted]
        passed = list(accumulate(map(_length, analysed), initial=0)) if numbers and self._has_phrase else None
        found: list[_Found] = []
        at = 0
        for number in numbers:
            at = _place(text, pieces[number], at)
            before = passed[number] if passed else 0
            found += self._fitting_words(analysed[number], before, at)
            at += len(pieces[number])
        return found

    def _wanted(self, vocabulary: _Vocabulary, pieces: Sequence[str]) -> set[str]:
        """Return the pieces that hold a token which fits a clue."""
        wanted: set[str] = set()
        wanted.update(*(vocabulary.pieces_of.get(term, ()) for term in self._fitting.exact))
        if self._fitting.tests:
            fitting = self._fitting
            wanted.update(piece for piece in set(pieces) if any(fitting[word[3]] for word in vocabulary[piece]))
        return wanted

    def _fitting_words(self, words: Words, before: int, at: int) -> list[_Found]:
        return [
            _Found(before + position, at + start, at + end, clue, term)
            for position, start, end, term in words
            for clue in self._fitting[term]
        ]

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


class _Vocabulary(dict[str, Words]):
    """A piece of text -> its tokens as (position, start, end, term), filled as pieces are met.

    Shared by all queries, for the same words come again in every article. `pieces_of` is the way back from a term.
    """

    def __init__(self, analyzer: Analyzer, mode: tuple[str, bool]) -> None:
        super().__init__()
        self.chunks = analyzer.chunks
        self.entries = analyzer.entries(mode)
        self.pieces_of: dict[str, set[str]] = {}

    def __missing__(self, piece: str) -> Words:
        words = tuple(self._words(piece))
        # The way back first: whoever sees the piece in another thread must find it there.
        for word in words:
            self.pieces_of.setdefault(word[3], set()).add(piece)
        self[piece] = words
        return words

    def _words(self, piece: str) -> Iterator[tuple[int, int, int, str]]:
        position = -1
        for chunk in self.chunks.finditer(piece):
            at = chunk.start()
            for entry in self.entries(chunk[0]):
                position += entry.step
                yield position, at + entry.start, at + entry.end, entry.text


def vocabulary_of(analyzer: Analyzer, mode: tuple[str, bool]) -> _Vocabulary:
    """Return what is remembered of the words of such texts, and forget it when that has become too much."""
    vocabulary = _vocabularies(analyzer, mode)
    if len(vocabulary) > _MOST_PIECES:
        _vocabularies.cache_clear()
    return vocabulary


_vocabularies = lru_cache(maxsize=16)(_Vocabulary)


def _length(words: Words) -> int:
    return words[-1][0] + 1 if words else 0


def _place(text: str, piece: str, after: int) -> int:
    """Return where the piece next stands between white space."""
    while True:
        at = text.index(piece, after)
        end = at + len(piece)
        if (at == 0 or text[at - 1] in _SPACES) and (end == len(text) or text[end] in _SPACES):
            return at
        after = at + 1


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
