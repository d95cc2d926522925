"""Postings of several runs or segments -> the postings of one, as arrays, chunk by chunk in the order of the terms.

    terms of two parts    bank  storm        storm  wave
    ranks                 0     1            1      2        place of each part's term among all distinct ones
    heads                 0     1                   3        for each distinct term one that spells it

Every part says which number its documents get; -1 drops a document, and a term that only dropped documents had is gone.
The documents of a later part must get greater numbers than those of an earlier one, so that they rise within a term.
A chunk holds about `budget` integers, or one term where that alone has more: memory does not grow with the index.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import I64, U8, U32, Inverted, offsets_of
from index.codec.terms import copy_terms

# 32 MB of integers: large enough that the work per chunk does not count.
BUDGET = 8_000_000
NONE: U32 = np.zeros(0, np.uint32)


class FieldSource(Protocol):
    """One field of a run or a segment: its terms in order, and their postings."""

    @property
    def term_blob(self) -> U8:
        """The terms, end to end."""

    @property
    def term_offsets(self) -> NDArray[Any]:
        """Term t is term_blob[term_offsets[t]:term_offsets[t + 1]]."""

    def doc_freqs(self, low: int, high: int) -> I64:
        """In how many documents each of the terms from `low` to `high` stands."""

    def decode(self, low: int, high: int) -> Inverted:
        """The terms from `low` to `high` with their postings."""


@dataclass(frozen=True, slots=True)
class Part:
    """One source of a merge. Document d becomes numbers[d], and is dropped where that is -1 (int64)."""

    postings: FieldSource
    numbers: I64


def merge(
    parts: Sequence[Part], budget: int = BUDGET, release: Callable[[], None] = lambda: None
) -> Iterator[Inverted]:
    """Behaves as if all live postings were inverted anew: chunks of whole terms, rising, none of them empty.

    `release` is called whenever a chunk has been used: parts that are mapped may give their pages back.
    """
    cuts = _cuts(parts, budget)
    places = [_places(part, cuts) for part in parts]
    release()
    for spans in zip(*map(pairwise, places), strict=True):
        chunk = _merged(parts, spans)
        if chunk:
            yield chunk
            release()


def _cuts(parts: Sequence[Part], budget: int) -> list[bytes]:
    """Terms before which to cut, so that what lies between two of them is about `budget` integers in all parts."""
    cuts, held, step = list[bytes](), 0, max(1, budget // (2 * max(1, len(parts))))
    for term, size in sorted(mark for part in parts for mark in _marks(part, step)):
        held += size
        if held + step > budget and cuts[-1:] != [term]:
            cuts.append(term)
            held = 0
    return cuts


def _marks(part: Part, step: int) -> Iterator[tuple[bytes, int]]:
    """Every so many integers the next term, and how many integers there are from the mark before to this one."""
    offsets, blob = part.postings.term_offsets, part.postings.term_blob
    # A posting is a document, a frequency and, in news, two positions or so.
    ends = np.cumsum(4 * part.postings.doc_freqs(0, len(offsets) - 1))
    reached = 0
    while (at := int(np.searchsorted(ends, reached + step)) + 1) < len(ends):
        yield blob[offsets[at] : offsets[at + 1]].tobytes(), int(ends[at - 1]) - reached
        reached = int(ends[at - 1])


def _places(part: Part, cuts: Sequence[bytes]) -> list[int]:
    """Where the cuts fall among the terms of a part, with its beginning and its end."""
    offsets, blob = part.postings.term_offsets, part.postings.term_blob
    places, count = [0], len(offsets) - 1
    for cut in cuts:
        rest = range(places[-1], count)
        found = bisect_left(rest, cut, key=lambda n: blob[offsets[n] : offsets[n + 1]].tobytes())
        places.append(places[-1] + found)
    return [*places, count]


@dataclass(frozen=True, slots=True)
class _Terms:
    """The distinct terms of some pieces: `ranks` per piece, the rest as drawn above."""

    blob: U8
    offsets: I64
    ranks: list[I64]
    heads: I64


def _union(found: Sequence[Inverted]) -> _Terms:
    firsts = offsets_of([len(each) for each in found])
    bases = offsets_of([len(each.term_blob) for each in found])
    shifted = [each.term_offsets[:-1] + base for each, base in zip(found, bases.tolist(), strict=False)]
    offsets = np.concatenate([*shifted, bases[-1:]])
    blob = np.concatenate([each.term_blob for each in found])
    ranks, heads = np.zeros(int(firsts[-1]), np.int64), np.zeros(int(firsts[-1]), np.int64)
    distinct = merge_terms(blob, offsets, firsts, ranks, heads)
    return _Terms(blob, offsets, np.split(ranks, firsts[1:-1]), heads[:distinct].copy())


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one part gives to a chunk."""

    found: Inverted
    numbers: I64
    ranks: I64


