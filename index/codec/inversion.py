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

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from whoosh.util.numeric import length_to_byte

from index.analysis import Analyzer, Entry
from index.codec.compiled import kernel
from index.codec.inverted import I64, U8, U32, Inverted, offsets_of
from index.codec.scanner import Scanner
from index.words import is_simple

Number = TypeVar("Number", np.int64, np.uint32, np.uint64)

BESIDE = 1 << 31

# Enough characters for the loops to forget what calling them costs, few enough to stay in the processor's cache.
BATCH = 1 << 19

# From this length on Whoosh's byte is 255.
LONGEST_LENGTH = 108_116


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


@dataclass(slots=True)
class _Stream:
    """The tokens of one field, batch by batch, and the texts that wait for the next batch."""

    texts: list[bytes] = field(default_factory=list)
    modes: list[int] = field(default_factory=list)
    tokens: list[U32] = field(default_factory=list)
    bounds: list[I64] = field(default_factory=list)


class Inverter:
    """Collects articles and inverts them, run by run. What it has learnt of words stays for the next run.

        for article in articles:
            inverter.add([article.title, article.body], article.language)   # document 0, 1, ... of this run
            if inverter.memory > limit:
                run = inverter.run()                                        # {"title": FieldRun, "body": FieldRun}

    Not to be shared between threads.
    """

    def __init__(self, analyzer: Analyzer, fields: Sequence[str]) -> None:
        self._analyzer = analyzer
        self._dictionary = _Dictionary(analyzer)
        self._streams = {name: _Stream() for name in fields}
        self._cursors = _Growing(np.zeros(0, np.int64))
        self._stamped = 0
        self._waiting = 0
        self.documents = 0

    @property
    def memory(self) -> int:
        """Bytes that this holds, and that `run` would take on top."""
        tokens = sum(batch.nbytes for stream in self._streams.values() for batch in stream.tokens)
        return 3 * tokens + 5 * self._waiting + self._cursors.nbytes + self._dictionary.memory

    def add(self, texts: Sequence[str], language: str = "") -> None:
        """Add an article: its texts in the order of the fields, "" for none."""
        for text, stream in zip(texts, self._streams.values(), strict=True):
            stream.texts.append(text.encode("utf-8", "surrogatepass"))
            stream.modes.append(self._dictionary.mode(self._analyzer.mode(text, language)))
            self._waiting += len(text)
        self.documents += 1
        if self._waiting >= BATCH:
            self._scan()

    def run(self) -> dict[str, FieldRun]:
        """Return all that was added since the last run, field by field, and begin the next run."""
        self._scan()
        self._cursors.append(np.full(3 * self._dictionary.terms - len(self._cursors.filled), -1, np.int64))
        runs = {name: self._inverted(stream) for name, stream in self._streams.items()}
        self.documents = 0
        return runs

    def _scan(self) -> None:
        for stream in self._streams.values():
            tokens, ends = self._dictionary.tokens(stream.texts, stream.modes)
            stream.tokens.append(tokens)
            stream.bounds.append(np.concatenate(([self.documents - len(stream.texts), 0], ends)))
            stream.texts, stream.modes = [], []
        self._waiting = 0

    def _inverted(self, stream: _Stream) -> FieldRun:
        cursors = self._cursors.filled.reshape(-1, 3)
        terms = self._counted(stream, cursors)
        starts, places = offsets_of(cursors[terms, 1]), offsets_of(cursors[terms, 2])
        cursors[terms, 1], cursors[terms, 2] = starts[:-1], places[:-1]
        postings, positions = np.empty((2, starts[-1]), np.uint32), np.empty(places[-1], np.uint32)
        lengths = np.concatenate([np.diff(bounds[Bounds.HEADER :]) for bounds in stream.bounds])
        self._stamp(stream)
        while stream.tokens:
            # What is written is given back at once: a run is as large as memory allows.
            fill(stream.tokens.pop(0), stream.bounds.pop(0), cursors, postings, positions)
        blob, offsets = self._dictionary.spelled(terms)
        inverted = Inverted(blob, offsets, starts, postings[0], postings[1], positions)
        return FieldRun(inverted, length_bytes(lengths), int(lengths.sum()))

    def _counted(self, stream: _Stream, cursors: I64) -> I64:
        """The terms of a field in the order of their bytes; `cursors` has counted their postings and positions."""
        most = min(sum(map(len, stream.tokens)), len(cursors))
        met = np.zeros(1 + most, np.int64)
        self._stamp(stream)
        for tokens, bounds in zip(stream.tokens, stream.bounds, strict=True):
            count(tokens, bounds, cursors, met)
        return self._dictionary.ordered(met[1 : 1 + met[0]])

    def _stamp(self, stream: _Stream) -> None:
        for bounds in stream.bounds:
            bounds[Bounds.STAMP] = self._stamped
        self._stamped += self.documents


