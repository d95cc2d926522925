"""The best of a conjunction without going through all of it: what most searches are.

    a document matches       if it passes every clause
    it passes a clause       if it matches one of its atoms, or none where the clause excludes
    an atom                  is a term, or a phrase: terms of one field, each 1 to `slop` behind the one before
    its score                is the sum over all terms of the atoms that it matches, of clauses that do not exclude

A reader's `storm -"white house"` over title and body is a clause of two terms, and one of two phrases that excludes. A
sum of terms is a single clause, a conjunction of terms has clauses of one atom each.

**How `rank_clauses` prunes.** Candidates are the documents of the rarest clause, atom by atom, the most telling first
(MaxScore, Turtle & Flood 1995). The others are asked about them one after the other, and at each step

    score so far + what the block that may hold the document promises one of its length + what the terms behind can add

must reach the lowest of the best k, or the candidate is given up (block bounds: Ding & Suel 2011; bounds by length:
lengths_loops.py). Sums are exact (score.py), so a bound is never a rounding error too low.

**Phrases** take a look at where words stand, which costs more than all else. So of the candidates that hold two words
those that score most are looked at first: where the words mean something together, they are the ones that hold the
phrase, and most of the others are given up unseen.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import U64, Leaf, Part, Sum, among
from search.kernels.narrow import TO_BE_LISTED, pass_clauses
from search.kernels.top import COUNT, LOOKED_AT, Order, Out, best
from search.kernels.union import add_up
from search.score import F64

# For each atom how many terms it has, and the slop of a phrase, 0 for a single term; for each clause how many atoms it
# has, negative where it excludes. Of one clause at least a document must match an atom.
Clauses = tuple[I64, I64]
Found = tuple[U32, F64]
# Documents with their scores; and a bit for each document of the segment, set where the clauses are not to be asked:
# for those, and perhaps for more. No bits if they are to be asked of all.
Given = tuple[U32, F64, U64]
NOTHING: Given = (np.zeros(0, np.uint32), np.zeros(0), np.zeros(0, np.uint64))
# More documents than a segment can have: all are counted, and nobody is given up.
ALL = 2**62


@kernel("search.kernels.pruning_loops")
def rank_clauses(
    part: Part,
    query: tuple[Sum, Clauses],
    limits: tuple[float, float, int],
    ranking: tuple[Order, Out],
    given: Given,
) -> int:
    """Fill `ranking` with the best of the documents that pass all clauses, as top.best would; returns how many.

    `query` are the terms of all atoms, one after the other, and the clauses. `limits` are score.rounder, a score below
    which nothing is wanted, and how many documents to count before any is given up: fewer than that are counted
    exactly. `ranking` is the order, and what top.best fills; of its facts, the count is of the documents that were met
    on the way. `given` are documents that are among those to choose from, whatever they pass.
    """
    (terms, shape), (rounded_by, lowest, _), (order, out) = query, limits, ranking
    docs, sums = _beside(_passing(part, terms, shape, rounded_by), given)
    wanted = sums >= lowest
    kept = best.twin((docs[wanted], sums[wanted]), order, out)
    out[2][COUNT], out[2][LOOKED_AT] = len(docs), int(terms[0][:, Leaf.POSTINGS].sum())
    return kept


def _beside(found: Found, given: Given) -> Found:
    """The documents found and those given."""
    (docs, sums), (others, scores, seen) = found, given
    if len(seen):
        new = (seen[docs >> 6] >> (docs & 63).astype(np.uint64)) & np.uint64(1) == 0
        docs, sums = docs[new], sums[new]
    return np.append(docs, others), np.append(sums, scores)


def _passing(part: Part, terms: Sum, shape: Clauses, rounded_by: float) -> Found:
    """All documents that pass, and their scores."""
    if not len(shape[0]):
        return np.zeros(0, np.uint32), np.zeros(0)
    atoms = _atoms(part, terms, shape[0], rounded_by)
    clauses = [(count > 0, add_up([next(atoms) for _ in range(abs(count))])) for count in shape[1].tolist()]
    (docs, sums), *others = sorted((found for must, found in clauses if must), key=lambda found: len(found[0]))
    for other, scores in others:
        places, here = among(docs, other)
        docs, sums = docs[here], sums[here] + scores[places[here]]
    for unwanted in (found[0] for must, found in clauses if not must):
        _, here = among(docs, unwanted)
        docs, sums = docs[~here], sums[~here]
    return docs, sums


def _atoms(part: Part, terms: Sum, shape: I64, rounded_by: float) -> Iterator[Found]:
    """The documents that match each atom, and what they score by it."""
    start = 0
    for size, slop in shape.tolist():
        leaves, weights = terms[0][start : start + size], terms[1][start : start + size]
        room = int(leaves[:, Leaf.POSTINGS].min())
        out = np.empty(room, np.uint32), np.empty(room)
        conditions = np.ones(size, np.int64), slop, TO_BE_LISTED
        count = pass_clauses.twin(part, (leaves, weights), conditions, (rounded_by, True), out)
        yield out[0][:count], out[1][:count]
        start += size
