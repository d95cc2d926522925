"""What documents can score at best, by windows of the segment, and which windows to go through first.

Once good documents are known, most of a segment cannot compete with them any more. So the windows that promise most
are gone through before the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.leaves_loops import bound, last_doc
from search.score import F64

BLOCKS = int(Leaf.BLOCKS)
# Of more than so many the greatest are not looked for.
MOST_FIRST = 64


@jit()
def block_bounds(part: Part, leaf: I64, limits: Any) -> F64:
    """What no document of each block of a term scores more than. `limits`: the term's weight, and what rounds."""
    bounds = np.empty(leaf[BLOCKS])
    for block in range(leaf[BLOCKS]):
        bounds[block] = bound(part[1], part[2], leaf, block, limits)
    return bounds


@jit()
def window_bounds(part: Part, terms: Sum, width: Any, rounded_by: float, bounds: Any) -> None:
    """Fill `bounds`, float64[windows, T]: what no document of the window scores more than by each term; -inf where none
    holds it.
    """
    leaves, weights = terms
    bounds[:] = -np.inf
    for k in range(len(leaves)):
        leaf, first = leaves[k], 0
        for block in range(leaf[BLOCKS]):
            most, last = bound(part[1], part[2], leaf, block, (weights[k], rounded_by)), last_doc(part[0], leaf, block)
            for window in range(first, last // width + 1):
                bounds[window, k] = max(bounds[window, k], most)
            first = (last + 1) // width


@jit()
def rests_of(part: Part, terms: Sum, width: Any, limits: Any) -> F64:
    """For each window and term, the sum of the bounds of this term and of all behind it, and 0 behind the last; -inf
    for the first where nobody in the window can match.

    `limits`: one above the last document, what rounds, and whether documents have to hold all terms.
    """
    count = len(terms[0])
    end, rounded_by, must = limits
    rests = np.zeros(((end + width - 1) // width, count + 1))
    window_bounds(part, terms, width, rounded_by, rests[:, :count])
    for rest in rests:
        missing = 0
        for k in range(count - 1, -1, -1):
            missing += rest[k] == -np.inf
            rest[k] = rest[k + 1] + max(rest[k], 0.0)
        if missing == count or (must and missing):
            rest[0] = -np.inf
    return rests


@jit()
def nth_greatest(numbers: F64, n: int) -> float:
    """The n-th greatest of some numbers; -inf where there are not so many, or n is large."""
    if n > MOST_FIRST or n >= len(numbers):
        return -np.inf
    greatest = np.full(n, -np.inf)
    for number in numbers:
        if number > greatest[n - 1]:
            at = n - 1
            while at > 0 and greatest[at - 1] < number:
                greatest[at] = greatest[at - 1]
                at -= 1
            greatest[at] = number
    return float(greatest[n - 1])
