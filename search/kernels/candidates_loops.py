"""Candidates, for the loops of `pruning`: documents that rise, and what they score by the terms asked so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.cursors_loops import BLOCK, HAS_FREQS, LOOKED, NOT_READ, PLACE, advance, end_of, open_block
from search.kernels.leaves import Leaf, Part
from search.kernels.leaves_loops import bound, bound_of, docs_from, freq_of, freqs_of, gallop, last_doc, score
from search.kernels.phrase_loops import begin, has_rows, meet, near, streams_of
from search.kernels.single_loops import is_allowed
from search.kernels.top_loops import offer

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)
# What is asked of a document about a term: nothing, that it holds it, that it does not.
ANY, HELD, NOT_HELD = range(3)
NEVER = np.int64(1) << 40


@jit()
def score_block(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> Any:
    """Append those of the cursor's block in the window that score what is needed; returns how many there are."""
    (low, high, limits, needed), (docs, sums, size) = window
    held, freqs = block
    data, norm, lengths = part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    open_block(part[0], leaf, cursor, held, low)
    first, cursor[PLACE] = cursor[PLACE], end_of(held, cursor, high)
    if first < cursor[PLACE] and not cursor[HAS_FREQS]:
        freqs_of(part[0], leaf, cursor[BLOCK], freqs)
        cursor[HAS_FREQS] = 1
    for k in range(U(first), U(cursor[PLACE])):
        total = score(limits[0], freqs[k], norm[data[lengths + U(held[k])]], limits[1])
        if total >= needed and is_allowed(part[3], held[k]):
            docs[size], sums[size] = held[k], total
            size += 1
    return size


@jit()
def score_window(part: Part, leaf: I64, cursor: I64, block: Any, window: Any) -> int:
    """Find the documents of a term in a window that score what is needed; returns how many there are.

    `window`: low, high, the term's limits, the score that is needed; and what is filled.
    """
    limits, (docs, sums) = window
    size = 0
    advance(part[0], leaf, cursor, limits[0])
    while cursor[BLOCK] < leaf[BLOCKS]:
        if cursor[BLOCK] > 0 and last_doc(part[0], leaf, cursor[BLOCK] - 1) >= limits[1] - 1:
            return size
        if bound(part[1], part[2], leaf, cursor[BLOCK], limits[2]) >= limits[3]:
            size = score_block(part, leaf, cursor, block, (limits, (docs, sums, size)))
        if last_doc(part[0], leaf, cursor[BLOCK]) >= limits[1]:
            return size
        cursor[BLOCK] += 1
        cursor[PLACE] = NOT_READ
    return size


@jit()
def _end_of_block(words: U32, leaf: I64, block: Any) -> Any:
    return last_doc(words, leaf, block) if block < leaf[BLOCKS] else NEVER


@jit()
def look_up(part: Part, leaf: I64, cursor: I64, held: U32, window: Any) -> int:
    """Add the term's score to the candidates, and keep those that can still get there; returns how many.

    `window`: the term's limits, what the terms behind it can add, the lowest score wanted, what is asked of a document;
    and the candidates.
    """
    (limits, rest, lowest, asked), (docs, sums, size) = window
    words, data, norm, lengths = part[0], part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    # Numbers of a loop stay in registers, those of an array do not.
    block, place, looked, kept = cursor[BLOCK], cursor[PLACE], np.int64(0), 0
    last = _end_of_block(words, leaf, block)
    for k in range(size):
        doc, total, here = np.int64(docs[k]), sums[k], False
        if last < doc:
            block, place = gallop(words, leaf, block, doc), np.int64(NOT_READ)
            last = _end_of_block(words, leaf, block)
        if block < leaf[BLOCKS]:
            length = data[lengths + U(doc)]
            if place == NOT_READ:
                if total + bound_of(data, norm, leaf, block, (*limits, length)) + rest < lowest:
                    continue
                # Candidates rise: what lies before this one is not asked for any more.
                place, count = docs_from(words, leaf, block, doc, held)
                looked += count - place
            while held[place] < doc:
                place += 1
            here = held[place] == doc
            total += score(limits[0], freq_of(words, leaf, block, place), norm[length], limits[1]) if here else 0.0
        if total + rest >= lowest and (asked == ANY or here == (asked == HELD)):
            docs[kept], sums[kept] = docs[k], total
            kept += 1
    cursor[BLOCK], cursor[PLACE] = block, place
    cursor[LOOKED] += looked
    return kept


@jit()
def _keep(found: Any, held: Any) -> int:
    """Keep the candidates that are marked; returns how many."""
    docs, sums, count = found
    kept = 0
    for k in range(count):
        if held[k]:
            docs[kept], sums[kept] = docs[k], sums[k]
            kept += 1
    return kept


@jit()
def in_order_of_phrase(words: U32, phrase: Any, found: Any) -> int:
    """Keep the candidates, which hold all terms, that have them in the order of the phrase; returns how many."""
    leaves, _, positions = phrase
    docs, _, count = found
    if not positions[1] or not count:
        return int(count)
    held = np.empty(count, np.bool_)
    near(words, leaves, positions, docs[:count], held)
    return _keep(found, held)


@jit()
def first_two_in_order(words: U32, phrase: Any, found: Any) -> int:
    """Keep the candidates, which hold the first two terms, that have them where the phrase has them; returns how many.

    The terms behind them are common: they have to be looked up for fewer candidates then.
    """
    leaves, order, positions = phrase
    docs, _, count = found
    if positions[1] != 1 or len(leaves) < 3 or not count:
        return int(count)
    held, ends, streams = np.empty(count, np.bool_), np.empty(count, np.int64), np.empty((count, 3), np.int64)
    streams_of(words, leaves[order[0]], docs[:count], streams)
    rows = begin(positions[0], streams, order[0], ends)
    streams_of(words, leaves[order[1]], docs[:count], streams)
    meet(positions[0], streams, order[1], rows, ends)
    has_rows(ends, held)
    return _keep(found, held)


@jit()
def offer_all(found: Any, lowest: float, best: Any) -> Any:
    """Offer candidates whose sums are complete; returns how many are kept, and the lowest score wanted by then."""
    docs, sums, count = found
    order, out, size = best
    for k in range(count):
        if sums[k] >= lowest:
            size = offer(out, order, size, docs[k], sums[k])
            if size == len(out[0]):
                lowest = max(lowest, out[1][0])
    return size, lowest
