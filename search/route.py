"""Plan + segment -> the way to its best: pruning a sum, narrowing a conjunction, or listing all that match."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from index.codec.inverted import I64, U32
from search.joined import Joined
from search.kernels.leaves import Leaf, Part, Sum
from search.kernels.narrow import rank_all, rank_held
from search.kernels.top import LOOKED_AT, Order, best
from search.kernels.union import rank
from search.matching import Search, conditions, leaves, matches, restricted
from search.plan import AllOf, Plan, Words, size
from search.score import F64

# Counting all matches of a sum means reading all documents of its terms, scores or no scores; up to so many postings a
# query it is done, because it costs some tenths of a millisecond. Beyond, the total is at least that of the commonest.
MOST_COUNTED = 100_000
# With more terms than these, going through all of them costs less than looking up those of candidates.
FEW_TERMS = 8
# A conjunction is listed, and so counted, if it should have so many matches at most, its terms strewn at random. Of one
# that should have more so many are counted; then those that cannot be among the best are left out.
MOST_LISTED = 1_000
# A condition on dates or an exclusion that leaves few candidates is cheaper met by listing them than by pruning.
WORTH_PRUNING = 20_000
POSTINGS = int(Leaf.POSTINGS)
PRUNING = ("rank", "rank_held")

# What is filled: the best documents, their scores, and the facts of kernels.top.
Out = tuple[U32, F64, I64]


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
        return _straight(search, plan, order)
    pruned = prunable(search, plan) if search.scored else None
    if pruned is not None:
        part = restricted(search, pruned) if pruned.dated or pruned.without else search.shard.part
        return _pruning(part, leaves(search, pruned.clauses), order, search.rounded_by)
    found = matches(search, plan)
    return Route("best", lambda out, _: best(found, order, out), len(found[0]))


def _straight(search: Search, plan: Joined, order: Order) -> Route:
    part, terms = search.shard.part, (search.leaves, plan.weights)
    if len(plan.sizes) == 1 and search.scored:
        return _pruning(part, terms, order, search.rounded_by)
    passing = conditions(search, search.leaves, plan.sizes, plan.slop)
    if search.scored and plan.matches is not None and plan.matches > MOST_LISTED:
        rounded_by, ordered, first = search.rounded_by, passing[1], MOST_LISTED
        return Route(
            "rank_held",
            lambda out, lowest: rank_held(part, terms, ordered, (rounded_by, lowest, first), (order, *out)),
            exact=False,
        )
    return Route("rank_all", lambda out, _: rank_all(part, terms, passing, search.limits, (order, *out)))


def prunable(search: Search, plan: Plan) -> AllOf | None:
    """The plan, if it is a sum of terms with nothing but dates and exclusions: what `rank` can prune."""
    if isinstance(plan, Words):
        return AllOf((plan,))
    if isinstance(plan, AllOf) and len(plan.clauses) == 1 and not plan.phrases and not plan.others:
        return plan if size(plan.clauses[0], search.shard.documents) > WORTH_PRUNING else None
    return None


def looked_at(route: Route) -> int:
    """How many postings the best ten take, by a route of which the kernel prunes."""
    out = (np.empty(10, np.uint32), np.empty(10), np.zeros(3, np.int64))
    route.run(out, -np.inf)
    return int(out[2][LOOKED_AT])


def _pruning(part: Part, terms: Sum, order: Order, rounded_by: float) -> Route:
    """The best of a sum, without looking at all of it."""
    postings = sum(terms[0][:, POSTINGS].tolist())
    known = len(terms[0]) == 1 and not len(part[3])
    counting = not known and (postings <= MOST_COUNTED or len(terms[0]) > FEW_TERMS)
    # Without counting it is still known that each document of the commonest term matches.
    total = 0 if counting or len(part[3]) else int(terms[0][:, POSTINGS].max())

    def run(out: Out, lowest: float) -> int:
        return rank(part, terms, order, (rounded_by, lowest, counting), out)

    return Route("rank", run, total, known or counting)
