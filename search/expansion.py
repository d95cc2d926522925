"""Prefix, pattern or misspelling -> the terms of a field that it stands for, found among the sorted terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from index.codec.inverted import I64
from index.codec.layout import FieldPostings
from search.kernels.edits import within_edits
from search.query import Fuzzy, Prefix, Wildcard

# No term holds this byte: it does not occur in UTF-8.
BORDER = b"\xff"
CHARACTER = rb"(?:[\x00-\x7f]|[\xc0-\xfe][\x80-\xbf]*)"
ANYTHING = rb"[^\xff]*"


class Expansion(NamedTuple):
    """The terms found: their numbers in each segment (int64[T], -1: it lacks one), and their document frequencies."""

    label: str
    numbers: tuple[I64, ...]
    doc_freqs: tuple[int, ...]


Find = Callable[[FieldPostings], I64]


def expand(query: Prefix | Wildcard | Fuzzy, fields: Sequence[FieldPostings | None]) -> Expansion:
    """Find the terms in the field of each segment, None where a segment lacks it."""
    match query:
        case Prefix(field, text):
            start = _encoded(text)
            return _expansion(f"{field}:{text}*", fields, lambda postings: _numbers(postings.with_prefix(start)))
        case Wildcard(field, pattern):
            return _expansion(f"{field}:{pattern}", fields, lambda postings: fitting(postings, pattern))
        case Fuzzy(field, text, distance, prefix):
            return _expansion(f"{field}:{text}~", fields, lambda postings: similar(postings, text, distance, prefix))


def fitting(postings: FieldPostings, pattern: str) -> I64:
    """The numbers of the terms that a pattern fits: `*` is any run of characters, `?` one of them."""
    candidates = postings.with_prefix(_encoded(re.split(r"[*?]", pattern, maxsplit=1)[0]))
    offsets = postings.term_offsets[candidates.start : candidates.stop + 1].astype(np.int64)
    terms = postings.term_blob[offsets[0] : offsets[-1]]
    borders = offsets - offsets[0]
    text = np.insert(terms, borders, BORDER[0]).tobytes()
    found = [match.start() for match in re.finditer(_regex(pattern), text)]
    return candidates.start + np.searchsorted(borders + np.arange(len(borders)), np.array(found, np.int64))


def similar(postings: FieldPostings, text: str, distance: int, prefix: int) -> I64:
    """The numbers of the terms within `distance` edits that share the first `prefix` characters."""
    candidates = postings.with_prefix(_encoded(text[:prefix]))
    offsets = postings.term_offsets[candidates.start : candidates.stop + 1]
    wanted = np.array([ord(character) for character in text], np.uint32)
    close = np.zeros(len(candidates), np.bool_)
    within_edits(postings.term_blob, offsets, wanted, distance, close)
    return candidates.start + np.flatnonzero(close)


def _regex(pattern: str) -> bytes:
    """The pattern between two borders. Every run but the last ends at its first chance, so nothing is tried twice."""
    first, *runs = (
        b"".join(CHARACTER if c == "?" else re.escape(_encoded(c)) for c in run) for run in re.split(r"\*+", pattern)
    )
    if not runs:
        return BORDER + first + rb"(?=\xff)"
    middle = b"".join(rb"(?>[^\xff]*?" + run + b")" for run in runs[:-1])
    return BORDER + first + middle + ANYTHING + runs[-1] + rb"(?=\xff)"


def _expansion(label: str, fields: Sequence[FieldPostings | None], find: Find) -> Expansion:
    found = [(postings, find(postings)) if postings is not None else None for postings in fields]
    if len(found) == 1 and found[0] is not None:
        postings, numbers = found[0]
        return Expansion(label, (numbers,), tuple(_doc_freqs(postings, numbers)))
    return _joined(label, found)


def _joined(label: str, found: Sequence[tuple[FieldPostings, I64] | None]) -> Expansion:
    """Bring together what the segments found: the same term has another number in each."""
    places: dict[bytes, int] = {}
    entries = [
        (segment, places.setdefault(pair[0].term(number), len(places)), number, freq)
        for segment, pair in enumerate(found)
        if pair is not None
        for number, freq in zip(pair[1].tolist(), _doc_freqs(*pair), strict=True)
    ]
    numbers = np.full((len(found), len(places)), -1, np.int64)
    doc_freqs = [0] * len(places)
    for segment, place, number, freq in entries:
        numbers[segment, place] = number
        doc_freqs[place] += freq
    return Expansion(label, tuple(numbers), tuple(doc_freqs))


def _doc_freqs(postings: FieldPostings, numbers: I64) -> list[int]:
    if not len(numbers):
        return []
    low = int(numbers[0])
    freqs: list[int] = postings.doc_freqs(low, int(numbers[-1]) + 1)[numbers - low].tolist()
    return freqs


def _numbers(found: range) -> I64:
    return np.arange(found.start, found.stop)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
