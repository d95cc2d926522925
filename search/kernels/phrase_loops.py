"""The loops of `phrase`, for numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.block_loops import mask_of, read_number, read_positions
from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import PART, Part
from search.kernels.leaves_loops import POSITION_WORD, SHAPE, docs_of, fact, freqs_of, last_doc
from search.kernels.narrow_loops import gallop

U = np.uint64

# A term's cursor: its block, the block that was read, the place in it, and the sum of the frequencies before.
BLOCK, READ, PLACE, BEFORE = range(4)


@jit()
def _find(words: U32, leaf: I64, cursor: I64, held: Any, doc: Any) -> Any:
    """Move a term's cursor to the document, which it holds; returns the term's frequency there."""
    docs, freqs = held
    if last_doc(words, leaf, cursor[BLOCK]) < doc:
        cursor[BLOCK] = gallop(words, leaf, cursor[BLOCK], doc)
    if cursor[BLOCK] != cursor[READ]:
        docs_of(words, leaf, cursor[BLOCK], docs)
        freqs_of(words, leaf, cursor[BLOCK], freqs)
        cursor[READ], cursor[PLACE], cursor[BEFORE] = cursor[BLOCK], 0, 0
    while docs[cursor[PLACE]] < doc:
        cursor[BEFORE] += freqs[cursor[PLACE]]
        cursor[PLACE] += 1
    return np.int64(freqs[cursor[PLACE]])


@jit()
def _stream(words: U32, leaf: I64, cursor: I64) -> Any:
    """Where the positions of the posting under the cursor begin, in bits, and the bits of each."""
    bits = U(fact(words, leaf, cursor[BLOCK], SHAPE) >> np.uint32(24))
    first = U(fact(words, leaf, cursor[BLOCK], POSITION_WORD)) * U(32)
    return first + U(cursor[BEFORE]) * bits, bits


@jit()
def _positions(words: U32, position_words: U32, leaf: I64, cursor: I64, out: U32) -> None:
    """Fill `out` with the positions of the posting under the cursor."""
    bit, bits = _stream(words, leaf, cursor)
    read_positions(position_words, bit, bits, len(out), out)


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
def _sort(order: I64, keys: I64) -> None:
    """Insertion sort: a phrase has few terms, and from one document to the next their order hardly changes."""
    for k in range(1, len(order)):
        moving, at = order[k], k
        while at > 0 and keys[order[at - 1]] > keys[moving]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = moving


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
def _is_near(part: Part, leaves: I64, position_words: U32, slop: int, found: Any) -> bool:
    """Whether the terms, to which the cursors point, stand in order within `slop`."""
    cursors, freqs = found
    reached = np.empty(freqs[0], np.uint32)
    _positions(part[0], position_words, leaves[0], cursors[0], reached)
    for term in range(1, len(leaves)):
        places = np.empty(freqs[term], np.uint32)
        _positions(part[0], position_words, leaves[term], cursors[term], places)
        reached = places[: _follow(reached, places, slop)]
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
def _is_exact(part: Part, leaves: I64, position_words: U32, found: Any, starts: Any) -> bool:
    """Whether the terms, to which the cursors point, stand side by side. `starts` has room for the rarest term.

    The term that is rarest in the document says where the phrase may begin, and the next rarest is asked first.
    """
    cursors, freqs, order = found
    count = -1
    for term in order:
        stream = _stream(part[0], leaves[term], cursors[term])
        if count < 0:
            count = _starts(position_words, stream, freqs[term], term, starts)
        else:
            count = _meet(position_words, stream, freqs[term], term, starts[:count])
        if count == 0:
            return False
    return True


@jit("i8", PART, "const i8[:, :]", "const u4[:]", "i8", ("u4[:]", "f8[:]"))
def in_order(part: Part, leaves: I64, position_words: U32, slop: int, candidates: Any) -> int:
    """See phrase.in_order."""
    docs, sums = candidates
    terms = len(leaves)
    cursors, freqs, order = np.zeros((terms, 4), np.int64), np.zeros(terms, np.int64), np.arange(terms)
    cursors[:, READ] = -1
    held_docs, held_freqs = np.empty((terms, 128), np.uint32), np.empty((terms, 128), np.uint32)
    starts = np.empty(256, np.int64)
    size = 0
    for k in range(len(docs)):
        for term in range(terms):
            freqs[term] = _find(part[0], leaves[term], cursors[term], (held_docs[term], held_freqs[term]), docs[k])
        if slop == 1:
            _sort(order, freqs)
            if len(starts) < freqs[order[0]]:
                starts = np.empty(2 * freqs[order[0]], np.int64)
            kept = _is_exact(part, leaves, position_words, (cursors, freqs, order), starts)
        else:
            kept = _is_near(part, leaves, position_words, slop, (cursors, freqs))
        if kept:
            docs[size], sums[size] = docs[k], sums[k]
            size += 1
    return size
