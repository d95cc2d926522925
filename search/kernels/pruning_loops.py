"""The best of some terms without going through all of their postings, for the loops of `union` and `narrow`.

Term by term, the most telling first: its documents are scored by it, and the terms behind it are looked up for those
alone that can still get among the best. As good documents are met, fewer and fewer can:

    score + what the block of the next term promises a document of this length + rest of the window < lowest of the best

When no window promises enough without the terms gone through so far, the others bring nothing new. Where documents have
to hold all terms, only the first is gone through.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64
from search.kernels.bounds_loops import block_bounds, nth_greatest, rests_of
from search.kernels.candidates_loops import (
    ANY,
    HELD,
    NEVER,
    NOT_HELD,
    first_two_in_order,
    in_order_of_phrase,
    look_up,
    offer_all,
    score_block,
    score_window,
)
from search.kernels.cursors_loops import BLOCK, LOOKED, NOT_READ, PLACE, fresh
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.top import COUNT, LOOKED_AT, TIED

BLOCKS = int(Leaf.BLOCKS)
# Documents for which the bounds of terms are added up.
WINDOW = 4096
# In so many blocks of the first term good documents are looked for before all else, and so many of them are scored.
SAMPLED_BLOCKS, SAMPLED = 8, 64


@jit()
def _best_of_first(part: Part, leaf: I64, limits: Any, found: Any) -> int:
    """Fill `found` with some of the documents that score most by one term; returns how many there are."""
    docs, sums = found
    bounds = block_bounds(part, leaf, limits)
    first, size = nth_greatest(bounds, SAMPLED_BLOCKS), 0
    held, freqs, cursor = np.empty(128, np.uint32), np.empty(128, np.uint32), fresh(1)[0]
    for block in range(leaf[BLOCKS]):
        if bounds[block] >= first and size + 128 <= len(docs):
            cursor[BLOCK], cursor[PLACE] = block, NOT_READ
            window = ((np.int64(0), NEVER, limits, -np.inf), (docs, sums, size))
            size = score_block(part, leaf, cursor, (held, freqs), window)
    lowest, kept = nth_greatest(sums[:size], SAMPLED), 0
    for k in range(size):
        if sums[k] >= lowest and kept < 2 * SAMPLED:
            docs[kept], sums[kept] = docs[k], sums[k]
            kept += 1
    return kept


@jit()
def _promising(part: Part, terms: Sum, conditions: Any, limits: Any, best: Any) -> float:
    """A score that as many documents reach as there is room for: the lowest of the best among a few of which the first
    term promises most. `limits`: what rounds, and the lowest score wanted so far, returned where they are too few.
    """
    leaves, weights = terms
    asked, phrase = conditions
    docs, sums = np.empty(128 * SAMPLED_BLOCKS, np.uint32), np.empty(128 * SAMPLED_BLOCKS)
    count = _best_of_first(part, leaves[0], (weights[0], limits[0]), (docs, sums))
    held = np.empty(128, np.uint32)
    for k in range(1, len(leaves)):
        window = (((weights[k], limits[0]), 0.0, -np.inf, asked), (docs, sums, count))
        count = look_up(part, leaves[k], fresh(1)[0], held, window)
    count = in_order_of_phrase(part[0], phrase, (docs, sums, count))
    return float(offer_all((docs, sums, count), limits[1], best)[1])


@jit()
def _ask_others(part: Part, terms: Sum, conditions: Any, state: Any, window: Any) -> Any:
    """Look all other terms up for the candidates that term `first` has in a window; returns how many are left, and how
    many of them hold two terms.

    `window`: which term is the first, what rounds, the lowest score wanted, what each term and those behind it can add.
    """
    leaves, weights = terms
    asked, phrase = conditions
    cursors, held, (docs, sums, count) = state
    first, rounded_by, lowest, rest = window
    of_two = count
    for k in range(first + 1, len(leaves)):
        limits = ((weights[k], rounded_by), rest[k + 1], lowest, asked)
        count = look_up(part, leaves[k], cursors[k], held[k], (limits, (docs, sums, count)))
        if k == 1:
            of_two = count
            count = first_two_in_order(part[0], phrase, (docs, sums, count))
    for k in range(first):
        # Those that hold it have been candidates before.
        limits = ((weights[k], rounded_by), 0.0, lowest, NOT_HELD)
        count = look_up(part, leaves[k], cursors[k], held[k], (limits, (docs, sums, count)))
    return in_order_of_phrase(part[0], phrase, (docs, sums, count)), of_two


@jit()
def _pass_term(part: Part, terms: Sum, conditions: Any, limits: Any, best: Any) -> Any:
    """Offer the best documents of one term that hold none of the terms before it; returns how many are kept by then,
    and the lowest score wanted.

    `limits`: which term, what rounds, the lowest score wanted so far, how many are counted before any is left out, and
    of each window what each term and those behind it can add.
    """
    leaves, weights = terms
    asked, phrase = conditions
    first, rounded_by, lowest, counted_first, rests = limits
    order, out, size = best
    cursors, held, freqs = fresh(len(leaves)), np.empty((len(leaves), 128), np.uint32), np.empty(128, np.uint32)
    docs, sums = np.empty(WINDOW, np.uint32), np.empty(WINDOW)
    counted = 0
    for window in range(len(rests)):
        rest, needed = rests[window], lowest if counted >= counted_first else -np.inf
        if rest[0] == -np.inf or rest[first] < needed:
            continue
        span = (window * WINDOW, (window + 1) * WINDOW, (weights[first], rounded_by), needed - rest[first + 1])
        met = score_window(part, leaves[first], cursors[first], (held[first], freqs), (span, (docs, sums)))
        if met:
            state, limits_of_window = (cursors, held, (docs, sums, met)), (first, rounded_by, needed, rest)
            count, of_two = _ask_others(part, terms, conditions, state, limits_of_window)
            out[2][COUNT] += met if asked == ANY and first == 0 else count
            # Most documents with the words of a phrase do not hold it: it is those that cost.
            counted += of_two if phrase[2][1] else count
            size, lowest = offer_all((docs, sums, count), lowest, (order, out, size))
    out[2][LOOKED_AT] += cursors[:, LOOKED].sum()
    return size, lowest


@jit()
def rank_pruned(part: Part, terms: Sum, conditions: Any, limits: Any, ranking: Any) -> Any:
    """Offer the best documents; returns how many are kept, as a heap. The facts are counted up.

    `terms` are in the order in which to go through them, and there is at least one. `conditions`: ANY or HELD, and the
    phrase that documents hold: its leaves in order, which of them the terms are, its positions and its slop. `limits`:
    what rounds, a score below which nothing is wanted, how many to count before any is left out, and one above the last
    document. `ranking`: the order, and what is filled.
    """
    rounded_by, lowest, counted_first, end = limits
    order, out = ranking
    rests = rests_of(part, terms, WINDOW, (end, rounded_by, conditions[0] == HELD))
    lowest = _promising(part, terms, conditions, (rounded_by, lowest), (order, out, 0))
    out[2][TIED], size = 0, 0
    for first in range(1 if conditions[0] == HELD else len(terms[0])):
        limits_of_term = (first, rounded_by, lowest, counted_first, rests)
        size, lowest = _pass_term(part, terms, conditions, limits_of_term, (order, out, size))
    return size