def _merged(parts: Sequence[Part], spans: Sequence[tuple[int, int]]) -> Inverted | None:
    """The terms between two cuts; None where there is none."""
    chosen = [(part, span) for part, span in zip(parts, spans, strict=True) if span[0] < span[1]]
    if not chosen:
        return None
    found = [part.postings.decode(*span) for part, span in chosen]
    terms = _union(found)
    pieces = [
        _Piece(each, part.numbers, ranks) for each, (part, _), ranks in zip(found, chosen, terms.ranks, strict=True)
    ]
    found.clear()
    postings, positions = np.zeros(len(terms.heads), np.int64), np.zeros(len(terms.heads), np.int64)
    for piece in pieces:
        each = piece.found
        count_live(each.starts, each.docs, each.freqs, piece.numbers, piece.ranks, postings, positions)
    live = np.flatnonzero(postings)
    starts = offsets_of(postings[live])
    merged = _place(pieces, offsets_of(postings)[:-1].copy(), offsets_of(positions)[:-1].copy(), int(positions.sum()))
    blob, offsets = _spell(terms, terms.heads[live])
    return Inverted(blob, offsets, starts, *merged)


def _place(pieces: list[_Piece], at: I64, positions_at: I64, occurrences: int) -> tuple[U32, U32, U32 | None]:
    # The next free place of every term moves on from piece to piece.
    with_positions = any(piece.found.positions is not None for piece in pieces)
    total = sum(len(piece.found.docs) for piece in pieces)
    docs, freqs = np.zeros(total, np.uint32), np.zeros(total, np.uint32)
    places = np.zeros(occurrences if with_positions else 0, np.uint32)
    written = 0
    pieces.reverse()
    while pieces:
        # What has been placed is given back at once: of the most frequent words there are more than of all others.
        piece = pieces.pop()
        found = piece.found
        positions = NONE if found.positions is None else found.positions
        written += place_live(
            found.starts, found.docs, found.freqs, positions, piece.numbers, piece.ranks, at, positions_at, docs, freqs,
            places,
        )  # fmt: skip
    return docs[:written], freqs[:written], places if with_positions else None


def _spell(terms: _Terms, heads: I64) -> tuple[U8, I64]:
    offsets = offsets_of(terms.offsets[heads + 1] - terms.offsets[heads])
    blob = np.zeros(int(offsets[-1]), np.uint8)
    copy_terms(terms.blob, terms.offsets, heads, offsets, blob)
    return blob, offsets


@kernel("index.codec.merge_loops")
def merge_terms(blob: U8, offsets: I64, firsts: I64, ranks: I64, heads: I64) -> int:
    """Number the distinct terms of several sorted lists that lie end to end; returns how many there are.

    List k is the terms firsts[k] to firsts[k + 1]. Fills ranks[T] and the beginning of heads[T], as drawn above.
    """
    spelt = [blob[offsets[t] : offsets[t + 1]].tobytes() for t in range(len(ranks))]
    order = sorted(range(len(spelt)), key=spelt.__getitem__)
    distinct = 0
    for place, number in enumerate(order):
        if not place or spelt[number] != spelt[order[place - 1]]:
            heads[distinct] = number
            distinct += 1
        ranks[number] = distinct - 1
    return distinct


@kernel("index.codec.merge_loops")
def count_live(  # noqa: PLR0913  kernels take plain arrays
    starts: I64, docs: U32, freqs: U32, numbers: I64, ranks: I64, postings: I64, positions: I64
) -> None:
    """Add the live postings of each term t of a piece, and their positions, to the counts of ranks[t]."""
    live = numbers[docs] >= 0
    rank = np.repeat(ranks, np.diff(starts))[live]
    postings += np.bincount(rank, minlength=len(postings))
    positions += np.bincount(rank, weights=freqs[live], minlength=len(positions)).astype(np.int64)


@kernel("index.codec.merge_loops")
def place_live(  # noqa: PLR0913  kernels take plain arrays
    starts: I64, docs: U32, freqs: U32, positions: U32, numbers: I64, ranks: I64, at: I64, positions_at: I64,
    out_docs: U32, out_freqs: U32, out_positions: U32,
) -> int:  # fmt: skip
    """Write the live postings of a piece to the next places of their terms, and move these on; returns how many.

    at[r] is where the next posting of the term of rank r goes, positions_at[r] where its next position goes.
    """
    live = numbers[docs] >= 0
    rank = np.repeat(ranks, np.diff(starts))[live]
    kept = freqs[live].astype(np.int64)
    counts = np.bincount(rank, minlength=len(at))
    within = np.arange(len(rank)) - np.repeat(offsets_of(counts)[:-1], counts)
    places = at[rank] + within
    out_docs[places] = numbers[docs[live]]
    out_freqs[places] = kept
    at += counts
    if len(positions):
        before = offsets_of(kept)
        sums = np.bincount(rank, weights=kept, minlength=len(at)).astype(np.int64)
        first = positions_at[rank] + before[:-1] - np.repeat(offsets_of(sums)[:-1], counts)
        targets = np.repeat(first - before[:-1], kept) + np.arange(int(before[-1]))
        out_positions[targets] = positions[np.repeat(live, freqs)]
        positions_at += sums
    return len(rank)
