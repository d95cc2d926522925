"""Reading and scoring one block of a term, for the loops of the other kernels.

Indexes are uint64 where a loop is hot: an unsigned index is not asked whether it is negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.bitmaps import DENSITY, ROW_DOCUMENTS, ROW_WORDS
from index.codec.block_loops import mask_of, read_docs, read_docs_from, read_freqs, read_number
from index.codec.compiled import jit
from index.codec.impacts import CORNERS, MANY
from index.codec.inverted import I64, U8, U32
from search.kernels.leaves import Leaf
from search.score import F64, K1

U = np.uint64
LAST_DOC, WORD, POSITION_WORD, SHAPE = range(4)
BLOCKS, FIRST, WORDS, IMPACTS = int(Leaf.BLOCKS), int(Leaf.FIRST), int(Leaf.WORDS), int(Leaf.IMPACTS)
LENGTHS, NORM, POSTINGS = int(Leaf.LENGTHS), int(Leaf.NORM), int(Leaf.POSTINGS)
NUMBER, POSITIONS, BITMAP = int(Leaf.NUMBER), int(Leaf.POSITIONS), int(Leaf.BITMAP)
FIRST_BLOCKS, FIELD_BLOCKS, FIELD_WORDS, FIELD_IMPACTS, FIELD_LENGTHS = range(5)
TERM_BLOB, TERM_OFFSETS, TERMS, FIELD_POSITIONS = range(5, 9)
DENSE_TERMS, DENSE, FIELD_BITMAPS, ROWS = range(9, 13)
TOP = K1 + 1
BORDER = 255


@jit()
def fact(words: U32, leaf: I64, block: Any, which: Any) -> Any:
    """A fact of a block: LAST_DOC, WORD, POSITION_WORD or SHAPE."""
    return words[U(leaf[FIRST]) + U(4) * U(block) + U(which)]


@jit()
def last_doc(words: U32, leaf: I64, block: Any) -> Any:
    """The last document of a block."""
    return np.int64(fact(words, leaf, block, LAST_DOC))


@jit()
def end_of_documents(words: U32, leaves: I64) -> Any:
    """One above the last document that any of some terms has."""
    end = np.int64(0)
    for leaf in leaves:
        if leaf[BLOCKS]:
            end = max(end, last_doc(words, leaf, leaf[BLOCKS] - 1) + 1)
    return end


@jit()
def gallop(words: U32, leaf: I64, block: int, doc: Any) -> Any:
    """The first block from `block` on that ends at `doc` or later; BLOCKS where there is none."""
    step, low = 1, block
    while block < leaf[BLOCKS] and last_doc(words, leaf, block) < doc:
        low = block + 1
        block += step
        step *= 2
    high = min(block, leaf[BLOCKS])
    while low < high:
        middle = (low + high) // 2
        if last_doc(words, leaf, middle) < doc:
            low = middle + 1
        else:
            high = middle
    return high


@jit()
def docs_of(words: U32, leaf: I64, block: Any, out: U32) -> Any:
    """Fill `out` with the documents of a block; returns how many there are."""
    shape = fact(words, leaf, block, SHAPE)
    count = np.int64(shape & np.uint32(0xFF))
    out[count - 1] = fact(words, leaf, block, LAST_DOC)
    word = U(leaf[WORDS]) + U(fact(words, leaf, block, WORD))
    read_docs(words, word, (shape >> np.uint32(8)) & np.uint32(0xFF), count, out)
    return count


@jit()
def docs_from(words: U32, leaf: I64, block: Any, doc: Any, out: U32) -> Any:
    """Fill `out` with the documents of a block from the end down to the first that is not below `doc`, and perhaps
    some more. Returns from where on it is filled, and how many documents there are.
    """
    shape = fact(words, leaf, block, SHAPE)
    count = np.int64(shape & np.uint32(0xFF))
    out[count - 1] = fact(words, leaf, block, LAST_DOC)
    word, bits = U(leaf[WORDS]) + U(fact(words, leaf, block, WORD)), (shape >> np.uint32(8)) & np.uint32(0xFF)
    return read_docs_from(words, word, bits, (count, np.uint32(doc)), out), count


@jit()
def _freq_bit(words: U32, leaf: I64, block: Any) -> Any:
    shape = fact(words, leaf, block, SHAPE)
    gaps = U(shape & np.uint32(0xFF)) - U(1)
    word = U(leaf[WORDS]) + U(fact(words, leaf, block, WORD))
    return word * U(32) + gaps * U((shape >> np.uint32(8)) & np.uint32(0xFF))


@jit()
def pass_by(held: U32, place: Any, doc: Any) -> Any:
    """The first place, from one on, of a document of a block that is not below `doc`; the block has one."""
    while held[place] < doc:
        place += U(1)
    return place


@jit()
def freqs_at(words: U32, leaf: I64, block: Any) -> Any:
    """At which bit the frequencies of a block begin, and how many bits each takes."""
    shape = fact(words, leaf, block, SHAPE)
    return _freq_bit(words, leaf, block), U((shape >> np.uint32(16)) & np.uint32(0xFF))


@jit()
def freqs_of(words: U32, leaf: I64, block: Any, out: U32) -> None:
    """Fill `out` with the frequencies of a block."""
    shape = fact(words, leaf, block, SHAPE)
    bits = (shape >> np.uint32(16)) & np.uint32(0xFF)
    read_freqs(words, _freq_bit(words, leaf, block), bits, np.int64(shape & np.uint32(0xFF)), out)


@jit()
def freq_of(words: U32, leaf: I64, block: Any, place: Any) -> Any:
    """The frequency of one posting of a block, without reading the others."""
    bits = U((fact(words, leaf, block, SHAPE) >> np.uint32(16)) & np.uint32(0xFF))
    return np.uint32(read_number(words, _freq_bit(words, leaf, block) + U(place) * bits, mask_of(bits))) + np.uint32(1)


@jit()
def score(weight: float, freq: Any, norm: float, rounded_by: float) -> float:
    """search.score.scores of one document, operation by operation."""
    often = np.float64(freq)
    return (weight * ((often * TOP) / (often + norm)) + rounded_by) - rounded_by


@jit()
def bound(data: U8, norms: F64, leaf: I64, block: Any, limits: Any) -> Any:
    """What no document of a block scores more than. `limits`: the term's weight, and what rounds."""
    weight, rounded_by = limits
    if weight <= 0.0:
        return 0.0
    at = U(leaf[IMPACTS]) + U(2 * CORNERS) * U(block)
    if data[at] == MANY:
        return (weight * TOP + rounded_by) - rounded_by
    # Rounding keeps the order of scores: the best saturation is that of the best score.
    most, norm_of = 0.0, norms[leaf[NORM]]
    for corner in range(U(CORNERS)):
        often, norm = np.float64(data[at + U(2) * corner]), norm_of[data[at + U(2) * corner + U(1)]]
        most = max(most, (often * TOP) / (often + norm))
    return (weight * most + rounded_by) - rounded_by


