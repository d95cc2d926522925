"""What is wrong with the postings of a field, if anything: every block is read, every promise of layout.py looked at.

Checksums tell whether the bytes are those that were written; this tells whether what was written makes sense.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index.codec.bitmaps import ROW_WORDS, bitmap, is_dense, rows
from index.codec.impacts import measure_impacts
from index.codec.inverted import I64, U32, offsets_of
from index.codec.layout import POSITION_WORD, SHAPE, WORD, FieldPostings
from index.codec.packing import BLOCK, GUARD

# Terms decoded at a time: their postings are in memory together.
TERMS_AT_ONCE = 20_000


def problems(field: FieldPostings) -> list[str]:
    """Say what is wrong, a sentence each; nothing where all is well.

    Where the facts of blocks contradict each other their words are not read: compiled loops go where they are sent.
    """
    return list(_terms(field)) or list(_blocks(field)) or sorted(set(_postings(field))) or list(_bitmaps(field))


def _terms(field: FieldPostings) -> Iterator[str]:
    offsets, first_blocks = field.term_offsets.astype(np.int64), field.first_blocks.astype(np.int64)
    if offsets[0] or (np.diff(offsets) < 0).any() or offsets[-1] != len(field.term_blob):
        yield "the terms do not lie end to end"
    elif not all(field.term(number) < field.term(number + 1) for number in range(len(field) - 1)):
        yield "the terms are not in order"
    if first_blocks[0] or (np.diff(first_blocks) <= 0).any() or first_blocks[-1] != len(field.blocks):
        yield "the blocks do not belong to the terms one after the other"


def _blocks(field: FieldPostings) -> Iterator[str]:
    counts, doc_bits, freq_bits, position_bits = _shapes(field.blocks)
    within = np.ones(len(counts), np.bool_)
    within[field.first_blocks[1:].astype(np.int64) - 1] = False
    if ((counts < 1) | (counts > BLOCK) | (within & (counts != BLOCK))).any():
        yield "a block holds a number of postings that it cannot hold"
    if max(doc_bits.max(initial=0), freq_bits.max(initial=0), position_bits.max(initial=0)) > 32:
        yield "a block has numbers of more than 32 bits"
    if not _end_to_end(field.blocks[:, WORD], (counts - 1) * doc_bits + counts * freq_bits, field.words):
        yield "the blocks do not lie end to end"


def _postings(field: FieldPostings) -> Iterator[str]:
    occurrences: list[I64] = [np.zeros(0, np.int64)]
    for low in range(0, len(field), TERMS_AT_ONCE):
        edges = field.first_blocks[low : low + TERMS_AT_ONCE + 1].astype(np.int64)
        docs, freqs = field.read_blocks(int(edges[0]), int(edges[-1]))
        blocks = slice(int(edges[0]), int(edges[-1]))
        starts = offsets_of(_shapes(field.blocks[blocks])[0])
        yield from _documents(field, docs, starts[edges[:-1] - edges[0]])
        if int(docs.max(initial=0)) < field.documents:
            impacts = np.empty_like(field.impacts[blocks])
            measure_impacts(freqs, field.lengths[docs], starts, impacts)
            if (impacts != field.impacts[blocks]).any():
                yield "the impacts of a block are not those of its postings"
        occurrences.append(np.add.reduceat(freqs.astype(np.int64), starts[:-1]))
    yield from _occurrences(field, np.concatenate(occurrences))


def _documents(field: FieldPostings, docs: U32, first_of_terms: I64) -> Iterator[str]:
    if int(docs.max(initial=0)) >= field.documents:
        yield "a posting is of a document that is not there"
    falls = docs[1:] <= docs[:-1]
    falls[first_of_terms[1:] - 1] = False
    if falls.any():
        yield "the documents of a term do not rise"


def _occurrences(field: FieldPostings, of_blocks: I64) -> Iterator[str]:
    total = int(of_blocks.sum())
    if total != field.occurrences:
        yield f"the frequencies add up to {total} and not to {field.occurrences}"
    if not field.has_positions:
        return
    if not _end_to_end(field.blocks[:, POSITION_WORD], of_blocks * _shapes(field.blocks)[3], field.position_words):
        yield "the positions do not lie end to end"
    elif any(_positions_fall(field, low) for low in range(0, len(field), TERMS_AT_ONCE)):
        yield "the positions of a posting do not rise"


def _positions_fall(field: FieldPostings, low: int) -> bool:
    found = field.decode(low, min(low + TERMS_AT_ONCE, len(field)))
    assert found.positions is not None
    falls = found.positions[1:] <= found.positions[:-1]
    falls[offsets_of(found.freqs)[1:-1] - 1] = False
    return bool(falls.any())


def _bitmaps(field: FieldPostings) -> Iterator[str]:
    dense = np.flatnonzero(is_dense(field.doc_freqs(0, len(field)), field.documents))
    if not np.array_equal(dense, field.dense_terms):
        yield "the bitmaps are not those of the common terms"
        return
    bitmaps = field.bitmaps.reshape(len(dense), rows(field.documents) * ROW_WORDS)
    for term, found in zip(dense.tolist(), bitmaps, strict=True):
        if (found != bitmap(field.docs(term), field.documents).ravel()).any():
            yield "the bitmap of a term is not that of its postings"
            return


def _end_to_end(starts: U32, bits: I64, words: U32) -> bool:
    ends = offsets_of(-(-bits // 32))
    return bool((starts == ends[:-1]).all()) and int(ends[-1]) + GUARD == len(words)


def _shapes(blocks: U32) -> tuple[I64, I64, I64, I64]:
    """Of each block its postings, and the bits of a gap, of a frequency and of a position."""
    shape = blocks[:, SHAPE].astype(np.int64)
    return shape & 0xFF, shape >> 8 & 0xFF, shape >> 16 & 0xFF, shape >> 24
