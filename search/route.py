"""Plan + segment -> the way to its best: pruning a conjunction, counting a sum, or listing all that match."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from search.clauses import conjunction
from search.joined import Joined
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.pruning import ALL, Clauses, rank_clauses
from search.kernels.sums import FEW_TERMS, rank
from search.kernels.top import LOOKED_AT, Order, Out, best, room_for
from search.kernels.weights import strewn
from search.matching import Search, leaves, matches, restricted
from search.plan import Plan, Words

# Counting all matches of a sum means reading all documents of its terms, or all words of their bitmaps: that is done up
# to so many, which cost less than a tenth of a millisecond. Beyond, the total is at least that of the commonest.
MOST_COUNTED = 50_000
# All of a conjunction are found, and so counted, if it should have so many matches at most, its terms strewn at random.
# Of one that should have more so many are counted; then those that cannot be among the best are left out.
MOST_LISTED = 1_000
# Of a phrase each takes a look at where its words stand: so many are counted then that hold two of them.
MOST_LOOKED = 64
# A condition on dates or an exclusion that leaves few candidates is cheaper met by listing them than by pruning.
WORTH_PRUNING = 20_000
POSTINGS, BITMAP = int(Leaf.POSTINGS), int(Leaf.BITMAP)
PRUNING = ("rank", "rank_clauses")

# A part of the archive, the terms, and the clauses that they make.
Query = tuple[Part, Sum, Clauses]


class Route(NamedTuple):
    """How the best of a segment are found: what fills `Out` with those that score at least so much, if there is room,
    and says how many they are; how many match at least, as far as that is known beforehand; and whether that, or what
    is counted on the way if it is more, is the whole truth. `kernel` is the one that chooses the best; those in PRUNING
    fill in how many postings they looked at.
    """

    kernel: str
    run: Callable[[Out, float], int]
    total: int = 0
    exact: bool = True


def through(search: Search, plan: Plan | Joined, order: Order) -> Route:
    """The way through a plan."""
    if isinstance(plan, Joined):
        query = search.shard.part, (search.leaves, plan.weights), plan.shape
        return _pruning(search, query, plan.matches, order)
    if isinstance(plan, Words) and search.scored:
        return _sum(search.shard.part, leaves(search, [plan]), order, search.rounded_by)
    found = conjunction(plan) if search.scored else None
    if found is None or found.is_masked and found.candidates <= WORTH_PRUNING:
        listed = matches(search, plan)
        return Route("best", lambda out, _: best(listed, order, out), len(listed[0]))
    query = restricted(search, found.masked), found.terms(search.leaves), found.shape
    return _pruning(search, query, strewn(found.doc_freqs, found.shape, search.shard.documents), order)


def _pruning(search: Search, query: Query, matching: float, order: Order) -> Route:
    """The best of a conjunction, without going through all of it."""
    part, terms, shape = query
    if len(shape[1]) == 1 and not shape[0][:, 1].any():
        return _sum(part, terms, order, search.rounded_by)
    looked_first = MOST_LOOKED if shape[0][:, 1].any() else MOST_LISTED
    counted_first = looked_first if matching > MOST_LISTED else ALL

    def run(out: Out, lowest: float) -> int:
        return rank_clauses(part, (terms, shape), (search.rounded_by, lowest, counted_first), (order, out))

    return Route("rank_clauses", run, exact=counted_first == ALL)


def _sum(part: Part, terms: Sum, order: Order, rounded_by: float) -> Route:
    """The best of any of some terms, counted if that is cheap."""
    # As lists: of a few terms numpy takes longer to begin than to end.
    leaves, limited = terms[0].tolist() if len(terms[0]) <= FEW_TERMS else [], len(part[3]) > 0
    known = len(leaves) == 1 and not limited
    counting = not known and (not leaves or _cost_of_counting(leaves, len(order[0])) <= MOST_COUNTED)
    # Without counting it is still known that each document of the commonest term matches.
    total = 0 if counting or limited else max([leaf[POSTINGS] for leaf in leaves])

    def run(out: Out, lowest: float) -> int:
        return rank(part, terms, order, (rounded_by, lowest, counting), out)

    return Route("rank", run, total, known or counting)


def _cost_of_counting(leaves: list[list[int]], documents: int) -> int:
    """How many postings and words of bitmaps are read to count all documents of some terms."""
    return sum([documents // 64 if leaf[BITMAP] else leaf[POSTINGS] for leaf in leaves])


def looked_at(route: Route) -> int:
    """How many postings the best ten take, by a route of which the kernel prunes."""
    out = room_for(10)
    route.run(out, -np.inf)
    return int(out[2][LOOKED_AT])