class _Dictionary:
    """What is known of words: forms and their terms, terms and their numbers."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._scanner = Scanner(analyzer.plain)
        self._modes: dict[tuple[str, bool], int] = {}
        self._numbers = _Numbers()
        # The first 16 bytes of each term, as two numbers that compare as the bytes do.
        self._heads = _Growing(np.zeros(0, np.uint64))
        self._starts = _Growing(np.zeros(1, np.int64))
        self._entries = _Growing(np.zeros(0, np.uint32))

    @property
    def terms(self) -> int:
        """How many terms are known."""
        return len(self._numbers)

    @property
    def memory(self) -> int:
        """Bytes held, roughly: a term takes about 200 in Python's lists and dictionaries."""
        arrays = self._starts.nbytes + self._entries.nbytes + self._heads.nbytes
        return self._scanner.memory + arrays + 200 * self.terms

    def mode(self, mode: tuple[str, bool]) -> int:
        """Return the number of a mode of the analyzer."""
        return self._modes.setdefault(mode, len(self._modes))

    def tokens(self, texts: Sequence[bytes], modes: Sequence[int]) -> tuple[U32, I64]:
        """Return the tokens of the texts, and where those of each text begin and end: int64[texts + 1]."""
        before = self._scanner.forms
        forms, ends = self._scanner.scan(texts, modes)
        self._learn(before)
        tokens = np.empty(expanded(forms, self._starts.filled), np.uint32)
        expand(forms, self._starts.filled, self._entries.filled, ends, tokens)
        return tokens, ends

    def ordered(self, terms: I64) -> I64:
        """Return terms in the order of their bytes."""
        heads = self._heads.filled.reshape(-1, 2)[terms]
        order = np.lexsort((heads[:, 1], heads[:, 0]))
        heads, found = heads[order], terms[order]
        if not np.any((heads[1:] == heads[:-1]).all(axis=1)):
            return found
        # Only terms that begin with the same 16 bytes are out of order.
        return np.array(sorted(found.tolist(), key=self._numbers.terms.__getitem__), np.int64)

    def spelled(self, terms: I64) -> tuple[U8, I64]:
        """Return the bytes of the terms end to end, and their offsets."""
        spelled = [self._numbers.terms[term] for term in terms.tolist()]
        return np.frombuffer(b"".join(spelled), np.uint8), offsets_of([len(term) for term in spelled])

    def _learn(self, first: int) -> None:
        """Find out what the forms from number `first` on mean."""
        written = self._scanner.written(first, self._scanner.forms)
        meanings: list[Sequence[int]] = [()] * len(written)
        for mode, number in self._modes.items():
            forms = {at: form for at, (its, form) in enumerate(written) if its == number}
            simple = {at: form for at, form in forms.items() if is_simple(form)}
            for at, term in zip(simple, self._analyzer.read_simple(list(simple.values()), mode), strict=True):
                meanings[at] = (self._numbers[term],)
            for at in forms.keys() - simple.keys():
                meanings[at] = [self._entry(entry) for entry in self._analyzer.read(forms[at], mode)]
        heads = b"".join(term[:16].ljust(16, b"\0") for term in self._numbers.terms[len(self._heads.filled) // 2 :])
        self._heads.append(np.frombuffer(heads, ">u8").astype(np.uint64))
        self._starts.append(self._starts.filled[-1] + offsets_of([len(meaning) for meaning in meanings])[1:])
        self._entries.append(np.array([entry for meaning in meanings for entry in meaning], np.uint32))

    def _entry(self, entry: Entry) -> int:
        return self._numbers[entry.text] | (0 if entry.step else BESIDE)


class _Growing(Generic[Number]):
    """An array that is appended to. `filled` is what it holds now, `nbytes` what it takes."""

    def __init__(self, filled: npt.NDArray[Number]) -> None:
        self.filled: npt.NDArray[Number] = filled
        self._room: npt.NDArray[Number] = filled

    @property
    def nbytes(self) -> int:
        return self._room.nbytes

    def append(self, more: npt.NDArray[Number]) -> None:
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


def length_bytes(lengths: I64) -> U8:
    """Return field lengths as Whoosh keeps them, a byte each."""
    return _LENGTH_BYTES[np.minimum(lengths, LONGEST_LENGTH)]


_LENGTH_BYTES = np.array([length_to_byte(length) for length in range(LONGEST_LENGTH + 1)], np.uint8)


def invert_keywords(keywords: Sequence[str]) -> Inverted:
    """Invert a field of one keyword a document, "" for none: postings with frequency 1 and no positions."""
    spelled = sorted((keyword.encode("utf-8", "surrogatepass"), doc) for doc, keyword in enumerate(keywords) if keyword)
    terms = list(dict.fromkeys(term for term, _ in spelled))
    numbers = {term: number for number, term in enumerate(terms)}
    counts = np.bincount(np.array([numbers[term] for term, _ in spelled], np.int64), minlength=len(terms)).tolist()
    docs = np.array([doc for _, doc in spelled], np.uint32)
    blob = np.frombuffer(b"".join(terms), np.uint8)
    return Inverted(blob, offsets_of([len(t) for t in terms]), offsets_of(counts), docs, np.ones_like(docs), None)
