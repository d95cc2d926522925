"""Text -> tokens: the only definition of a word, shared by index and query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import Stemmer
from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token as WhooshToken

WORD = re.compile(r"\w+(?:['’]\w+)*")
POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Token:
    """A term at its place: `position` counts words, `start` and `end` are character offsets."""

    text: str
    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Analyzer:
    """The rules of one archive. Equal settings make equal terms."""

    language: str = "en"
    stem: bool = True

    def tokens(self, text: str, language: str = "") -> list[Token]:
        """Return the tokens of an article's field, in order."""
        return [
            Token(self._term(match.group(), language), position, match.start(), match.end())
            for position, match in enumerate(WORD.finditer(text))
        ]

    def query_words(self, text: str) -> list[tuple[tuple[str, float], ...]]:
        """Return for each word of a query its terms with their weights, the most general first."""
        return [((token.text, 1.0),) for token in self.tokens(text)]

    def fold(self, text: str) -> str:
        """Return the text as terms are written, unstemmed: for prefixes and patterns."""
        return _fold(text)

    def _term(self, word: str, language: str) -> str:
        folded = _fold(POSSESSIVE.sub("", word))
        return _stem(folded, language or self.language) if self.stem else folded


def whoosh_analyzer(analyzer: Analyzer) -> WhooshAnalyzer:
    """Wrap an Analyzer for Whoosh's text fields."""
    return _WhooshAnalyzer(analyzer)


class _WhooshAnalyzer(WhooshAnalyzer):  # type: ignore[misc]  # Whoosh has no types
    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer

    def __call__(self, value: str, **kwargs: object) -> Iterator[WhooshToken]:
        token = WhooshToken(positions=True, chars=True)
        for found in self.analyzer.tokens(value):
            token.text, token.pos = found.text, found.position
            token.startchar, token.endchar = found.start, found.end
            token.stopped, token.boost = False, 1.0
            yield token


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> str:
    return str(_stemmer(language).stemWord(word))


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language if language in Stemmer.algorithms() else "en")
