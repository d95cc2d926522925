"""The order in which the clauses of a query are asked, for the loops of `pruning`.

The rarest clause first, because its documents are the candidates, and the excluding ones last; in a clause the most
telling atom first, because what it finds makes most documents of the others hopeless; in a phrase the rarest term.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U32
from search.kernels.leaves import Leaf, Sum
from search.kernels.leaves_loops import end_of_documents

POSTINGS, BITMAP = int(Leaf.POSTINGS), int(Leaf.BITMAP)
# Of the documents that are asked whether they hold a common term so many may hold it.
MOST, MOST_BEFORE_BLOCKS = 0.5, 0.875
# The columns of atoms: their first term, how many they have, the slop of a phrase.
FIRST, SIZE, SLOP = range(3)


@jit()
def _measured(terms: Sum, atoms: I64) -> Any:
    """Where the terms of each atom begin, what it weighs, and how many postings its rarest term has."""
    leaves, weights = terms
    starts, worth, postings = np.empty(len(atoms), np.int64), np.zeros(len(atoms)), np.empty(len(atoms), np.int64)
    at = 0
    for atom in range(len(atoms)):
        starts[atom], postings[atom] = at, leaves[at, POSTINGS]
        for _ in range(atoms[atom, 0]):
            postings[atom] = min(postings[atom], leaves[at, POSTINGS])
            worth[atom] += weights[at]
            at += 1
    return starts, worth, postings


@jit()
def _by_cost(clauses: I64, postings: I64) -> Any:
    """Clauses with atoms that the segment has, the rarest first, then those that exclude; and where the atoms of each
    begin. None where nobody can match.
    """
    starts, costs = np.empty(len(clauses), np.int64), np.empty(len(clauses), np.int64)
    at, wanted = 0, 0
    for clause in range(len(clauses)):
        starts[clause], size = at, abs(clauses[clause])
        costs[clause] = postings[at : at + size].sum()
        at += size
        if clauses[clause] > 0 and costs[clause] == 0:
            return starts, np.empty(0, np.int64)
        if clauses[clause] < 0:
            costs[clause] = np.iinfo(np.int64).max if costs[clause] else -1
    order = np.argsort(costs)
    for clause in order:
        wanted += costs[clause] < 0
    return starts, order[wanted:]


@jit()
def _placed(terms: Sum, atom: Any, rows: Any, at: int) -> int:
    """Append the terms of an atom, given the first and how many; returns how many there are by then."""
    (leaves, weights), (ordered, weighed, offsets) = terms, rows
    first, size = atom
    for offset in np.argsort(leaves[first : first + size, POSTINGS]):
        ordered[at], weighed[at], offsets[at] = leaves[first + offset], weights[first + offset], offset
        at += 1
    return at


@jit()
def arrange(terms: Sum, shape: Any) -> Any:
    """The terms in the order in which they are asked, the place of each in its phrase, the atoms (int64[A, 3]), and the
    clauses (int64[C, 2]: the first atom, and how many, negative where the clause excludes); no clause where nobody can
    match. What the segment lacks is left out; terms that exclude weigh nothing.
    """
    given, sizes = shape
    starts, worth, postings = _measured(terms, given)
    first_atoms, order = _by_cost(sizes, postings)
    leaves, weights = np.empty_like(terms[0]), np.zeros(len(terms[0]))
    offsets = np.empty(len(weights), np.int64)
    atoms, clauses = np.empty((len(given), 3), np.int64), np.empty((len(order), 2), np.int64)
    placed, at = 0, 0
    for row, clause in enumerate(order):
        first, size = first_atoms[clause], abs(sizes[clause])
        begin = placed
        for number in np.argsort(-worth[first : first + size]):
            atom = first + number
            if postings[atom]:
                atoms[placed, FIRST], atoms[placed, SIZE], atoms[placed, SLOP] = at, given[atom, 0], given[atom, 1]
                at = _placed(terms, (starts[atom], given[atom, 0]), (leaves, weights, offsets), at)
                placed += 1
        if sizes[clause] < 0:
            weights[atoms[begin, FIRST] : at] = 0.0
        clauses[row] = begin, (placed - begin) * np.sign(sizes[clause])
    return (leaves[:at], weights[:at]), offsets, atoms[:placed], clauses


@jit()
def common_terms(words: U32, leaves: I64, shape: Any, number: int) -> I64:
    """The leaves of those terms with bitmaps that stand in every document which passes all clauses, and matches the
    atom of this number of the first one; rarest first, as far as they are of one atom. `shape`: atoms and clauses.

    Those that stand in most documents anyway are left out, but for the atom's first term: to ask for them saves little.
    It saves more where the next term has no bitmap, and has to be looked for in blocks.
    """
    (atoms, clauses), common, count = shape, np.empty_like(leaves), 0
    listing = atoms[number, FIRST]
    next_has_bitmap = listing + 1 < len(leaves) and leaves[listing + 1, BITMAP] > 0
    most = end_of_documents(words, leaves) * (MOST if next_has_bitmap else MOST_BEFORE_BLOCKS)
    for clause in range(len(clauses)):
        first, size = clauses[clause]
        if clause == 0 or size == 1:
            atom = atoms[number if clause == 0 else first]
            for k in range(atom[FIRST], atom[FIRST] + atom[SIZE]):
                if leaves[k, BITMAP] and (leaves[k, POSTINGS] <= most or k == listing):
                    common[count] = leaves[k]
                    count += 1
    return common[:count]
