"""What kernels are given: one segment as flat arrays, and the terms of a query as rows of numbers.

A part is one segment, a tuple of arrays

    words      uint32[]         the whole postings file, four bytes at a time
    data       uint8[]          the same file, byte by byte
    norms      float64[F, 256]  for each field, score.norms
    allowed    uint64[]         bit d % 64 of word d // 64: whether document d may match; empty where all may
    positions  uint32[]         the whole positions file, four bytes at a time

and a sum is the terms whose scores add up, a tuple of

    leaves     int64[L, 10]     a row for each term; its columns are named by `Leaf`, places are places in the files
    weights    float64[L]       boost * idf of each term

so that one kernel call takes terms of any fields together.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import IntEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index.codec.bitmaps import ROW_WORDS
from index.codec.compiled import kernel
from index.codec.impacts import CORNERS
from index.codec.inverted import I64, U8, U32, offsets_of
from index.codec.layout import LAST_DOC, POSITION_WORD, SHAPE, WORD
from index.codec.packing import BLOCK, Column, unpack_postings
from search.score import F64, scores

U64 = NDArray[np.uint64]
Part = tuple[U32, U8, F64, U64, U32]
Sum = tuple[I64, F64]

PART = ("const u4[:]", "const u1[:]", "const f8[:, :]", "const u8[:]", "const u4[:]")
SUM = ("const i8[:, :]", "const f8[:]")


class Place(IntEnum):
    """Where the sections of a field lie in the postings file: what leaves are made from."""

    FIRST_BLOCKS = 0  # in `words`
    BLOCKS = 1  # in `words`
    WORDS = 2  # in `words`
    IMPACTS = 3  # in `data`
    LENGTHS = 4  # in `data`
    TERM_BLOB = 5  # in `data`
    TERM_OFFSETS = 6  # in `words`
    TERMS = 7  # how many terms the field has
    POSITIONS = 8  # in `positions`
    DENSE_TERMS = 9  # in `words`
    DENSE = 10  # how many terms have a bitmap
    BITMAPS = 11  # in `words`
    ROWS = 12  # how many rows a bitmap has


class Leaf(IntEnum):
    """The columns of `leaves`."""

    BLOCKS = 0  # how many blocks of postings the term has here
    FIRST = 1  # where the rows of its blocks begin, in `words`
    WORDS = 2  # where the packed postings of its field begin, in `words`
    IMPACTS = 3  # where the impacts of its blocks begin, in `data`
    LENGTHS = 4  # where the length bytes of its field begin, in `data`
    NORM = 5  # the row of its field in `norms`
    POSTINGS = 6  # in how many documents it stands here
    NUMBER = 7  # which term of its field it is here
    POSITIONS = 8  # where the packed positions of its field begin, in `positions`
    BITMAP = 9  # where its bitmap begins, in `words`; 0 where it has none


COLUMNS = len(Leaf)
# Postings that the twins score together.
TOGETHER = 32_768


@kernel("search.kernels.leaves_loops")
def look_up(file: tuple[U32, U8], places: I64, terms: U8, out: I64) -> None:
    """Fill `out`, int64[T, 10], with the leaf of each term; all 0 where the segment lacks it.

    `file` are the first two arrays of a part, `places` are int64[F, 13]; `terms` are one after the other: the number of
    the field, the text, and 255, which no UTF-8 holds.
    """
    words, data = file[0], file[1].data
    for k, spelled in enumerate(terms.tobytes().split(b"\xff")[:-1]):
        field, term = spelled[0], spelled[1:]
        at = places[field]
        offsets = words[at[Place.TERM_OFFSETS] :][: at[Place.TERMS] + 1]
        texts, numbers = data[at[Place.TERM_BLOB] :], range(int(at[Place.TERMS]))
        number = bisect_left(numbers, term, key=partial(_text, texts, offsets))
        known = number < len(numbers) and _text(texts, offsets, number) == term
        locate.twin(words, places, (field, np.array([number if known else -1])), out[k : k + 1])


def _text(texts: memoryview, offsets: U32, number: int) -> bytes:
    return bytes(texts[offsets[number] : offsets[number + 1]])


@kernel("search.kernels.leaves_loops")
def locate(words: U32, places: I64, terms: tuple[int, I64], out: I64) -> None:
    """Fill `out`, int64[T, 10], with the leaves of terms; all 0 where the segment lacks one.

    `places` are int64[F, 13]; `terms` are their field, and the number of each (-1: the segment lacks it).
    """
    field, numbers = terms
    known, at = numbers >= 0, places[field]
    found = numbers[known]
    firsts = words[at[Place.FIRST_BLOCKS] + found].astype(np.int64)
    counts = words[at[Place.FIRST_BLOCKS] + found + 1] - firsts
    last_shapes = words[at[Place.BLOCKS] + 4 * (firsts + counts - 1) + SHAPE]
    rows = np.zeros((len(found), COLUMNS), np.int64)
    rows[:, Leaf.BLOCKS] = counts
    rows[:, Leaf.FIRST] = at[Place.BLOCKS] + 4 * firsts
    rows[:, Leaf.WORDS] = at[Place.WORDS]
    rows[:, Leaf.IMPACTS] = at[Place.IMPACTS] + 2 * CORNERS * firsts
    rows[:, Leaf.LENGTHS] = at[Place.LENGTHS]
    rows[:, Leaf.NORM] = field
    rows[:, Leaf.POSTINGS] = (counts - 1) * BLOCK + (last_shapes & 0xFF)
    rows[:, Leaf.NUMBER] = found
    rows[:, Leaf.POSITIONS] = at[Place.POSITIONS]
    places, dense = among(found, words[at[Place.DENSE_TERMS] :][: at[Place.DENSE]])
    rows[dense, Leaf.BITMAP] = at[Place.BITMAPS] + places[dense] * at[Place.ROWS] * ROW_WORDS
    out[:] = 0
    out[known] = rows


def postings(part: Part, leaf: I64, table: I64) -> tuple[U32, U32]:
    """The documents and frequencies of some blocks of a term, by numpy: what the loops read block by block."""
    count = int(table[:, Column.COUNT].sum())
    docs, freqs = np.empty(count, np.uint32), np.empty(count, np.uint32)
    unpack_postings.twin(part[0][leaf[Leaf.WORDS] :], table, docs, freqs)
    return docs, freqs


def leaf_scores(
    part: Part, leaf: I64, weight: float, rounded_by: float, wanted: U32 | None = None
) -> tuple[U32, F64]:
    """The documents of one term and its scores there, by numpy; those at least that are wanted."""
    table = blocks_table(part, leaf)
    docs, freqs = postings(part, leaf, table if wanted is None else blocks_with(table, wanted))
    lengths, norm, found = part[1][leaf[Leaf.LENGTHS] :], part[2][leaf[Leaf.NORM]], np.empty(len(docs))
    # So few at once that what is made on the way stays in the processor's cache, and needs no new memory.
    for start in range(0, len(docs), TOGETHER):
        some = slice(start, start + TOGETHER)
        found[some] = scores(weight, freqs[some].astype(np.float64), norm[lengths[docs[some]]], rounded_by)
    return docs, found


def blocks_table(part: Part, leaf: I64) -> I64:
    """The blocks of one term as the table that index.codec.packing reads."""
    first, count = int(leaf[Leaf.FIRST]), int(leaf[Leaf.BLOCKS])
    rows = part[0][first : first + 4 * count].reshape(count, 4)
    table = np.zeros((count, len(Column)), np.int64)
    for place, column in enumerate((Column.COUNT, Column.DOC_BITS, Column.FREQ_BITS, Column.POSITION_BITS)):
        table[:, column] = rows[:, SHAPE] >> np.uint32(8 * place) & np.uint32(0xFF)
    table[:, Column.POSTING] = offsets_of(table[:, Column.COUNT])[:-1]
    table[:, Column.LAST_DOC] = rows[:, LAST_DOC]
    table[:, Column.WORD], table[:, Column.POSITION_WORD] = rows[:, WORD], rows[:, POSITION_WORD]
    return table


def blocks_with(table: I64, docs: U32) -> I64:
    """The blocks of a table in which any of some rising documents may lie, as a table."""
    before = np.searchsorted(docs, table[:, Column.LAST_DOC], side="right")
    found: I64 = table[np.diff(before, prepend=0) > 0]
    found[:, Column.POSTING] = offsets_of(found[:, Column.COUNT])[:-1]
    return found


def is_allowed(allowed: U64, docs: NDArray[np.integer]) -> NDArray[np.bool_]:
    """For each document whether it may match."""
    if not len(allowed):
        return np.ones(len(docs), np.bool_)
    bits: U64 = allowed[docs >> 6] >> (docs & 63).astype(np.uint64)
    return (bits & np.uint64(1)).astype(np.bool_)


def among(docs: NDArray[np.integer], others: NDArray[np.integer]) -> tuple[I64, NDArray[np.bool_]]:
    """Where each document, or place, stands among others, all rising, and whether it is one of them at all."""
    if not len(others):
        return np.zeros(len(docs), np.int64), np.zeros(len(docs), np.bool_)
    places = np.minimum(np.searchsorted(others, docs), len(others) - 1)
    return places, others[places] == docs


def as_bits(mask: NDArray[np.bool_]) -> U64:
    """A mask over the documents as a part carries it."""
    packed = np.packbits(mask, bitorder="little")
    return np.append(packed, np.zeros(-len(packed) % 8, np.uint8)).view(np.uint64)
