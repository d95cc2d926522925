"""Request + collection -> Ranking: plans, carries the plan out on every segment, and merges the best of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from index.codec.inverted import I64, U32
from index.compact import load
from index.schema import NO_DATE
from search.collection import Collection, Shard
from search.engine import Generation, Hit, Ranking, Request, Sort
from search.kernels.leaves import Leaf
from search.kernels.narrow import rank_all
from search.kernels.top import LOOKED_AT, best
from search.kernels.union import MANY_TERMS, rank
from search.matching import Search, conjunction, leaves, matches, restricted
from search.plan import AllOf, Plan, Words, plan, size
from search.score import F64

# Counting all matches of a sum means reading all documents of its terms, scores or no scores; up to so many postings a
# query it is done, because it costs less than a millisecond. Beyond, the total is what was met on the way.
MOST_COUNTED = 1_000_000
# A condition on dates or an exclusion that leaves few candidates is cheaper met by listing them than by pruning.
WORTH_PRUNING = 20_000


# A document of a segment that may become a hit: its score and its date, both negated so that the best sorts first.
Scored = tuple[float, int, int]
# The same of a collection, with the number of the segment.
Found = tuple[float, int, int, int]
# What kernels fill: the best documents, their scores, and the facts of kernels.top.
Out = tuple[U32, F64, I64]


@dataclass(slots=True)
class Tally:
    """What is known so far of the answer: the lowest score worth finding, how many match, whether that is all."""

    wanted: int
    lowest: float = -np.inf
    total: int = 0
    exact: bool = True


class Route(NamedTuple):
    """How the best of a segment are found: what fills `Out` and says how many they are; the total, where it is known
    beforehand, and whether it is the whole truth.
    """

    run: Callable[[Out], int]
    total: int | None = None
    exact: bool = True


def answer(collection: Collection, request: Request, generation: Generation) -> Ranking:
    """Answer a request. Behaves as if every matching document were scored, and all were sorted."""
    made, leaves, rounded_by, warnings = plan(request.query, collection)
    tally = Tally(request.offset + request.limit)
    scored = request.sort is Sort.RELEVANCE
    found: list[Found] = []
    for number, (shard, rows) in enumerate(zip(collection.shards, leaves, strict=True)):
        best = _best(Search(shard, rows, rounded_by, scored), made, _order(shard, request.sort), tally)
        found += [(score, date, number, doc) for score, date, doc in best]
    hits = _hits(collection, found, slice(request.offset, tally.wanted))
    return Ranking(tuple(hits), tally.total, "eq" if tally.exact else "gte", generation, warnings)


def _best(search: Search, plan: Plan, order: I64, tally: Tally) -> list[Scored]:
    """The best documents of one segment that can be in the answer; adds to the tally."""
    if not tally.wanted:
        tally.total += len(matches(search, plan)[0])
        return []
    route, room = _route(search, plan, order, tally.lowest), min(tally.wanted, search.shard.documents)
    while True:
        out = np.empty(room, np.uint32), np.empty(room), np.zeros(3, np.int64)
        count = route.run(out)
        total, _, tied = out[2].tolist()
        if not tied:
            break
        # Ids have to decide who is in: let more in, until nobody is left out who might be.
        room = min(room * 8, search.shard.documents)
    tally.total += total if route.total is None else route.total
    tally.exact &= route.exact
    docs, scores = out[0][:count], out[1][:count].tolist()
    if search.scored and count >= tally.wanted:
        tally.lowest = max(tally.lowest, scores[tally.wanted - 1])
    return [(-score, -date, doc) for score, date, doc in zip(scores, order[docs].tolist(), docs.tolist(), strict=True)]


def _route(search: Search, plan: Plan, order: I64, lowest: float) -> Route:
    pruned = prunable(search, plan) if search.scored else None
    if pruned is not None:
        return _pruning(search, pruned, order, lowest)
    joined = conjunction(search, plan) if isinstance(plan, AllOf) else None
    if joined is not None:
        part, terms, conditions, limits = joined
        return Route(lambda out: rank_all(part, terms, conditions, limits, (order, *out)))
    found = matches(search, plan)
    return Route(lambda out: best(found, order, out), len(found[0]))


def prunable(search: Search, plan: Plan) -> AllOf | None:
    """The plan, if it is a sum of terms with nothing but dates and exclusions: what `rank` can prune."""
    if isinstance(plan, Words):
        return AllOf((plan,))
    if isinstance(plan, AllOf) and len(plan.clauses) == 1 and not plan.phrases and not plan.others:
        return plan if size(plan.clauses[0], search.shard.documents) > WORTH_PRUNING else None
    return None


def looked_at(search: Search, plan: AllOf) -> int:
    """How many postings the best ten of a prunable plan take."""
    terms = leaves(search, plan.clauses)
    out = (np.empty(10, np.uint32), np.empty(10), np.zeros(3, np.int64))
    rank(restricted(search, plan), terms, search.shard.dates["published"], (search.rounded_by, -np.inf, False), out)
    return int(out[2][LOOKED_AT])


def _pruning(search: Search, plan: AllOf, dates: I64, lowest: float) -> Route:
    """The best of a sum, without looking at all of it."""
    terms = leaves(search, plan.clauses)
    postings = int(terms[0][:, Leaf.POSTINGS].sum())
    part = restricted(search, plan) if plan.dated or plan.without else search.shard.part
    known = len(terms[0]) == 1 and not len(part[3])
    # With many terms everybody is met on the way.
    counting = not known and (postings <= MOST_COUNTED or len(terms[0]) > MANY_TERMS)
    limits = (search.rounded_by, lowest, counting)
    return Route(lambda out: rank(part, terms, dates, limits, out), postings if known else None, known or counting)


def _order(shard: Shard, sort: Sort) -> I64:
    """The dates such that the greatest comes first, and no date last."""
    dates = shard.dates["published"]
    return np.where(dates == NO_DATE, NO_DATE, -dates) if sort is Sort.OLDEST else dates


def _hits(collection: Collection, found: list[Found], window: slice) -> list[Hit]:
    """The hits of a window of the ranking: only its rows are read, and those that tie with its first and last."""
    found.sort()
    low, high = window.start, min(window.stop, len(found))
    while 0 < low < high and found[low - 1][:2] == found[low][:2]:
        low -= 1
    while 0 < high < len(found) and found[high - 1][:2] == found[high][:2]:
        high += 1
    rows = []
    for score, date, shard, doc in found[low:high]:
        row = load(collection.shards[shard].view.columns.rows[doc])
        rows.append((score, date, row[0], row))
    rows.sort(key=itemgetter(0, 1, 2))
    return [_hit(row, -score) for score, _, _, row in rows[window.start - low : window.stop - low]]


def _hit(row: list[Any], score: float) -> Hit:
    """A hit from the fields of `index.codec.columns.Row`."""
    article_id, title, url, published, modified, section, source, language, tags, authors = row
    return Hit(
        article_id, score, title, url, published, modified, section, tuple(tags), tuple(authors), source, language
    )
