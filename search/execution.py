"""Request + collection -> Ranking: plans, carries the plan out on every segment, and merges the best of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, repeat
from operator import itemgetter

import numpy as np

from index.codec.columns import Row
from index.codec.inverted import I64
from index.schema import NO_DATE
from search.collection import Collection, Shard
from search.engine import Generation, Hit, Ranking, Request, Sort
from search.kernels.leaves import Leaf
from search.kernels.top import COUNT, TIED, best
from search.kernels.union import rank
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
    pruned = _prunable(search, plan) if search.scored and tally.wanted else None
    if pruned is not None:
        found = _ranked(search, pruned, tally)
        if found is not None:
            return found
    docs, scores = matches(search, plan)
    tally.total += len(docs)
    if not tally.wanted or not len(docs):
        return []
    return _top(search, (docs, scores), _order(search.shard, sort), tally)


def _prunable(search: Search, plan: Plan) -> AllOf | None:
    """The plan, if it is a sum of terms with nothing but dates and exclusions: what `rank` can prune."""
    if isinstance(plan, Words):
        return AllOf((plan,))
    if isinstance(plan, AllOf) and len(plan.clauses) == 1 and not plan.phrases and not plan.others:
        return plan if size(plan.clauses[0], search.shard.documents) > WORTH_PRUNING else None
    return None


def _ranked(search: Search, plan: AllOf, tally: Tally) -> list[Found] | None:
    """The best of a sum by pruning; None where ids have to decide who is in, which takes a list of all."""
    terms = leaves(search, plan.clauses)
    postings = int(terms[0][:, Leaf.POSTINGS].sum())
    if not postings:
        return []
    part = restricted(search, plan) if plan.dated or plan.without else search.shard.part
    known = len(terms[0]) == 1 and not len(part[3])
    counting = not known and postings <= MOST_COUNTED
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
    room = min(tally.wanted, len(found[0]))
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
    docs, scores = found
    if search.scored and len(docs) >= tally.wanted:
        tally.lowest = max(tally.lowest, float(scores.min()))
    negated = zip((-scores).tolist(), (-order[docs]).tolist(), repeat(search.number), docs.tolist(), strict=False)
    return list(negated)


def _order(shard: Shard, sort: Sort) -> I64:
    """The dates such that the greatest comes first, and no date last."""
    dates = shard.dates["published"]
    return np.where(dates == NO_DATE, NO_DATE, -dates) if sort is Sort.OLDEST else dates


def _hits(collection: Collection, found: list[Found], window: slice) -> list[Hit]:
    """The hits of a window. Only what ties in score and date is ordered by id, and only rows of the window are read."""
    hits: list[Hit] = []
    found.sort()
    first = 0
    for _, group in groupby(found, itemgetter(0, 1)):
        tied = list(group)
        if first + len(tied) > window.start:
            shown = [(collection.shards[shard].view.columns.row(doc), -score) for score, _, shard, doc in tied]
            shown.sort(key=lambda pair: pair[0].id)
            hits += [_hit(row, score) for row, score in shown[max(window.start - first, 0) : window.stop - first]]
        first += len(tied)
        if first >= window.stop:
            break
    return hits


def _hit(row: Row, score: float) -> Hit:
    return Hit(
        row.id, score, row.title, row.url, row.published, row.modified, row.section, row.tags, row.authors, row.source,
        row.language,
    )  # fmt: skip
