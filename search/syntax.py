"""A reader's text -> lexemes. Total: every string is some sequence of lexemes.

    climate change            words
    "sea level"~3             a phrase, its words at most 3 apart
    ( ) AND OR NOT + -        structure; a sign counts only where a word begins
    title: section:           a field; a name that is no field is a word
    elect* wom?n storm~ ^2    a prefix, a pattern, a likeness, a weight
    published:[2020 TO 2021]  a span of dates; also published:2020..2021, published:>2020-06
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """What a lexeme is."""

    WORD = auto()
    QUOTED = auto()
    SPAN = auto()
    FIELD = auto()
    UNKNOWN_FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    MUST = auto()
    WEIGHT = auto()


class Lexeme(NamedTuple):
    """A piece of a query. `number` is a phrase's slop or a weight."""

    kind: Kind
    text: str
    number: float = 1.0


# Every name under which readers look for a field, and the field it means.
FIELD_NAMES = {
    "title": "title", "headline": "title", "body": "body", "text": "body", "tags": "tags", "tag": "tags",
    "section": "section", "authors": "authors", "author": "authors", "by": "authors", "source": "source",
    "publisher": "source", "language": "language", "lang": "language", "id": "id",
    "published": "published", "date": "published", "modified": "modified", "updated": "modified",
}  # fmt: skip

# Typographers' quotation marks are quotation marks; control characters and lone surrogates separate words. A table,
# because a pattern with such characters takes ten times as long to make.
STRAIGHTENED = dict.fromkeys(map(ord, "“”„‟«»＂"), '"') | dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], " "
)

LEXEME = re.compile(
    r"""
      (?P<space>\s+)
    | "(?P<quoted>[^"]*)"(?:~(?P<slop>\d{1,2}))?
    | (?P<unclosed>")
    | (?P<open>\() | (?P<close>\))
    | \^(?P<weight>\d{1,3}(?:\.\d{1,3})?)(?=[\s()]|$)
    | (?P<field>[A-Za-z]+):(?=[^\s:])(?!//)
    | (?P<sign>[+-])(?=[^\s+-])
    | (?P<word>[^\s()"]+?)(?=[\s()"]|\^\d|$)
    """,
    re.VERBOSE,
)
SPAN = re.compile(r"[\[{]\s*([^\[\]{}\s]*)\s+TO\s+([^\[\]{}\s]*)\s*[\]}]")
OPERATORS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT, "&&": Kind.AND, "||": Kind.OR}


def lexemes(text: str) -> list[Lexeme]:
    """Return the lexemes of a query, in order."""
    text = text.translate(STRAIGHTENED)
    found: list[Lexeme] = []
    at = 0
    while at < len(text):
        at = _scan(text, at, found)
    return found


def _scan(text: str, at: int, found: list[Lexeme]) -> int:
    """Append the lexeme at `at`, if there is one, and return where the next begins."""
    if found and found[-1].kind is Kind.FIELD and (span := SPAN.match(text, at)):
        found.append(Lexeme(Kind.SPAN, f"{span[1]}..{span[2]}"))
        return span.end()
    match = LEXEME.match(text, at)
    assert match is not None, f"{text[at : at + 20]=}"
    lexeme = _lexeme(match)
    if lexeme is not None:
        found.append(lexeme)
    return match.end()


def _lexeme(match: re.Match[str]) -> Lexeme | None:
    kind, text = match.lastgroup or "", match.group()
    if kind in ("quoted", "slop"):
        return Lexeme(Kind.QUOTED, match["quoted"], float(match["slop"] or 1))
    if kind == "weight":
        return Lexeme(Kind.WEIGHT, text, float(match["weight"]))
    if kind == "field":
        name = FIELD_NAMES.get(match["field"].lower())
        return Lexeme(Kind.FIELD, name) if name else Lexeme(Kind.UNKNOWN_FIELD, match["field"])
    if kind == "sign":
        return Lexeme(Kind.NOT if text == "-" else Kind.MUST, text)
    if kind == "word":
        return Lexeme(OPERATORS.get(text, Kind.WORD), text)
    return Lexeme(Kind.OPEN if kind == "open" else Kind.CLOSE, text) if kind in ("open", "close") else None
