"""What may be asked of a search, by the same names at every door, and what is wrong with what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from search.cursor import read_cursor
from search.engine import FACETS, Position, Sort
from search.errors import BadRequest
from search.nearest import nearest

NAMES = ("q", "page", "page_size", "sort", "snippets")
# What only programs may ask for.
API_NAMES = (*NAMES, "cursor", "facets")

LARGEST_PAGE = 200
DEEPEST_RESULT = 10_000
MOST_SNIPPETS = 5

# What the same things are called by other news and search services.
_ELSEWHERE = {
    "query": "q", "text": "q", "search": "q", "term": "q", "s": "q", "limit": "page_size", "size": "page_size",
    "per_page": "page_size", "count": "page_size", "hitsperpage": "page_size", "offset": "page", "start": "page",
    "order": "sort", "order_by": "sort", "orderby": "sort", "sort_by": "sort", "hl": "snippets",
    "highlight": "snippets", "after": "cursor", "search_after": "cursor", "next_cursor": "cursor", "next": "cursor",
    "facet": "facets", "aggs": "facets", "facet_by": "facets", "facet_field": "facets", "facet_fields": "facets",
}  # fmt: skip

# Nothing that anybody means, and the pages are sent as UTF-8.
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """One search as it was asked for. `sort` None is the default: relevance, or newest for an empty query.

    With a `cursor`, the results are those that come after it, and there is no other page than 1.
    """

    q: str = ""
    page: int = 1
    page_size: int = 10
    sort: Sort | None = None
    snippets: int = 2
    cursor: str = ""
    facets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "q", self.q.translate(_SURROGATES))
        _check_window(self.page, self.page_size)
        _check_range("snippets", self.snippets, 0, MOST_SNIPPETS)
        if self.after is not None and self.page != 1:
            raise _either_page_or_cursor()

    @property
    def order(self) -> Sort:
        """The order that is really used."""
        return self.sort or (Sort.RELEVANCE if self.q.strip() else Sort.NEWEST)

    @property
    def offset(self) -> int:
        """How many results come before this page."""
        return (self.page - 1) * self.page_size

    @property
    def after(self) -> Position | None:
        """The position that the cursor stands for, None without one."""
        return read_cursor(self.cursor, self.q, self.order) if self.cursor else None

    def query_string(self, **changes: object) -> str:
        """The parameters that differ from their defaults, URL-encoded, with `changes` applied first."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]  # the caller names fields of this class
        default = Parameters()
        values = {name: getattr(wanted, name) for name in API_NAMES}
        given = {name: value for name, value in values.items() if value != getattr(default, name)}
        texts = {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in given.items()}
        return urlencode(texts, safe=",")


def read_parameters(pairs: Iterable[tuple[str, str]], names: Sequence[str] = NAMES) -> Parameters:
    """Read the name-value pairs of a query string. An empty value is the default. Raises BadRequest, also for a name
    that is not one of `names`.
    """
    given: dict[str, str] = {}
    for name, value in pairs:
        if name not in names:
            raise BadRequest(name, unknown(name, names))
        if name in given:
            raise BadRequest(name, "is given more than once; give it once.")
        given[name] = value
    if given.get("page") and given.get("cursor"):
        raise _either_page_or_cursor()
    return Parameters(
        q=given.get("q", ""),
        page=_whole_number(given, "page", 1),
        page_size=_whole_number(given, "page_size", 10),
        sort=_sort(given.get("sort", "")),
        snippets=_whole_number(given, "snippets", 2),
        cursor=given.get("cursor", ""),
        facets=_facets(given.get("facets", "")),
    )


def unknown(name: str, known: Sequence[str] = NAMES) -> str:
    """Say that there is no such parameter, and which one was probably meant."""
    key = name.lower().replace("-", "_")
    meant = _ELSEWHERE.get(key, "")
    near = meant if meant in known else nearest(key, known)
    hint = f"Did you mean {near}?" if near else f"Known are: {', '.join(known) or 'none'}."
    return f"is not a parameter of this service. {hint}"


def _whole_number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise BadRequest(name, f"must be a whole number, not {_quoted(text)}.")
    return int(text)


def _sort(text: str) -> Sort | None:
    try:
        return Sort(text) if text else None
    except ValueError:
        raise BadRequest("sort", f"must be one of {', '.join(Sort)}, not {_quoted(text)}.") from None


def _facets(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))
    for name in names:
        if name not in FACETS:
            raise BadRequest("facets", f"must be some of {', '.join(FACETS)}, not {_quoted(name)}.")
    return names


def _either_page_or_cursor() -> BadRequest:
    return BadRequest("cursor", "says where to go on, and so does page: give one of them.")


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:40]}…”"


def _check_window(page: int, page_size: int) -> None:
    _check_range("page_size", page_size, 1, LARGEST_PAGE)
    last = DEEPEST_RESULT // page_size
    if page < 1:
        raise BadRequest("page", f"counts from 1, so there is no page {page}.")
    if page > last:
        detail = f"reaches past the first {DEEPEST_RESULT:,} results; with page_size={page_size} the last is {last}."
        raise BadRequest("page", f"{detail} A narrower query or another sort brings others forward; a cursor goes on.")


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadRequest(name, f"must be from {low} to {high}, not {value}. The maximum is {high}.")
