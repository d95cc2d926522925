"""A batch of articles -> a run: its postings, columns and stored texts, with documents numbered from 0.

Pure: the same articles and the same recipe give the same run in any process, so runs can be made in parallel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from index.analysis import Analyzer
from index.article import Article
from index.codec.columns_writer import ColumnsBatch, columns_of
from index.codec.inversion import FieldRun as InvertedField
from index.codec.inversion import Inverter, Texts, invert_keywords
from index.codec.inverted import I64, U8, Inverted, inverted, offsets_of
from index.codec.merge import Part, merge
from index.codec.prepared import Prepared
from index.codec.records import Packed
from index.codec.stored import Compressor, encode_text
from index.compact import encode
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS

ARRAYS = ("term_blob", "term_offsets", "starts", "docs", "freqs", "positions")

# How the value of a field is read from an article.
VALUES: Mapping[str, Callable[[Article], str]] = {
    "title": attrgetter("title"),
    "body": attrgetter("body"),
    "tags": lambda a: "\n".join(a.tags),
    "section": attrgetter("section"),
    "authors": lambda a: "\n".join(a.authors),
    "source": attrgetter("source"),
    "id": attrgetter("id"),
    "language": lambda a: a.language.lower(),
}
assert set(VALUES) == {*TEXT_FIELDS, *KEYWORD_FIELDS}


@dataclass(frozen=True, slots=True)
class RunPostings:
    """The postings of one field of a run; positions of term t begin at occurrences[t]."""

    whole: Inverted
    occurrences: I64

    @property
    def term_blob(self) -> U8:
        """The terms, end to end."""
        return self.whole.term_blob

    @property
    def term_offsets(self) -> I64:
        """Term t is term_blob[term_offsets[t]:term_offsets[t + 1]]."""
        return self.whole.term_offsets

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in self.arrays().values())

    def arrays(self) -> dict[str, np.ndarray]:
        """All of its arrays by name; without positions where it has none."""
        whole = self.whole
        found = {name: getattr(whole, name) for name in ARRAYS} | {"occurrences": self.occurrences}
        return {name: array for name, array in found.items() if array is not None}

    def doc_freqs(self, low: int, high: int) -> I64:
        """In how many documents each of the terms from `low` to `high` stands."""
        return np.diff(self.whole.starts[low : high + 1])

    def decode(self, low: int, high: int) -> Inverted:
        """The terms from `low` to `high`: views, nothing is copied but the offsets."""
        whole = self.whole
        offsets, starts = whole.term_offsets[low : high + 1], whole.starts[low : high + 1]
        first, last = int(starts[0]), int(starts[-1])
        positions = whole.positions
        if positions is not None:
            positions = positions[int(self.occurrences[low]) : int(self.occurrences[high])]
        blob = whole.term_blob[int(offsets[0]) : int(offsets[-1])]
        return Inverted(
            blob, offsets - offsets[0], starts - first, whole.docs[first:last], whole.freqs[first:last], positions
        )


@dataclass(frozen=True, slots=True)
class FieldRun:
    """One field of a run: postings, the length of the field in each document as a byte, and the exact total."""

    postings: RunPostings
    lengths: U8
    total_length: int


@dataclass(frozen=True, slots=True)
class Run:
    """Some articles, ready to be written. Documents are numbered from 0."""

    documents: int
    fields: Mapping[str, FieldRun]
    columns: ColumnsBatch
    stored: Packed

    def postings(self) -> dict[str, RunPostings]:
        """The postings of its fields."""
        return {name: field.postings for name, field in self.fields.items()}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run depends on beside its articles: how words are read, and the dictionary that compresses texts."""

    analyzer: Analyzer
    dictionary: bytes = b""


class RunMaker:
    """Makes runs by one recipe. Not for several threads at once."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._inverter = Inverter(recipe.analyzer)
        self._compressor = Compressor(recipe.dictionary)

    def run(self, some: Prepared) -> Run:
        """Make the run of these articles."""
        texts = {name: _texts(some, name) for name in TEXT_FIELDS}
        inverted = self._inverter.run(texts, [article.language for article in some.articles])
        fields = {name: _text_field(found) for name, found in inverted.items()}
        fields |= {name: _keyword_field(some.articles, name) for name in KEYWORD_FIELDS}
        return Run(len(some), fields, columns_of(some), self._compressor.pack(stored_texts(some)))


def stored_texts(some: Prepared) -> list[bytes]:
    """What is to be compressed of each article."""
    return [encode_text(body, article.related) for article, body in zip(some.articles, some.bodies, strict=True)]


def postings_of(whole: Inverted) -> RunPostings:
    """Postings with the places of their positions."""
    return RunPostings(whole, offsets_of(whole.freqs)[whole.starts])


def combine(runs: Sequence[tuple[int, Mapping[str, RunPostings]]]) -> dict[str, RunPostings]:
    """The postings of several runs (each: its documents, its fields) as those of one, documents numbered on."""
    bases = offsets_of([documents for documents, _ in runs]).tolist()
    combined = {}
    for name in runs[0][1]:
        parts = [
            Part(fields[name], np.arange(base, base + documents))
            for base, (documents, fields) in zip(bases, runs, strict=False)
        ]
        chunks = list(merge(parts, budget=2**62))
        combined[name] = postings_of(chunks[0] if chunks else inverted({}, name in TEXT_FIELDS))
    return combined


def _texts(some: Prepared, name: str) -> Texts:
    texts = list(map(VALUES[name], some.articles))
    return Texts(texts, some.bodies if name == "body" else list(map(encode, texts)))


def _text_field(found: InvertedField) -> FieldRun:
    return FieldRun(postings_of(found.inverted), found.lengths, found.total_length)


def _keyword_field(articles: Sequence[Article], name: str) -> FieldRun:
    found = invert_keywords([VALUES[name](article) for article in articles])
    # Whoosh counts no length for keywords.
    return FieldRun(postings_of(found), np.zeros(len(articles), np.uint8), 0)