@jit()
def bound_of(data: U8, norm: F64, leaf: I64, block: Any, limits: Any) -> Any:
    """What a document of a block, given its length byte, does not score more than. `limits`: the term's weight, what
    rounds, and the length byte.
    """
    weight, rounded_by, length = limits
    if weight <= 0.0:
        return 0.0
    at = U(leaf[IMPACTS]) + U(2 * CORNERS) * U(block)
    for corner in range(U(CORNERS)):
        # The first corner that is not longer is the most frequent that the document can be.
        if data[at + U(2) * corner + U(1)] <= length:
            freq = data[at + U(2) * corner]
            if freq == MANY:
                return (weight * TOP + rounded_by) - rounded_by
            return score(weight, freq, norm[length], rounded_by)
    return 0.0


@jit()
def _bitmap(words: U32, at: I64, number: Any, postings: Any) -> Any:
    """Where the bitmap of a term begins, 0 where it has none."""
    if postings * DENSITY <= (at[ROWS] - 1) * ROW_DOCUMENTS:
        return np.int64(0)
    low, high = U(0), U(at[DENSE])
    while low < high:
        middle = (low + high) >> U(1)
        if np.int64(words[U(at[DENSE_TERMS]) + middle]) < number:
            low = middle + U(1)
        else:
            high = middle
    if low < U(at[DENSE]) and np.int64(words[U(at[DENSE_TERMS]) + low]) == number:
        return at[FIELD_BITMAPS] + np.int64(low) * at[ROWS] * ROW_WORDS
    return np.int64(0)


