"""Terms -> a pattern of the pieces of text that may hold them, so that the others are passed over at the speed of C.

A piece stands between white space. Most hold one plain word, or a few with hyphens between, and stemming changes the
end of a word: the first two letters of its term are its own, except that a second letter y may have become i (dying,
die) and that of two letters one may be left. All other pieces, those with an accent for one, may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import ascii_letters, digits

# The languages whose Snowball stemmers do so (tests/web/test_marks.py).
KEEP_BEGINNING = frozenset("en da es fr hu it no pt ro sv".split())

# White space that no word reaches across, for index/words.py: all but two rare characters that it takes for letters.
_SPACES = "\t\n\v\f\r\x1c-\x20\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# What may surround a plain word without being part of it, and what parts one from the next (see index/words.py).
_BEFORE = r"[-\"'(\[*\u2010-\u201f]"
_BETWEEN = r"[-\"():;!?\u2010-\u2017\u201c-\u201f\u2026]"
_AFTER = r"[!-/:-@\[-`{-~\u2010-\u2027]"
_CONTRACTED = r"(?:['\u2019](?:s|ll|re|ve|d|m)(?![A-Za-z0-9]))?+"

ANY = re.compile(rf"([^{_SPACES}]++)")
"""The pattern of all pieces; as in `pieces_with`, the piece is the first group."""


def pieces_with(terms: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of all pieces that may hold a word whose term is, or begins as, one of these.

    For languages in KEEP_BEGINNING, and for text that is not stemmed.
    """
    return _with_beginnings(frozenset(term[:2].lower() for term in terms))


@lru_cache(maxsize=512)
def _with_beginnings(beginnings: frozenset[str]) -> re.Pattern[str]:
    seconds: dict[str, set[str]] = {}
    for beginning in beginnings:
        seconds.setdefault(beginning[0], set()).add(beginning[1:])
    word = rf"(?:{_other_words(seconds)})[A-Za-z0-9]*+{_CONTRACTED}"
    skipped = rf"(?:{_BEFORE}*+(?:{word}(?:{_BETWEEN}++{word})*+)?+{_AFTER}*+[{_SPACES}]++)*+"
    # The end of the text is a piece too: a failed match would be tried again from the middle of every word.
    return re.compile(rf"[{_SPACES}]*+{skipped}([^{_SPACES}]++|\Z)")


def _other_words(seconds: Mapping[str, set[str]]) -> str:
    """Return the expression for the first letters of a plain word that begins otherwise."""
    others = "".join(letter for letter in ascii_letters + digits if letter.lower() not in seconds)
    choices = [f"[{others}]"] if others else ["(?!)"]
    for first, following in sorted(seconds.items()):
        if first in ascii_letters + digits and following <= set(ascii_letters + digits):
            letters = "".join(sorted(following | {"y"} if "i" in following else following))
            choices.append(f"[{first}{first.upper()}](?![{letters}{letters.upper()}])")
    return "|".join(choices)
