"""Articles -> inverted arrays: what a run of the writer holds in memory.

    texts --scan--> forms --expand--> tokens --count, fill--> Inverted, one a field

    entries   uint32[*]   what forms mean, form after form: a term's number, and BESIDE where it stands at the position
                          of the term before it (see analysis.Entry)
    tokens    uint32[*]   the entries of all texts of a batch, text after text; positions follow from BESIDE
    bounds    int64[n+3]  the batch's first document, the stamp of document 0, then where the tokens of each of the
                          batch's n texts begin and end (see Bounds)
    cursors   int64[T,3]  per term: the stamp of the document met last, the next posting, the next position
    met       int64[*]    how many terms were met, then their numbers

A term's number is given once and for all; a run's terms are those that its tokens name. No field and no run clears
`cursors`, which may be far larger than a run: each pass counts its documents on from those of the pass before, as
stamps, and so knows an old entry when it meets one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from index.analysis import Analyzer
from index.codec.compiled import kernel
from index.codec.inverted import I64, U8, U32, Inverted, offsets_of
from index.codec.lengths import length_bytes
from index.codec.scanner import Scanner
from index.codec.terms import copy_terms

Number = TypeVar("Number", np.int64, np.uint32, np.uint64, np.uint8)

BESIDE = 1 << 31

# Enough bytes for the loops to forget what calling them costs, few enough to stay in the processor's cache.
BATCH = 1 << 19

# Forms worth remembering: 210 MB of them. An archive of half a million articles has more, and meets most of them once.
FORMS = 750_000

NO_LENGTHS = np.zeros(0, np.int64)

class Bounds(IntEnum):
    """What stands at the beginning of `bounds`."""

    FIRST = 0
    STAMP = 1
    HEADER = 2


@kernel("index.codec.inversion_loops")
def expand(forms: U32, starts: I64, entries: U32, ends: I64, tokens: U32) -> None:
    """Fill `tokens` with the entries of the forms; `ends` (of forms a text) becomes ends of tokens."""
    counts = starts[forms + 1] - starts[forms]
    reached = offsets_of(counts)
    tokens[:] = entries[np.repeat(starts[forms] - reached[:-1], counts) + np.arange(reached[-1])]
    ends[:] = reached[ends]


@kernel("index.codec.inversion_loops")
def expanded(forms: U32, starts: I64) -> int:
    """Return how many entries the forms have together."""
    return int((starts[forms + 1] - starts[forms]).sum())


@kernel("index.codec.inversion_loops")
def count(tokens: U32, bounds: I64, cursors: I64, met: I64) -> None:
    """Count postings and positions of each term in the last two columns of `cursors`, and note new terms in `met`."""
    terms, docs = _terms(tokens), _docs(bounds)
    pairs, counts = np.unique(terms << 32 | docs, return_counts=True)
    unique, first = np.unique(pairs >> 32, return_index=True)
    fresh = unique[cursors[unique, 0] < bounds[Bounds.STAMP]]
    met[1 + met[0] : 1 + met[0] + len(fresh)] = fresh
    met[0] += len(fresh)
    cursors[fresh, 1:] = 0
    cursors[unique, 0] = bounds[Bounds.STAMP] + bounds[Bounds.FIRST]
    cursors[unique, 1] += np.diff(np.append(first, len(pairs)))
    cursors[unique, 2] += np.add.reduceat(counts, first) if len(first) else 0


@kernel("index.codec.inversion_loops")
def fill(tokens: U32, bounds: I64, cursors: I64, postings: U32, positions: U32) -> None:
    """Write documents and frequencies to postings[0] and postings[1], and positions, each where its cursor points."""
    terms, docs = _terms(tokens), _docs(bounds)
    order = np.argsort(terms, kind="stable")
    pairs, first, freqs = np.unique(terms[order] << 32 | docs[order], return_index=True, return_counts=True)
    at = cursors[pairs >> 32, 1] + _ranks(pairs >> 32)
    postings[0, at], postings[1, at] = docs[order][first], freqs
    positions[cursors[terms[order], 2] + _ranks(terms[order])] = _positions(tokens, bounds)[order]
    np.add.at(cursors[:, 1], pairs >> 32, 1)
    np.add.at(cursors[:, 2], terms, 1)


def _terms(tokens: U32) -> I64:
    return (tokens & np.uint32(BESIDE - 1)).astype(np.int64)


def _docs(bounds: I64) -> I64:
    ends = bounds[Bounds.HEADER :]
    return np.repeat(np.arange(len(ends) - 1) + bounds[Bounds.FIRST], np.diff(ends))


def _positions(tokens: U32, bounds: I64) -> I64:
    ends = bounds[Bounds.HEADER :]
    steps = offsets_of((tokens < BESIDE).astype(np.int64))
    return steps[1:] - np.repeat(steps[ends[:-1]], np.diff(ends)) - 1


def _ranks(rising: I64) -> I64:
    """The how-manieth of its kind each number is."""
    return np.arange(len(rising)) - np.searchsorted(rising, rising)


@dataclass(frozen=True, slots=True)
class FieldRun:
    """One field of a run: its postings, the length byte of every document (0 without the field), the sum of lengths."""

    inverted: Inverted
    lengths: U8
    total_length: int


@dataclass(frozen=True, slots=True)
class Texts:
    """One field of the articles of a run: its text in each of them, "" for none, and the same as UTF-8."""

    texts: Sequence[str]
    encoded: Sequence[bytes]


@dataclass(slots=True)
class _Stream:
    """The tokens of one field, batch by batch."""

    tokens: list[U32] = field(default_factory=list)
    bounds: list[I64] = field(default_factory=list)


class Inverter:
    """Inverts articles, run by run. Not for several threads.

    What it has learnt of words stays for the next run, up to FORMS: whoever knows more begins anew.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._dictionary = _Dictionary(self._analyzer)
        self._cursors = _Growing(np.zeros(0, np.int64))
        self._stamped = 0

    def run(self, fields: Mapping[str, Texts], languages: Sequence[str]) -> dict[str, FieldRun]:
        """Return the postings of each field of some articles, which are numbered from 0."""
        if self._dictionary.forms > FORMS:
            self._begin_anew()
        streams = {name: _Stream() for name in fields}
        modes = [self._modes(each.texts, languages) for each in fields.values()]
        sizes = np.array([list(map(len, each.encoded)) for each in fields.values()], np.int64)
        for first, end in _batches(sizes.sum(axis=0)):
            texts = [text for each in fields.values() for text in each.encoded[first:end]]
            tokens, ends = self._dictionary.tokens(texts, [mode for each in modes for mode in each[first:end]])
            for number, stream in enumerate(streams.values()):
                own = ends[number * (end - first) : (number + 1) * (end - first) + 1]
                stream.tokens.append(tokens[own[0] : own[-1]])
                stream.bounds.append(np.concatenate(([first, 0], own - own[0])))
        self._cursors.append(np.full(3 * self._dictionary.terms - len(self._cursors.filled), -1, np.int64))
        return {name: self._inverted(stream, len(languages)) for name, stream in streams.items()}

    def _modes(self, texts: Sequence[str], languages: Sequence[str]) -> list[int]:
        mode, number = self._analyzer.mode, self._dictionary.mode
        return [number(mode(text, language)) for text, language in zip(texts, languages, strict=True)]

    def _inverted(self, stream: _Stream, documents: int) -> FieldRun:
        cursors = self._cursors.filled.reshape(-1, 3)
        terms = self._counted(stream, cursors, documents)
        starts, places = offsets_of(cursors[terms, 1]), offsets_of(cursors[terms, 2])
        cursors[terms, 1], cursors[terms, 2] = starts[:-1], places[:-1]
        postings, positions = np.empty((2, starts[-1]), np.uint32), np.empty(places[-1], np.uint32)
        lengths = np.concatenate([NO_LENGTHS, *(np.diff(bounds[Bounds.HEADER :]) for bounds in stream.bounds)])
        self._stamp(stream, documents)
        for tokens, bounds in zip(stream.tokens, stream.bounds, strict=True):
            fill(tokens, bounds, cursors, postings, positions)
        blob, offsets = self._dictionary.spelled(terms)
        inverted = Inverted(blob, offsets, starts, postings[0], postings[1], positions)
        return FieldRun(inverted, length_bytes(lengths), int(lengths.sum()))

    def _counted(self, stream: _Stream, cursors: I64, documents: int) -> I64:
        """The terms of a field in the order of their bytes; `cursors` has counted their postings and positions."""
        most = min(sum(map(len, stream.tokens)), len(cursors))
        met = np.zeros(1 + most, np.int64)
        self._stamp(stream, documents)
        for tokens, bounds in zip(stream.tokens, stream.bounds, strict=True):
            count(tokens, bounds, cursors, met)
        return self._dictionary.ordered(met[1 : 1 + met[0]])

    def _stamp(self, stream: _Stream, documents: int) -> None:
        for bounds in stream.bounds:
            bounds[Bounds.STAMP] = self._stamped
        self._stamped += documents


