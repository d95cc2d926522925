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

**Common words** have bitmaps, by which it costs a nanosecond to see that a document lacks one: of the candidates those
that lack any that they must hold are left out before all else, and where all words are common their bitmaps are where
the candidates come from.

**Phrases** take a look at where words stand, which costs more than all else. So of the candidates that hold two words
those that score most are looked at first: where the words mean something together, they are the ones that hold the
phrase, and most of the others are given up unseen. numpy does the same, with all candidates at once.
"""

from __future__ import annotations

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Part, Sum, among
from search.kernels.narrow import TO_BE_LISTED, pass_clauses
from search.kernels.top import COUNT, LOOKED_AT, Order, Out, best
from search.kernels.union import add_up
from search.score import F64

# For each atom how many terms it has, and the slop of a phrase, 0 for a single term; for each clause how many atoms it
# has, negative where it excludes. Of one clause at least a document must match an atom.
Clauses = tuple[I64, I64]
Found = tuple[U32, F64]
# The terms of an atom, and its slop.
Atom = tuple[Sum, int]
# More documents than a segment can have: all are counted, and nobody is given up.
ALL = 2**62
# By numpy so many candidates for phrases are looked at first, and so many next; then all others.
LOOKED_AT_TOGETHER = 256, 2304


@kernel("search.kernels.pruning_loops")
def rank_clauses(
    part: Part, query: tuple[Sum, Clauses], limits: tuple[float, float, int], ranking: tuple[Order, Out]
) -> int:
    """Fill `ranking` with the best of the documents that pass all clauses, as top.best would; returns how many.

    `query` are the terms of all atoms, one after the other, and the clauses. `limits` are score.rounder, a score below
    which nothing is wanted, and how many documents to count before any is given up: fewer than that are counted
    exactly. `ranking` is the order, and what top.best fills; of its facts, the count is of the documents that were met
    on the way.
    """
    (terms, shape), (rounded_by, lowest, counted_first), (order, out) = query, limits, ranking
    if counted_first < ALL and shape[0][:, 1].any() and order[1] == np.inf:
        docs, sums = _best_passing(part, query, (rounded_by, lowest), len(out[0]))
    else:
        docs, sums = _passing(part, query, rounded_by)
    wanted = sums >= lowest
    kept = best.twin((docs[wanted], sums[wanted]), order, out)
    out[2][COUNT], out[2][LOOKED_AT] = len(docs), int(terms[0][:, Leaf.POSTINGS].sum())
    return kept


def _best_passing(part: Part, query: tuple[Sum, Clauses], limits: tuple[float, float], wanted: int) -> Found:
    """Documents that pass, and their scores: the best at least, as many as are wanted, and all that equal the last.

    Where words stand is looked up for few documents at a time: first for those that would score most if they held every
    phrase of which they hold all words. `limits` are score.rounder, and a score below which nothing is wanted.
    """
    (terms, shape), (rounded_by, lowest), start = query, limits, 0
    in_any_order, must = shape[0].copy(), np.repeat(shape[1] > 0, np.abs(shape[1]))
    in_any_order[must, 1] = 0
    docs, bounds = _passing(part, (terms, (in_any_order, shape[1])), rounded_by)
    promising, found, scores = np.argsort(-bounds), np.zeros(0, np.uint32), np.zeros(0)
    for end in (*LOOKED_AT_TOGETHER, len(docs)):
        passed = _passing(part, query, rounded_by, np.sort(docs[promising[start:end]]))
        found, scores, start = np.append(found, passed[0]), np.append(scores, passed[1]), end
        reached = np.partition(scores, -wanted)[-wanted] if len(scores) >= wanted else -np.inf
        if end >= len(docs) or bounds[promising[end]] < max(reached, lowest):
            break
    return found, scores


def _passing(part: Part, query: tuple[Sum, Clauses], rounded_by: float, among_these: U32 | None = None) -> Found:
    """All documents that pass, or those among these that do, and their scores."""
    clauses = _clauses(query)
    docs, sums = among_these, np.zeros(0 if among_these is None else len(among_these))
    for atoms in sorted((atoms for must, atoms in clauses if must), key=_cost):
        found, scores = add_up([_matching(part, atom, rounded_by, docs) for atom in atoms])
        # Whoever is found was among the documents so far.
        docs, sums = found, scores if docs is None else sums[among(found, docs)[0]] + scores
    if docs is None:
        return np.zeros(0, np.uint32), np.zeros(0)
    for atoms in (atoms for must, atoms in clauses if not must):
        excluded, _ = add_up([_matching(part, atom, rounded_by, docs) for atom in atoms])
        kept = ~among(docs, excluded)[1]
        docs, sums = docs[kept], sums[kept]
    return docs, sums


def _clauses(query: tuple[Sum, Clauses]) -> list[tuple[bool, list[Atom]]]:
    """The clauses: whether one of its atoms must be matched, or none may be; and its atoms."""
    (leaves, weights), (shape, sizes) = query
    ends = np.cumsum(shape[:, 0])
    atoms = [
        ((leaves[end - size : end], weights[end - size : end]), slop)
        for end, (size, slop) in zip(ends.tolist(), shape.tolist(), strict=True)
    ]
    ends = np.cumsum(np.abs(sizes))
    return [(size > 0, atoms[end - abs(size) : end]) for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]


def _cost(atoms: list[Atom]) -> int:
    return sum(int(terms[0][:, Leaf.POSTINGS].min()) for terms, _ in atoms)


def _matching(part: Part, atom: Atom, rounded_by: float, among_these: U32 | None) -> Found:
    """The documents that match an atom, or those among these that do, and what they score by it."""
    terms, slop = atom
    if among_these is None:
        room, count = int(terms[0][:, Leaf.POSTINGS].min()), TO_BE_LISTED
        out = np.empty(room, np.uint32), np.empty(room)
    else:
        out, count = (among_these.copy(), np.zeros(len(among_these))), len(among_these)
    conditions = np.ones(len(terms[0]), np.int64), slop, count
    count = pass_clauses.twin(part, terms, conditions, (rounded_by, True), out)
    return out[0][:count], out[1][:count]
