"""A reader's text -> Parsed. Total: every string is a query, and none raises.

    any     := all ("OR" all)*
    all     := unary (["AND"] unary)*
    unary   := ("NOT" | "-" | "+") unary | primary weight?
    primary := "(" any ")" | field ":" primary | quoted | span | word

Words beside each other must all occur. What cannot be understood is left out, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from index.analysis import Analyzer, is_shouted
from index.dates import span
from search.nearest import nearest
from search.query import (
    And,
    DateRange,
    Everything,
    Fuzzy,
    Leaf,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Wildcard,
    positive_leaves,
)
from search.syntax import FIELD_NAMES, Kind, Lexeme, lexemes

# Where a bare word is looked up, and how much more a match there tells than one in the body.
FIELD_WEIGHTS = {"title": 2.0, "tags": 1.5, "body": 1.0}
DATES = ("published", "modified")
KEYWORDS = ("id", "language")

# Beyond these a query is no longer a person's; what is left out is said.
MOST_WORDS = 256
DEEPEST = 40


class Parsed(NamedTuple):
    """A query as it was understood.

    `sentence` says it in words; `warnings` say what was left out; `marks` are the leaves whose words a snippet marks.
    """

    text: str
    query: Query
    sentence: str
    warnings: tuple[str, ...] = ()
    marks: tuple[Leaf, ...] = ()


class _Clause(NamedTuple):
    query: Query
    words: str


def parse(text: str, analyzer: Analyzer) -> Parsed:
    """Understand a reader's query. An empty one, or one without a searchable word, matches nothing."""
    parser = _Parser(lexemes(text), analyzer, is_shouted(text))
    clause = parser.everything_written()
    if clause is None:
        return Parsed(text, Nothing(), "", tuple(parser.warnings))
    query = _rooted(clause.query)
    return Parsed(text, query, f"Articles {clause.words}", tuple(parser.warnings), tuple(positive_leaves(query)))


