"""A query that found nothing -> looser queries that find something, with how many articles each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from search.engine import Engine, Request
from search.nearest import nearest
from search.parse import DATES, KEYWORDS, parse
from search.syntax import FIELD_NAMES, OPERATORS, Kind, Lexeme, lexemes

# Each one tried is a search: a long query gets the broad advice only.
MOST_SINGLED_OUT = 6


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A looser query: what was changed, in words, its text, and how many articles it finds."""

    change: str
    q: str
    total: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word, phrase or date of the query with the field and the minus sign it stands under."""

    text: str
    kind: Kind
    field: str = ""
    negative: bool = False
    slop: float = 1

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.kind is Kind.QUOTED else self.text
        return f"{'-' * self.negative}{self.field}{':' * bool(self.field)}{text}{f'~{self.slop:g}' * (self.slop != 1)}"


def relaxations(q: str, engine: Engine) -> tuple[Relaxation, ...]:
    """Try the looser forms of `q`, and return those that find articles, the closest to `q` first."""
    analyzer = engine.analyzer()
    found: dict[str, Relaxation] = {}
    for change, looser in _looser(q):
        total = engine.search(Request(parse(looser, analyzer).query, limit=0)).total
        if total:
            found.setdefault(looser, Relaxation(change, looser, total))
    return tuple(found.values())


def _looser(q: str) -> Iterator[tuple[str, str]]:
    lexed = lexemes(q)
    units = _units(lexed)
    wanted = [unit for unit in units if not unit.negative]
    unwanted = [unit for unit in units if unit.negative]
    yield from _with_known_fields(lexed)
    if unwanted and wanted:
        yield "Without the exclusions", _joined(wanted)
    flat = not any(lexeme.kind in (Kind.OR, Kind.OPEN) for lexeme in lexed)
    if flat and 1 < len(wanted) <= MOST_SINGLED_OUT:
        for left_out in wanted:
            yield f"Without {left_out}", _joined([unit for unit in units if unit is not left_out])
    if any(unit.kind is Kind.QUOTED for unit in wanted):
        yield "The words anywhere, not side by side", _joined([_unquoted(unit) for unit in units])
    if any(_in_text_field(unit) for unit in wanted):
        yield "In every field", _joined([replace(unit, field="") if _in_text_field(unit) else unit for unit in units])
    words = _single_words(wanted)
    if len(words) > 1:
        yield "Any of the words", _joined([f"({' OR '.join(words)})" if unwanted else " OR ".join(words), *unwanted])


def _with_known_fields(lexed: Sequence[Lexeme]) -> Iterator[tuple[str, str]]:
    """Take the name of an unknown field for a slip of the pen."""
    for lexeme in lexed:
        near = nearest(lexeme.text.lower(), FIELD_NAMES) if lexeme.kind is Kind.UNKNOWN_FIELD else ""
        if near:
            meant = Lexeme(Kind.FIELD, FIELD_NAMES[near])
            units = _units([meant if other is lexeme else other for other in lexed])
            yield f"{near}: in place of {lexeme.text}:", _joined(units)


def _units(lexed: Sequence[Lexeme]) -> list[_Unit]:
    units: list[_Unit] = []
    field, negative = "", False
    for lexeme in lexed:
        if lexeme.kind is Kind.FIELD:
            field = lexeme.text
        elif lexeme.kind is Kind.NOT:
            negative = not negative
        elif lexeme.kind in (Kind.WORD, Kind.QUOTED, Kind.SPAN, Kind.UNKNOWN_FIELD):
            units.append(_Unit(lexeme.text, lexeme.kind, field, negative, lexeme.number))
            field, negative = "", False
    return units


def _joined(units: Sequence[_Unit | str]) -> str:
    return " ".join(map(str, units))


def _unquoted(unit: _Unit) -> _Unit:
    return replace(unit, kind=Kind.WORD, text=f"({unit.text})", slop=1) if unit.kind is Kind.QUOTED else unit


def _in_text_field(unit: _Unit) -> bool:
    return bool(unit.field) and unit.field not in (*DATES, *KEYWORDS)


def _single_words(units: Sequence[_Unit]) -> list[str]:
    words = [word for unit in units if unit.field not in DATES for word in unit.text.split()]
    return [word for word in dict.fromkeys(words) if any(map(str.isalnum, word)) and word not in OPERATORS]
