"""Request + collection -> Ranking: plans, carries the plan out on every segment, and merges the best of each."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from index.codec.inverted import I64
from index.compact import load
from index.schema import NO_DATE
from search.collection import Collection, Shard
from search.engine import Generation, Hit, Ranking, Request, Sort
from search.kernels.leaves import Leaf
from search.kernels.top import COUNT, LOOKED_AT, TIED, best
from search.kernels.union import MANY_TERMS, rank
from search.matching import Matches, Search, leaves, matches, restricted
from search.plan import AllOf, Plan, Words, plan, size, weights
from search.score import rounder

# Counting all matches of a sum means reading all documents of its terms, scores or no scores; up to so many postings a
# query it is done, because it costs less than a millisecond. Beyond, the total is what was met on the way.
MOST_COUNTED = 1_000_000
# A condition on dates or an exclusion that leaves few candidates is cheaper met by listing them than by pruning.
WORTH_PRUNING = 20_000


# A document that may become a hit: its score and its date, both negated so that the best sorts first, segment, number.
Found = tuple[float, int, int, int]


@dataclass(slots=True)
class Tally:
    """What is known so far of the answer: the lowest score worth finding, how many match, whether that is all."""

    wanted: int
    lowest: float = -np.inf
    total: int = 0
    exact: bool = True


def answer(collection: Collection, request: Request, generation: Generation) -> Ranking:
    """Answer a request. Behaves as if every matching document were scored, and all were sorted."""
    planned = plan(request.query, collection)
    wanted = request.offset + request.limit
    tally = Tally(wanted)
    found: list[Found] = []
    rounded_by = rounder(weights(planned.plan))
    for number, shard in enumerate(collection.shards):
        search = Search(shard, number, rounded_by, scored=request.sort is Sort.RELEVANCE)
        found += _best(search, planned.plan, request.sort, tally)
    hits = _hits(collection, found, slice(request.offset, wanted))
    return Ranking(tuple(hits), tally.total, "eq" if tally.exact else "gte", generation, planned.warnings)


def _best(search: Search, plan: Plan, sort: Sort, tally: Tally) -> list[Found]:
    """The best documents of one segment that can be in the answer; adds to the tally."""
    pruned = prunable(search, plan) if search.scored and tally.wanted else None
    if pruned is not None:
        found = _ranked(search, pruned, tally)
        if found is not None:
            return found
    docs, scores = matches(search, plan)
    tally.total += len(docs)
    if not tally.wanted or not len(docs):
        return []
    return _top(search, (docs, scores), _order(search.shard, sort), tally)


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
    if not len(terms[0]):
        return 0
    out = (np.empty(10, np.uint32), np.empty(10), np.zeros(3, np.int64))
    rank(restricted(search, plan), terms, search.shard.dates["published"], (search.rounded_by, -np.inf, False), out)
    return int(out[2][LOOKED_AT])


def _ranked(search: Search, plan: AllOf, tally: Tally) -> list[Found] | None:
    """The best of a sum by pruning; None where ids have to decide who is in, which takes a list of all."""
    terms = leaves(search, plan.clauses)
    postings = int(terms[0][:, Leaf.POSTINGS].sum())
    if not postings:
        return []
    part = restricted(search, plan) if plan.dated or plan.without else search.shard.part
    known = len(terms[0]) == 1 and not len(part[3])
    # With many terms everybody is met on the way.
    counting = not known and (postings <= MOST_COUNTED or len(terms[0]) > MANY_TERMS)
    room = min(tally.wanted, search.shard.documents)
    out = (np.empty(room, np.uint32), np.empty(room), np.zeros(3, np.int64))
    dates = search.shard.dates["published"]
    count = rank(part, terms, dates, (search.rounded_by, tally.lowest, counting), out)
    if out[2][TIED]:
        return None
    tally.total += postings if known else int(out[2][COUNT])
    tally.exact &= known or counting
    return _listed(search, (out[0][:count], out[1][:count]), dates, tally)


def _top(search: Search, found: Matches, order: I64, tally: Tally) -> list[Found]:
    if len(found[0]) <= tally.wanted:
        return _listed(search, found, order, tally)
    room = tally.wanted
    out = (np.empty(room, np.uint32), np.empty(room), np.zeros(3, np.int64))
    count = best(found, order, out)
    if out[2][TIED]:
        return _tied(search, found, order, tally)
    return _listed(search, (out[0][:count], out[1][:count]), order, tally)


def _tied(search: Search, found: Matches, order: I64, tally: Tally) -> list[Found]:
    """As `_top`, where more documents share the last score and date than there is room for: all of them."""
    docs, scores = found
    dates = order[docs]
    place = np.lexsort((-dates, -scores))[tally.wanted - 1]
    reach = (scores > scores[place]) | ((scores == scores[place]) & (dates >= dates[place]))
    return _listed(search, (docs[reach], scores[reach]), order, tally)


def _listed(search: Search, found: Matches, order: I64, tally: Tally) -> list[Found]:
    docs, scores = found[0].tolist(), found[1].tolist()
    if search.scored and len(docs) >= tally.wanted:
        tally.lowest = max(tally.lowest, min(scores))
    dates = order[found[0]].tolist()
    number = search.number
    return [(-score, -date, number, doc) for score, date, doc in zip(scores, dates, docs, strict=True)]


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