def _batches(sizes: I64) -> Iterator[tuple[int, int]]:
    """Where to begin and to end, so that about BATCH bytes are read at a time."""
    ends = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        end = first + 1 + int(np.searchsorted(ends[first:-1], before + BATCH))
        yield first, end
        first = end


class _Dictionary:
    """What is known of words: forms and their terms, terms and their numbers."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._scanner = Scanner(analyzer.plain)
        self._modes: dict[tuple[str, bool], int] = {}
        self._numbers = _Numbers()
        # The terms end to end, and where they begin and end.
        self._blob = _Growing(np.zeros(0, np.uint8))
        self._offsets = _Growing(np.zeros(1, np.int64))
        # The first 16 bytes of each term, as two numbers that compare as the bytes do.
        self._heads = _Growing(np.zeros(0, np.uint64))
        self._starts = _Growing(np.zeros(1, np.int64))
        self._entries = _Growing(np.zeros(0, np.uint32))

    @property
    def forms(self) -> int:
        """How many forms are known."""
        return self._scanner.forms

    @property
    def terms(self) -> int:
        """How many terms are known."""
        return len(self._numbers)

    def mode(self, mode: tuple[str, bool]) -> int:
        """Return the number of a mode of the analyzer."""
        return self._modes.setdefault(mode, len(self._modes))

    def tokens(self, texts: Sequence[bytes], modes: Sequence[int]) -> tuple[U32, I64]:
        """Return the tokens of the texts, and where those of each text begin and end: int64[texts + 1]."""
        before = self._scanner.forms
        forms, ends = self._scanner.scan(texts, modes)
        if self._scanner.forms > before:
            self._learn(before)
        tokens = np.empty(expanded(forms, self._starts.filled), np.uint32)
        expand(forms, self._starts.filled, self._entries.filled, ends, tokens)
        return tokens, ends

    def ordered(self, terms: I64) -> I64:
        """Return terms in the order of their bytes."""
        heads = self._heads.filled.reshape(-1, 2)[terms]
        order = np.lexsort((heads[:, 1], heads[:, 0]))
        heads, found = heads[order], terms[order]
        # Only terms that begin with the same 16 bytes may be out of order.
        alike = np.flatnonzero((heads[1:] == heads[:-1]).all(axis=1))
        for group in np.split(alike, np.flatnonzero(np.diff(alike) > 1) + 1) if len(alike) else ():
            span = slice(group[0], group[-1] + 2)
            found[span] = sorted(found[span].tolist(), key=self._numbers.terms.__getitem__)
        return found

    def spelled(self, terms: I64) -> tuple[U8, I64]:
        """Return the bytes of the terms end to end, and their offsets."""
        known = self._offsets.filled
        offsets = offsets_of(known[terms + 1] - known[terms])
        blob = np.empty(int(offsets[-1]), np.uint8)
        copy_terms(self._blob.filled, known, terms, offsets, blob)
        return blob, offsets

    def _learn(self, first: int) -> None:
        """Find out what the forms from number `first` on mean."""
        modes, forms = self._scanner.written(first, self._scanner.forms)
        meanings: list[Sequence[int]] = [()] * len(forms)
        for mode, number in self._modes.items():
            chosen = [at for at, its in enumerate(modes) if its == number]
            terms = self._analyzer.read_simple([forms[at] for at in chosen], mode)
            for at, term in zip(chosen, terms, strict=True):
                meanings[at] = (self._numbers[term],) if term else self._read(forms[at], mode)
        self._starts.append(self._starts.filled[-1] + offsets_of(list(map(len, meanings)))[1:])
        self._entries.append(np.array([entry for meaning in meanings for entry in meaning], np.uint32))
        self._spell(self._numbers.terms[len(self._offsets.filled) - 1 :])

    def _read(self, form: str, mode: tuple[str, bool]) -> list[int]:
        numbers = self._numbers
        return [numbers[entry.text] | (0 if entry.step else BESIDE) for entry in self._analyzer.read(form, mode)]

    def _spell(self, terms: Sequence[bytes]) -> None:
        """Keep how new terms are written."""
        heads = b"".join([term[:16].ljust(16, b"\0") for term in terms])
        self._heads.append(np.frombuffer(heads, ">u8").astype(np.uint64))
        self._blob.append(np.frombuffer(b"".join(terms), np.uint8))
        self._offsets.append(self._offsets.filled[-1] + offsets_of(list(map(len, terms)))[1:])


class _Growing(Generic[Number]):
    """An array that is appended to. `filled` is what it holds now."""

    def __init__(self, filled: npt.NDArray[Number]) -> None:
        self.filled: npt.NDArray[Number] = filled
        self._room: npt.NDArray[Number] = filled

    def append(self, more: npt.NDArray[Number]) -> None:
        """Append numbers. Room doubles, so that making it costs no more than filling it."""
        before, after = len(self.filled), len(self.filled) + len(more)
        if after > len(self._room):
            self._room = np.empty(2 * after, self.filled.dtype)
            self._room[:before] = self.filled
        self._room[before:after] = more
        self.filled = self._room[:after]


class _Numbers(dict[str, int]):
    """Term -> its number, the next one where the term is new; and `terms`, number -> bytes."""

    def __init__(self) -> None:
        self.terms: list[bytes] = []

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self.terms)
        self.terms.append(term.encode("utf-8"))
        return number


def invert_keywords(keywords: Sequence[str]) -> Inverted:
    """Invert a field of one keyword a document, "" for none: postings with frequency 1 and no positions."""
    spelled = sorted((keyword.encode("utf-8", "surrogatepass"), doc) for doc, keyword in enumerate(keywords) if keyword)
    terms = list(dict.fromkeys(term for term, _ in spelled))
    numbers = {term: number for number, term in enumerate(terms)}
    counts = np.bincount(np.array([numbers[term] for term, _ in spelled], np.int64), minlength=len(terms)).tolist()
    docs = np.array([doc for _, doc in spelled], np.uint32)
    blob = np.frombuffer(b"".join(terms), np.uint8)
    return Inverted(blob, offsets_of([len(t) for t in terms]), offsets_of(counts), docs, np.ones_like(docs), None)
