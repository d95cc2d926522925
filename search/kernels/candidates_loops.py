"""Candidates, for the loops of others: documents that rise, and what they score by the terms asked so far.

A list of candidates is `docs` (uint32), `sums` (float64), `found` (int64) and how many there are. Found of each is the
number of the posting by which it matched what was asked last, ABSENT where it did not: that marks those to keep. A
candidate that turns out not to get there any more is given the score HOPELESS, and goes when the list is next cut down.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.cursors_loops import BLOCK, LOOKED, NOT_READ, PLACE
from search.kernels.leaves import Leaf, Part
from search.kernels.leaves_loops import bound_of, docs_from, freq_of, gallop, last_doc, pass_by, score
from search.kernels.phrase_loops import ABSENT
from search.kernels.top_loops import offer

U = np.uint64
BLOCKS, LENGTHS, NORM = int(Leaf.BLOCKS), int(Leaf.LENGTHS), int(Leaf.NORM)
NOWHERE, UNREAD = np.int64(1) << 40, U(2**64 + NOT_READ)
HOPELESS = -np.inf


@jit()
def probe(part: Part, leaf: I64, limits: Any, candidates: Any) -> Any:
    """Mark the candidates that hold a term, and add its score; returns how many postings were looked at.

    `limits`: the term's weight, what rounds, and whether to score.
    """
    words, data, norm = part[0], part[1], part[2][leaf[NORM]]
    weight, rounded_by, scored = limits
    docs, sums, found, size = candidates
    held, block, last, place, looked = np.empty(128, np.uint32), 0, np.int64(-1), U(0), np.int64(0)
    for k in range(U(size)):
        doc = docs[k]
        if last < doc:
            block = gallop(words, leaf, block, doc)
            if block == leaf[BLOCKS]:
                break
            last, (place, count) = last_doc(words, leaf, block), docs_from(words, leaf, block, doc, held)
            looked += count - np.int64(place)
        place = pass_by(held, place, doc)
        if held[place] == doc:
            found[k] = block * 128 + np.int64(place)
            if scored:
                length = data[U(leaf[LENGTHS]) + U(doc)]
                sums[k] += score(weight, freq_of(words, leaf, block, place), norm[length], rounded_by)
    return looked


@jit()
def _end_of_block(words: U32, leaf: I64, block: Any) -> Any:
    return last_doc(words, leaf, block) if block < leaf[BLOCKS] else NOWHERE


@jit()
def ask(part: Part, leaf: I64, cursor: Any, limits: Any, candidates: Any) -> None:
    """Mark the candidates that hold a term, add its score, and give up those that cannot get there any more.

    `cursor` is where the term stood after the candidates before these, and the block read there. `limits`: the term's
    weight, and what rounds; what all terms behind it can add to a document of each length; and the lowest score wanted.
    """
    (weight, rounded_by), rest, lowest = limits
    (docs, sums, found, size), (at, held) = candidates, cursor
    words, data, norm, lengths = part[0], part[1], part[2][leaf[NORM]], U(leaf[LENGTHS])
    # Numbers of a loop stay in registers, those of an array do not; and an array that is taken out of another one, or
    # put into a tuple, is counted by its owner: that takes as long as all else that is done for a candidate.
    block, place, looked = at[BLOCK], U(at[PLACE]), np.int64(0)
    last = _end_of_block(words, leaf, block)
    for k in range(U(size)):
        doc, total = docs[k], sums[k]
        if total == HOPELESS:
            continue
        if last < doc:
            block, place = gallop(words, leaf, block, doc), UNREAD
            last = _end_of_block(words, leaf, block)
        length = data[lengths + U(doc)]
        needed = lowest - rest[length]
        if block < leaf[BLOCKS]:
            if place == UNREAD:
                if total + bound_of(data, norm, leaf, block, (weight, rounded_by, length)) < needed:
                    sums[k] = HOPELESS
                    continue
                # Candidates rise: what lies before this one is not asked for any more.
                place, count = docs_from(words, leaf, block, doc, held)
                looked += count - np.int64(place)
            place = pass_by(held, place, doc)
            if held[place] == doc:
                found[k] = block * 128 + np.int64(place)
                total += score(weight, freq_of(words, leaf, block, place), norm[length], rounded_by)
        sums[k] = total if total >= needed else HOPELESS
    at[BLOCK], at[PLACE] = block, np.int64(place)
    at[LOOKED] += looked


@jit()
def mark_all(candidates: Any, mark: int) -> None:
    """Mark all candidates as ABSENT, or with the number of some posting."""
    _, _, found, size = candidates
    for k in range(size):
        found[k] = mark


@jit()
def settle(candidates: Any) -> None:
    """Leave those marked that can still get there."""
    _, sums, found, size = candidates
    for k in range(size):
        if sums[k] == HOPELESS:
            found[k] = ABSENT


@jit()
def keep(candidates: Any, wanted: bool) -> Any:
    """Keep the candidates that were found, or were not, and can still get there; returns how many."""
    docs, sums, found, size = candidates
    kept = U(0)
    for k in range(U(size)):
        total, posting = sums[k], found[k]
        docs[kept], sums[kept], found[kept] = docs[k], total, posting
        kept += U(((posting != ABSENT) == wanted) & (total > HOPELESS))
    return np.int64(kept)


@jit()
def offer_all(candidates: Any, lowest: float, best: Any) -> Any:
    """Offer candidates whose sums are complete; returns how many are kept, and the lowest score wanted by then."""
    docs, sums, count = candidates
    order, out, size = best
    for k in range(count):
        if sums[k] >= lowest:
            size = offer(out, order, size, docs[k], sums[k])
            if size == len(out[0]):
                lowest = max(lowest, out[1][0])
    return size, lowest
