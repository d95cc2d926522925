"""Candidates, for the loops of others: documents that rise, and what they score by the terms asked so far.

A list of candidates is a tuple of arrays, and how many there are:

    docs     uint32    the documents, rising
    sums     float64   what they score so far
    found    int64     the number of the posting by which each matched what was asked last, ABSENT where it did not
    listed   int64     the number of the posting by which it became a candidate

A candidate that turns out not to get there any more is given the score HOPELESS, and goes when the list is next cut
down. What is asked of all candidates is asked in one loop, which hardly ever has to guess a branch: to find their
postings, to keep those that have one, to score what is left are three such loops, and take a third of the time of one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.bitmaps_loops import holds, posting_of
from search.kernels.cursors_loops import BLOCK, LOOKED, NOT_READ, PLACE
from search.kernels.leaves import Leaf, Part
from search.kernels.leaves_loops import bound_of, docs_from, freq_of, gallop, last_doc, score
from search.kernels.phrase_loops import ABSENT
from search.kernels.top_loops import offer

U = np.uint64
BLOCKS, LENGTHS, NORM, BITMAP = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM), int(Leaf.BITMAP)
NOWHERE = np.int64(1) << 40
HOPELESS = -np.inf


@jit()
def room_for(size: int) -> Any:
    """The four arrays of a list of so many candidates."""
    return np.empty(size, np.uint32), np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64)


@jit()
def keep_in_bitmap(words: U32, leaf: I64, candidates: Any) -> Any:
    """Keep the candidates that hold a term which has a bitmap; returns how many."""
    docs, sums, found, listed, size = candidates
    bitmap, kept = U(leaf[BITMAP]), U(0)
    for k in range(U(size)):
        doc, total = docs[k], sums[k]
        docs[kept], sums[kept], found[kept], listed[kept] = doc, total, found[k], listed[k]
        kept += holds(words, bitmap, U(doc)) & U(total > HOPELESS)
    return np.int64(kept)


@jit()
def find_in_bitmap(words: U32, leaf: I64, candidates: Any) -> None:
    """Find the posting of every candidate by which it holds a term that has a bitmap."""
    docs, _, found, _, size = candidates
    bitmap = U(leaf[BITMAP])
    for k in range(U(size)):
        found[k] = posting_of(words, bitmap, U(docs[k]))


@jit()
def _place_of(held: U32, doc: Any) -> Any:
    """The first place of a block whose document is not below `doc`; there is one."""
    place, step = U(0), U(64)
    while step:
        place = place + step if held[place + step - U(1)] < doc else place
        step >>= U(1)
    return place


@jit()
def _read(words: U32, leaf: I64, block: Any, doc: Any, held: U32) -> Any:
    """Read a block as far down as `doc`, such that `held` rises; returns how many postings were read."""
    first, count = docs_from(words, leaf, block, doc, held)
    for k in range(first):
        held[k] = 0
    for k in range(U(count), U(128)):
        held[k] = 0xFFFFFFFF
    return count - np.int64(first)


@jit()
def _end_of_block(words: U32, leaf: I64, block: Any) -> Any:
    return last_doc(words, leaf, block) if block < leaf[BLOCKS] else NOWHERE


@jit()
def _find_in_blocks(part: Part, leaf: I64, cursor: Any, limits: Any, candidates: Any) -> None:
    """`find`, for a term without a bitmap: block by block."""
    (at, held), (of_term, rest, lowest) = cursor, limits
    docs, sums, found, _, size = candidates
    words, data, norm, lengths = part[0], part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    block, is_read, looked = at[BLOCK], at[PLACE] != NOT_READ, np.int64(0)
    last = _end_of_block(words, leaf, block)
    for k in range(U(size)):
        doc = docs[k]
        if last < doc:
            block, is_read = gallop(words, leaf, block, doc), False
            last = _end_of_block(words, leaf, block)
        found[k] = ABSENT
        if block == leaf[BLOCKS]:
            continue
        if not is_read:
            if lowest > HOPELESS:
                length = data[lengths + U(doc)]
                of_length = (of_term[0], of_term[1], length)
                if sums[k] + bound_of(data, norm, leaf, block, of_length) < lowest - rest[length]:
                    sums[k] = HOPELESS
                    continue
            looked += _read(words, leaf, block, doc, held)
            is_read = True
        place = _place_of(held, doc)
        if held[place] == doc:
            found[k] = block * 128 + np.int64(place)
    at[BLOCK], at[PLACE] = block, 0 if is_read else NOT_READ
    at[LOOKED] += looked


@jit()
def find(part: Part, leaf: I64, cursor: Any, limits: Any, candidates: Any) -> None:
    """Find the posting of every candidate by which it holds a term.

    `cursor` is where the term stood after the candidates before these, and the block read there. `limits` are the
    term's weight and what rounds; what all terms behind it can add to a document of each length; and the lowest score
    wanted, to give up those that cannot get there where that saves reading a block: HOPELESS to give up nobody.
    """
    if leaf[BITMAP]:
        find_in_bitmap(part[0], leaf, candidates)
        cursor[0][LOOKED] += candidates[4]
    elif leaf[BLOCKS]:
        _find_in_blocks(part, leaf, cursor, limits, candidates)
    else:
        mark_all(candidates, ABSENT)


@jit()
def add(part: Part, leaf: I64, limits: Any, postings: I64, candidates: Any) -> None:
    """Add what candidates score by a term, given the number of the posting of each, and give up those that cannot get
    there any more. `limits` as for `find`. A candidate that is ABSENT scores nothing.
    """
    (weight, rounded_by), rest, lowest = limits
    docs, sums, _, _, size = candidates
    words, data, norm, lengths = part[0], part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    for k in range(U(size)):
        length, total = data[lengths + U(docs[k])], sums[k]
        if postings[k] != ABSENT:
            freq = freq_of(words, leaf, postings[k] >> 7, postings[k] & 127)
            total += score(weight, freq, norm[length], rounded_by)
        sums[k] = total if total >= lowest - rest[length] else HOPELESS


@jit()
def mark_all(candidates: Any, mark: int) -> None:
    """Mark all candidates as ABSENT, or with the number of some posting."""
    _, _, found, _, size = candidates
    for k in range(size):
        found[k] = mark


@jit()
def settle(candidates: Any) -> None:
    """Leave those marked that can still get there."""
    _, sums, found, _, size = candidates
    for k in range(size):
        if sums[k] == HOPELESS:
            found[k] = ABSENT


@jit()
def keep(candidates: Any, wanted: bool) -> Any:
    """Keep the candidates that were found, or were not, and can still get there; returns how many."""
    docs, sums, found, listed, size = candidates
    kept = U(0)
    for k in range(U(size)):
        total, posting = sums[k], found[k]
        docs[kept], sums[kept], found[kept], listed[kept] = docs[k], total, posting, listed[k]
        kept += U(((posting != ABSENT) == wanted) & (total > HOPELESS))
    return np.int64(kept)


@jit()
def give_up(part: Part, leaf: I64, limits: Any, candidates: Any) -> Any:
    """Keep the candidates that can still get there; returns how many. `limits`: what the terms behind this one can add
    to a document of each length, and the lowest score wanted.
    """
    (rest, lowest), (docs, sums, found, listed, size) = limits, candidates
    data, lengths, kept = part[1], U(leaf[LENGTHS]), U(0)
    for k in range(U(size)):
        doc, total = docs[k], sums[k]
        docs[kept], sums[kept], found[kept], listed[kept] = doc, total, found[k], listed[k]
        kept += U(total >= lowest - rest[data[lengths + U(doc)]])
    return np.int64(kept)


@jit()
def take(chosen: Any, candidates: Any) -> Any:
    """Take some candidates out of the list: as a list of their own, and how many are left."""
    docs, sums, found, listed, size = candidates
    some, left, taken = room_for(chosen.sum()), 0, 0
    for k in range(size):
        if chosen[k]:
            some[0][taken], some[1][taken], some[2][taken], some[3][taken] = docs[k], sums[k], found[k], listed[k]
            taken += 1
        else:
            docs[left], sums[left], found[left], listed[left] = docs[k], sums[k], found[k], listed[k]
            left += 1
    return (*some, taken), left


@jit()
def offer_all(candidates: Any, lowest: float, best: Any) -> Any:
    """Offer documents with their scores; returns how many are kept, and the lowest score wanted by then."""
    docs, sums, count = candidates
    order, out, size = best
    for k in range(count):
        if sums[k] >= lowest:
            size = offer(out, order, size, docs[k], sums[k])
            if size == len(out[0]):
                lowest = max(lowest, out[1][0])
    return size, lowest