@jit()
def _fill(words: U32, at: I64, field: Any, number: Any, leaf: I64) -> None:
    """The leaf of one term that the segment has."""
    first = np.int64(words[at[FIRST_BLOCKS] + number])
    blocks = np.int64(words[at[FIRST_BLOCKS] + number + 1]) - first
    leaf[BLOCKS], leaf[FIRST] = blocks, at[FIELD_BLOCKS] + 4 * first
    leaf[WORDS], leaf[LENGTHS] = at[FIELD_WORDS], at[FIELD_LENGTHS]
    leaf[IMPACTS] = at[FIELD_IMPACTS] + 2 * CORNERS * first
    last = np.int64(fact(words, leaf, blocks - 1, SHAPE) & np.uint32(0xFF))
    leaf[NORM], leaf[POSTINGS], leaf[NUMBER] = field, (blocks - 1) * 128 + last, number
    leaf[POSITIONS] = at[FIELD_POSITIONS]
    leaf[BITMAP] = _bitmap(words, at, number, leaf[POSTINGS])


@jit("none", "const u4[:]", "const i8[:, :]", ("i8", "const i8[:]"), "i8[:, :]")
def locate(words: U32, places: I64, terms: Any, out: I64) -> None:
    """See leaves.locate."""
    field, numbers = terms
    for k in range(len(numbers)):
        out[k] = 0
        if numbers[k] >= 0:
            _fill(words, places[field], field, numbers[k], out[k])


@jit()
def _is_smaller(data: U8, start: Any, end: Any, term: U8) -> bool:
    size, wanted = end - start, U(len(term))
    for k in range(min(size, wanted)):
        if data[start + k] != term[k]:
            return bool(data[start + k] < term[k])
    return bool(size < wanted)


@jit()
def _is_equal(data: U8, start: Any, end: Any, term: U8) -> bool:
    if end - start != U(len(term)):
        return False
    for k in range(U(len(term))):
        if data[start + k] != term[k]:
            return False
    return True


@jit("none", ("const u4[:]", "const u1[:]"), "const i8[:, :]", "const u1[:]", "i8[:, :]", brief=True)
def look_up(file: Any, places: I64, terms: U8, out: I64) -> None:
    """See leaves.look_up."""
    words, data = file
    start = 0
    for k in range(len(out)):
        end = start + 1
        while terms[end] != BORDER:
            end += 1
        field, term = terms[start], terms[start + 1 : end]
        start = end + 1
        at = places[field]
        texts, offsets = U(at[TERM_BLOB]), U(at[TERM_OFFSETS])
        low, high = U(0), U(at[TERMS])
        while low < high:
            middle = (low + high) >> U(1)
            first = offsets + middle
            if _is_smaller(data, texts + U(words[first]), texts + U(words[first + U(1)]), term):
                low = middle + U(1)
            else:
                high = middle
        first = offsets + low
        out[k] = 0
        if low < U(at[TERMS]) and _is_equal(data, texts + U(words[first]), texts + U(words[first + U(1)]), term):
            _fill(words, at, field, np.int64(low), out[k])
