"""Text -> terms: the only definition of a word, shared by index and query.

| in an article               | terms in the index; + is at the same position      | a query finds it by               |
|-----------------------------|----------------------------------------------------|-----------------------------------|
| Elections, ELECTION         | elect                                              | election, electing                |
| Trump's, Trump’s            | trump                                              | Trump, trump's                    |
| O'Brien, don't              | obrien; dont                                       | O’Brien, obrien                   |
| she'll, we've               | she; we                                            | she                               |
| Zürich                      | zurich + zürich                                    | zurich; Zürich ranks this first   |
| CIA, C.I.A.                 | cia + CIA                                          | cia; CIA ranks these first        |
| US, U.S., U.S.'s            | us + US                                            | US, U.S. (only these); us         |
| us, Us                      | us                                                 | us                                |
| OIL PRICES RISE SHARPLY     | oil price rise sharpli: shouted, so no acronyms    | oil, OIL                          |
| F-35, COVID-19, foo@bar.com | f 35; covid + COVID, 19; foo bar com               | F-35 as a phrase, covid           |
| Inter-Service-Intelligence  | inter servic intellig                              | the same as a phrase; each part   |
| R&D, AT&T                   | r&d; at&t                                          | R&D, AT&T                         |
| 9/11, 3.5, 1,000,000        | 9/11; 3.5; 1000000                                 | 9/11, 3.5, 1000000, 1,000,000     |
| $1.5bn, 5%                  | 1.5bn + $1.5bn; 5 + 5%                             | 1.5bn; $1.5bn ranks it first      |
| C++, C#, #metoo             | c + c++; c + c#; metoo + #metoo                    | C++ (only this); metoo, #metoo    |
| l'homme (a French article)  | homm                                               | homme, l'homme                    |
| 東京, ไทย                   | 東 京; ไ ท ย: found as phrases                     | any part of it                    |

`index/words.py` holds the rules by which a word is read; here words become terms. A folded form is stemmed, an exact
form is not. A word is cut to its first 64 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import Stemmer

from index.words import LONGEST, Word, chunk_pattern, fold, simple_word, words

# What an exact form adds to the folded one. The rarer form weighs more by itself, so this only has to be felt.
EXACT_BOOST = 0.5

# Folded forms that would bring everything: whoever writes "US", "WHO" or "thé" asks for the exact form alone.
COMMON = frozenset(
    "a all am an and any are as at be but by can did do for go had has have he her him his how i if in is it its "
    "may me my no not now of off on one or our out over own she so some than that the their them then they this "
    "to too two up us was we were what when who why will with you your".split()
)

# ASCII letters and digits, and all beyond ASCII; said by what it leaves out it compiles in a hundredth of the time.
_PLAIN_CHUNK = re.compile(r"[^\x00-/:-@\[-`{-\x7f]+")
_PLAIN_WORD = re.compile("[A-Za-z0-9]+")
_SHOUTED_WORD = re.compile(r"\S{7}")


class Token(NamedTuple):
    """A term at its place: `position` counts words, `start` and `end` are character offsets."""

    text: str
    position: int
    start: int
    end: int


class Entry(NamedTuple):
    """A term of a chunk: `step` is 1 at a new position and 0 beside the term before; offsets count from the chunk's."""

    text: str
    step: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Analyzer:
    """The rules of one archive. Equal settings make equal terms.

    `language` (ISO 639-1) stems queries, and articles of an unknown language; `also` names further languages whose
    articles are stemmed by their own rules, and by which queries are stemmed too. `exact` keeps exact forms beside the
    folded ones. `plain` makes words of [A-Za-z0-9]+ and nothing else, as a yardstick for other engines does.
    """

    language: str = "en"
    stem: bool = True
    exact: bool = True
    also: tuple[str, ...] = ()
    plain: bool = False

    def __post_init__(self) -> None:
        assert not self.plain or not (self.stem or self.exact), f"a plain word has one form: {self}"

    def chunks(self, text: str) -> re.Pattern[str]:
        """Return what cuts this text into the chunks that `entries` reads."""
        return _PLAIN_CHUNK if self.plain else chunk_pattern(text)

    def mode(self, text: str, language: str = "") -> tuple[str, bool]:
        """Return what else chunks depend on: the language of the rules, and whether the text is shouted."""
        return self._known(language), self.exact and text.isupper() and is_shouted(text)

    def entries(self, mode: tuple[str, bool]) -> Callable[[str], tuple[Entry, ...]]:
        """Return the function that gives the terms of a chunk, remembering what it gave."""
        return _remembered(self, *mode).__getitem__

    def read(self, chunk: str, mode: tuple[str, bool]) -> list[Entry]:
        """Return the terms of a chunk."""
        language, shouted = mode
        entries = []
        for word in self._words(chunk, language):
            entries.append(Entry(self._term(word.folded, language), 1, word.start, word.end))
            if self.exact and word.exact and not (shouted and word.capitals):
                entries.append(Entry(word.exact, 0, word.start, word.end))
        return entries

    def read_simple(self, chunks: Sequence[str], mode: tuple[str, bool]) -> list[str]:
        """Return what `read` says of the chunks that mean one term and are read at a glance, sooner; "" for others."""
        folded = list(map(_plain_word if self.plain else simple_word, chunks))
        if not self.stem:
            return folded
        stemmed = _stemming_all(mode[0])(folded)
        return [(stem or word) if word.isalpha() else word for stem, word in zip(stemmed, folded, strict=True)]

    def tokens(self, text: str, language: str = "") -> list[Token]:
        """Return the tokens of an article's field in order. An exact form stands at the position of its folded one."""
        entries = self.entries(self.mode(text, language))
        found: list[Token] = []
        position = -1
        for match in self.chunks(text).finditer(text):
            base = match.start()
            for term, step, start, end in entries(match.group()):
                position += step
                found.append(Token(term, position, base + start, base + end))
        return found

    def query_words(self, text: str, shouted: bool | None = None) -> list[tuple[tuple[str, float], ...]]:
        """Return for each word of a query its terms with their weights, the most general first.

        `shouted` says whether the whole query is in capitals, where `text` is only a part of it (see `is_shouted`).
        """
        loud = is_shouted(text) if shouted is None else shouted
        found = []
        for match in self.chunks(text).finditer(text):
            readings = [self._words(match.group(), language) for language in (self.language, *self.also)]
            alike = [reading for reading in readings if len(reading) == len(readings[0])]
            found += [self._alternatives(forms, loud) for forms in zip(*alike, strict=True)]
        return found

    def fold(self, text: str) -> str:
        """Return the text as terms are written, unstemmed: for prefixes and patterns."""
        return fold(text)

    def _term(self, folded: str, language: str) -> str:
        return _stemming(language)(folded) if self.stem and folded.isalpha() else folded

    def _known(self, language: str) -> str:
        if not self.also:
            return self.language
        code = language.lower().replace("_", "-").partition("-")[0]
        return code if code in self.also else self.language

    def _words(self, chunk: str, language: str) -> tuple[Word, ...]:
        return _plain_words(chunk) if self.plain else words(chunk, language)

    def _alternatives(self, forms: tuple[Word, ...], shouted: bool) -> tuple[tuple[str, float], ...]:
        word = forms[0]
        exact = word.exact if self.exact and not (shouted and word.capitals) else ""
        if exact and (word.folded in COMMON or (len(word.folded) == 1 and word.folded.isalpha())):
            return ((exact, 1.0),)
        folded = [self._term(form.folded, code) for form, code in zip(forms, (self.language, *self.also), strict=False)]
        weights = dict.fromkeys(folded, 1.0) | ({exact: EXACT_BOOST} if exact else {})
        return tuple(weights.items())


