"""The loops of `phrase`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.block_loops import mask_of, read_number, read_positions
from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import PART, Leaf, Part
from search.kernels.leaves_loops import POSITION_WORD, SHAPE, docs_of, fact, freqs_of, last_doc
from search.kernels.narrow_loops import gallop

U = np.uint64
POSTINGS = int(Leaf.POSTINGS)

# A term's cursor: its block and the last document there, the place in it and the sum of the frequencies before that,
# and where the positions of the block begin, in bits, and the bits of each.
BLOCK, LAST, PLACE, BEFORE, FIRST_BIT, BITS = range(6)
NOT_READ = -1


@jit()
def _open(words: U32, leaf: I64, cursor: I64, held: Any, doc: Any) -> None:
    """Read the block in which the document is, if it is anywhere."""
    docs, freqs = held
    block = gallop(words, leaf, cursor[BLOCK], doc)
    docs_of(words, leaf, block, docs)
    freqs_of(words, leaf, block, freqs)
    cursor[BLOCK], cursor[LAST] = block, last_doc(words, leaf, block)
    cursor[PLACE], cursor[BEFORE] = 0, 0
    cursor[FIRST_BIT] = np.int64(fact(words, leaf, block, POSITION_WORD)) * 32
    cursor[BITS] = np.int64(fact(words, leaf, block, SHAPE) >> np.uint32(24))


@jit()
def _find(words: U32, leaves: I64, term: int, state: Any, doc: Any) -> Any:
    """Move a term's cursor to the document, which it holds; returns the term's frequency there."""
    cursors, docs, freqs = state
    if doc > cursors[term, LAST]:
        _open(words, leaves[term], cursors[term], (docs[term], freqs[term]), doc)
    place, before = cursors[term, PLACE], cursors[term, BEFORE]
    while docs[term, place] < doc:
        before += freqs[term, place]
        place += 1
    cursors[term, PLACE], cursors[term, BEFORE] = place, before
    return np.int64(freqs[term, place])


@jit()
def _stream(cursors: I64, term: int) -> Any:
    """Where the positions of the posting under a cursor begin, in bits, and the bits of each."""
    bits = U(cursors[term, BITS])
    return U(cursors[term, FIRST_BIT]) + U(cursors[term, BEFORE]) * bits, bits


@jit()
def _starts(position_words: U32, stream: Any, freq: int, offset: int, starts: Any) -> int:
    """Fill `starts` with where a phrase would begin whose term at `offset` is this one; returns how many."""
    bit, bits = stream
    mask, count, position = mask_of(bits), 0, np.int64(-1)
    for _ in range(freq):
        position += np.int64(read_number(position_words, bit, mask)) + 1
        bit += bits
        if position >= offset:
            starts[count] = position - offset
            count += 1
    return count


@jit()
def _follow(reached: U32, places: U32, slop: int) -> int:
    """Keep, at the front of `places`, those that lie 1 to `slop` behind one of `reached`; returns how many."""
    kept, before = 0, -1
    for place in places:
        # The nearest place before this one decides: those further back are further away.
        while before + 1 < len(reached) and reached[before + 1] < place:
            before += 1
        if before >= 0 and np.int64(place) - np.int64(reached[before]) <= slop:
            places[kept] = place
            kept += 1
    return kept


@jit()
def _is_near(part: Part, leaves: I64, position_words: U32, state: Any, wanted: Any) -> bool:
    """Whether the terms stand in order in a document, each at most `slop` behind the one before."""
    doc, slop = wanted
    reached = np.empty(0, np.uint32)
    for term in range(len(leaves)):
        places = np.empty(_find(part[0], leaves, term, state, doc), np.uint32)
        bit, bits = _stream(state[0], term)
        read_positions(position_words, bit, bits, len(places), places)
        reached = places[: _follow(reached, places, slop)] if term else places
        if len(reached) == 0:
            return False
    return True


@jit()
def _meet(position_words: U32, stream: Any, freq: int, offset: int, starts: Any) -> int:
    """Keep, at the front of `starts`, those that a position of the term follows at `offset`; returns how many.

    Positions are read one by one, and no further than the last start needs.
    """
    bit, bits = stream
    mask, kept, at = mask_of(bits), 0, 0
    position = np.int64(-1)
    for _ in range(freq):
        position += np.int64(read_number(position_words, bit, mask)) + 1
        bit += bits
        while at < len(starts) and starts[at] + offset < position:
            at += 1
        if at == len(starts):
            break
        if starts[at] + offset == position:
            starts[kept] = starts[at]
            kept += 1
            at += 1
    return kept


@jit()
def _is_exact(part: Part, leaves: I64, position_words: U32, state: Any, wanted: Any) -> bool:
    """Whether the terms stand side by side in a document.

    `wanted`: the document, the terms from the rarest on, and where the phrase may begin according to the first of them.
    The next rarest is asked first: most documents fail there, and then the common terms, which stand everywhere, need
    not be looked for.
    """
    doc, order, starts = wanted
    count = len(starts)
    for term in order[1:]:
        freq = _find(part[0], leaves, term, state, doc)
        count = _meet(position_words, _stream(state[0], term), freq, term, starts[:count])
        if count == 0:
            return False
    return count > 0


@jit("i8", PART, "const i8[:, :]", "const u4[:]", "i8", ("u4[:]", "f8[:]"))
def in_order(part: Part, leaves: I64, position_words: U32, slop: int, candidates: Any) -> int:
    """See phrase.in_order."""
    docs, sums = candidates
    terms = len(leaves)
    cursors, order = np.zeros((terms, 6), np.int64), np.argsort(leaves[:, POSTINGS])
    cursors[:, LAST] = NOT_READ
    state = (cursors, np.empty((terms, 128), np.uint32), np.empty((terms, 128), np.uint32))
    starts = np.empty(256, np.int64)
    size = 0
    for k in range(len(docs)):
        if slop == 1:
            freq = _find(part[0], leaves, order[0], state, docs[k])
            if freq > len(starts):
                starts = np.empty(2 * freq, np.int64)
            count = _starts(position_words, _stream(cursors, order[0]), freq, order[0], starts)
            kept = _is_exact(part, leaves, position_words, state, (docs[k], order, starts[:count]))
        else:
            kept = _is_near(part, leaves, position_words, state, (docs[k], slop))
        if kept:
            docs[size], sums[size] = docs[k], sums[k]
            size += 1
    return size