class _Parser:
    """One pass over the lexemes; methods are the rules of the grammar, and None is a clause that says nothing."""

    def __init__(self, lexed: list[Lexeme], analyzer: Analyzer, shouted: bool) -> None:
        self.lexemes = lexed
        self.analyzer = analyzer
        self.shouted = shouted
        self.at = 0
        self.words = 0
        self.depth = 0
        self.warnings: list[str] = []

    def everything_written(self) -> _Clause | None:
        """Read the whole query; a parenthesis too many ends nothing."""
        clauses = []
        while self.at < len(self.lexemes):
            clauses.append(self.any(None))
            if self.at < len(self.lexemes):
                self.warn("A closing parenthesis without an opening one was ignored.")
                self.at += 1
        return _joined(clauses, And, " and ")

    def any(self, field: str | None) -> _Clause | None:
        clauses = [self.all(field)]
        while self.take(Kind.OR):
            clauses.append(self.all(field))
        return _joined(clauses, Or, " or ")

    def all(self, field: str | None) -> _Clause | None:
        clauses = []
        while self.peek() not in (None, Kind.OR, Kind.CLOSE):
            if not self.take(Kind.AND):
                clauses.append(self.unary(field))
        return _joined(clauses, And, " and ")

    def unary(self, field: str | None) -> _Clause | None:
        """Read a clause with the signs before it, of which two minuses are none, and the weights behind it."""
        negated = False
        while self.peek() in (Kind.NOT, Kind.MUST):
            negated ^= self.next().kind is Kind.NOT
        clause = self.primary(field)
        while self.peek() is Kind.WEIGHT:
            clause = _weighted(clause, self.next().number)
        if clause is None or not negated:
            return clause
        words = clause.words
        without = f"without {words[5:]}" if words.startswith("with ") else f"not {words}"
        return _Clause(Not(_rooted(clause.query)), without)

    def primary(self, field: str | None) -> _Clause | None:
        """Read a group, a field with what belongs to it, or a leaf."""
        kind = self.peek()
        if kind is None or kind in (Kind.CLOSE, Kind.AND, Kind.OR):
            return None
        lexeme = self.next()
        if kind is Kind.OPEN:
            return self.deeper(lambda: self.group(field))
        if kind is Kind.FIELD:
            return self.deeper(lambda: self.unary(lexeme.text))
        return None if kind is Kind.WEIGHT else self.leaf(lexeme, field)

    def group(self, field: str | None) -> _Clause | None:
        clause = self.any(field)
        self.take(Kind.CLOSE)
        if clause is None or not isinstance(clause.query, And | Or):
            return clause
        return _Clause(_rooted(clause.query), f"({clause.words})")

    def deeper(self, rule: Callable[[], _Clause | None]) -> _Clause | None:
        """Apply a rule one level down; below the deepest level the rest of the query is dropped."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.warn(f"Only the first {DEEPEST} levels of the query were used.")
            self.at = len(self.lexemes)
        clause = rule()
        self.depth -= 1
        return clause

    def leaf(self, lexeme: Lexeme, field: str | None) -> _Clause | None:
        """Understand a lexeme by the kind of the field that it stands under."""
        self.words += lexeme.text.count(" ") + 1
        if self.words > MOST_WORDS:
            self.warn(f"Only the first {MOST_WORDS} words of the query were used.")
            return None
        if field in DATES:
            return self.date(lexeme, field)
        if field in KEYWORDS:
            return self.keyword(lexeme.text, field)
        if lexeme.kind is Kind.SPAN:
            self.warn(f"A span of dates belongs to published: or modified:, not to {field}:.")
            return None
        return self.text(lexeme, field)

    def date(self, lexeme: Lexeme, field: str) -> _Clause | None:
        bounds = _date_bounds(lexeme.text)
        if bounds is None:
            self.warn(f"“{lexeme.text}” is not a date like 2021, 2021-07 or 2021-07-25, so it was ignored.")
            return None
        return _Clause(DateRange(field, *bounds), f"{field} {_date_words(lexeme.text)}")

    def keyword(self, text: str, field: str) -> _Clause:
        return _Clause(Term(field, text if field == "id" else text.lower()), f"with {field} “{text}”")

    def text(self, lexeme: Lexeme, field: str | None) -> _Clause | None:
        """Understand a word, pattern or phrase: in one field, or in all that bare words are looked up in."""
        if lexeme.kind is Kind.UNKNOWN_FIELD:
            self.suggest_field(lexeme.text)
        build = _pattern(lexeme, self.analyzer) or _words(lexeme, self.analyzer, self.shouted)
        if build is None:
            self.warn(f"“{lexeme.text}” holds no letter or digit, so it was ignored.")
            return None
        weights = {field: 1.0} if field else FIELD_WEIGHTS
        query = _one_of([build(name, weight) for name, weight in weights.items()])
        where = f" in {field}" if field else ""
        return _Clause(query, f"with “{lexeme.text}”{where}")

    def suggest_field(self, name: str) -> None:
        near = nearest(name.lower(), FIELD_NAMES)
        hint = f" Did you mean {near}: ?" if near else ""
        self.warn(f"There is no field “{name}”, so its name was searched as a word.{hint}")

    def peek(self) -> Kind | None:
        return self.lexemes[self.at].kind if self.at < len(self.lexemes) else None

    def next(self) -> Lexeme:
        self.at += 1
        return self.lexemes[self.at - 1]

    def take(self, kind: Kind) -> bool:
        if self.peek() is not kind:
            return False
        self.at += 1
        return True

    def warn(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)


Build = Callable[[str, float], Query]


def _words(lexeme: Lexeme, analyzer: Analyzer, shouted: bool) -> Build | None:
    """Analysed words: one is any of its forms, several in a row are a phrase of their general forms."""
    positions = analyzer.query_words(lexeme.text, shouted)
    if not positions:
        return None
    if len(positions) > 1:
        terms = tuple(forms[0][0] for forms in positions)
        return lambda field, weight: Phrase(field, terms, int(lexeme.number), weight)
    forms = positions[0]
    return lambda field, weight: _one_of([Term(field, text, weight * more) for text, more in forms])


def _pattern(lexeme: Lexeme, analyzer: Analyzer) -> Build | None:
    """`elect*`, `wom?n`, `storm~`, `storm~2`; None for a plain word."""
    if lexeme.kind is not Kind.WORD:
        return None
    word, tilde, distance = lexeme.text.partition("~")
    if tilde and (distance == "" or distance in "12") and any(c.isalnum() for c in word):
        text = analyzer.fold(word)
        return lambda field, weight: Fuzzy(field, text, int(distance or 1), 1, weight)
    text = analyzer.fold(lexeme.text)
    if not any(c in text for c in "*?") or not text.strip("*?").strip():
        return None
    if text.endswith("*") and not any(c in text[:-1] for c in "*?"):
        return _prefix(text[:-1], analyzer)
    return (lambda field, weight: Wildcard(field, text, weight)) if any(c.isalnum() for c in text) else None


def _prefix(text: str, analyzer: Analyzer) -> Build:
    """Terms are stems: `elections*` must also find what "elections" became in the index."""
    stems = [forms[0][0] for forms in analyzer.query_words(text)]
    shorter = [stem for stem in stems if len(stems) == 1 and not stem.startswith(text)]

    def build(field: str, weight: float) -> Query:
        return _one_of([Prefix(field, text, weight), *(Term(field, stem, weight) for stem in shorter)])

    return build


def _joined(clauses: list[_Clause | None], kind: type[And] | type[Or], joint: str) -> _Clause | None:
    # A word that is repeated asks for nothing more, and costs as much again.
    said = list({clause.query: clause for clause in clauses if clause is not None}.values())
    if len(said) < 2:
        return said[0] if said else None
    words = joint.join(clause.words for clause in said)
    if kind is Or:
        return _Clause(Or(tuple(_rooted(clause.query) for clause in said)), words)
    return _Clause(And(tuple(clause.query for clause in said)), words)


def _rooted(query: Query) -> Query:
    """A clause that only excludes excludes from everything."""
    if isinstance(query, Not) or (isinstance(query, And) and all(isinstance(child, Not) for child in query.children)):
        return And((Everything(), *(query.children if isinstance(query, And) else (query,))))
    return query


def _one_of(queries: list[Query]) -> Query:
    flat = [leaf for query in queries for leaf in (query.children if isinstance(query, Or) else (query,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def _weighted(clause: _Clause | None, factor: float) -> _Clause | None:
    return clause and _Clause(_boosted(clause.query, factor), f"{clause.words} (weight {factor:g})")


def _boosted(query: Query, factor: float) -> Query:
    match query:
        case And(children):
            return And(tuple(_boosted(child, factor) for child in children))
        case Or(children, minimum):
            return Or(tuple(_boosted(child, factor) for child in children), minimum)
        case Term() | Phrase() | Prefix() | Wildcard() | Fuzzy():
            return replace(query, boost=query.boost * factor)
        case _:
            return query


def _date_bounds(text: str) -> tuple[int | None, int | None] | None:
    first, dots, last = text.partition("..")
    if dots:
        return _open_bounds(first, last)
    if text[:1] in "<>":
        found = span(text[1:].lstrip("="))
        return found and _compared(text, found)
    return span(text)


def _open_bounds(first: str, last: str) -> tuple[int | None, int | None] | None:
    """Both ends belong to the span: 2020..2021 is the whole of both years, whichever is named first."""
    low, high = (None if end in ("", "*") else span(end) for end in (first, last))
    if (low is None and first not in ("", "*")) or (high is None and last not in ("", "*")):
        return None
    if low and high:
        return min(low[0], high[0]), max(low[1], high[1])
    return low and low[0], high and high[1]


def _compared(text: str, found: tuple[int, int]) -> tuple[int | None, int | None]:
    start, end = found
    if text[0] == ">":
        return (start if text[1:2] == "=" else end), None
    return None, (end if text[1:2] == "=" else start)


def _date_words(text: str) -> str:
    first, dots, last = text.partition("..")
    if not dots:
        return {"<": f"before {text[1:]}", ">": f"after {text[1:]}"}.get(text[:1], text)
    return f"from {first or 'the beginning'} to {last or 'today'}"