# Words are [A-Za-z0-9]+ in lower case, unstemmed, without exact forms: for comparisons with other engines.
PLAIN = Analyzer(stem=False, exact=False, plain=True)


def is_shouted(text: str) -> bool:
    """Tell whether text is all in capitals, as old headlines are, rather than made of acronyms.

    It is where a line has more than three words, or a word of more than six characters.
    """
    return text.isupper() and any(len(line.split()) > 3 or _SHOUTED_WORD.search(line) for line in text.splitlines())


class _Remembered(dict[str, tuple[Entry, ...]]):
    """Chunk -> terms, made when first asked for. Forgets everything before it grows beyond MOST."""

    MOST = 200_000

    def __init__(self, read: Callable[[str], list[Entry]]) -> None:
        self.read = read

    def __missing__(self, chunk: str) -> tuple[Entry, ...]:
        if len(self) >= self.MOST:
            self.clear()
        made = self[chunk] = tuple(self.read(chunk))
        return made


@lru_cache(maxsize=64)
def _remembered(analyzer: Analyzer, language: str, shouted: bool) -> _Remembered:
    return _Remembered(lambda chunk: analyzer.read(chunk, (language, shouted)))


def _plain_word(chunk: str) -> str:
    return chunk.lower()[:LONGEST] if chunk.isascii() else ""


def _plain_words(chunk: str) -> tuple[Word, ...]:
    return tuple(Word(m.start(), m.end(), m.group().lower()[:LONGEST]) for m in _PLAIN_WORD.finditer(chunk))


@cache
def _stemming(language: str) -> Callable[[str], str]:
    """The Snowball stemmer of a language; where it has none, words stay as they are."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return str
    stem: Callable[[str], str] = stemmer.stemWord
    return lambda word: stem(word) or word


def _stemming_all(language: str) -> Callable[[list[str]], list[str]]:
    """The same for many words at once, "" where nothing is left of a word."""
    stemmer = _stemmer(language)
    return list if stemmer is None else stemmer.stemWords


@cache
def _stemmer(language: str) -> Any:
    try:
        # Without its own cache a stemmer keeps no state between calls, and so is safe from any thread.
        return Stemmer.Stemmer({"nb": "no", "nn": "no"}.get(language, language), 0)
    except KeyError:
        return None
