"""Request + collection -> Ranking: plans, carries the plan out on every segment, and merges the best of each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.codec.inverted import I64
from index.compact import load_all
from index.schema import NO_DATE
from search.collection import Collection, Shard
from search.engine import Generation, Hit, Position, Ranking, Request, Sort
from search.facets import count_facets
from search.kernels.top import MOST_TIED, THE_TOP, Order, Out, room_for
from search.matching import Search
from search.plan import plan
from search.route import Route, through

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
    end, scored = request.offset + request.limit, request.sort is Sort.RELEVANCE
    made, leaves, rounded_by, warnings = plan(request.query, collection, scored)
    start = THE_TOP if request.after is None else _start(request.after, request.sort)
    tally = Tally(max(end, 1) if request.after is None else end + 1)
    found: list[Found] = []
    for number, shard in enumerate(collection.shards):
        order = _order(shard, request.sort), *start
        route = through(Search(shard, leaves[number], rounded_by, scored), made, order)
        found += _best(route, order, tally, number)
    found.sort()
    if request.after is None:
        hits = _hits(collection, found, slice(request.offset, end))
        # Where not all were counted, a full page is taken for one that others follow.
        more = tally.total > end or not tally.exact and len(hits) == request.limit
    else:
        hits = _behind(collection, found, (*start, request.after.id), end + 1)
        hits, more = hits[:end], len(hits) > end
    ranking = Ranking(tuple(hits), tally.total, "eq" if tally.exact else "gte", generation, warnings, more)
    return _with_facets(collection, request, ranking) if request.facets else ranking


def _with_facets(collection: Collection, request: Request, ranking: Ranking) -> Ranking:
    """The ranking with its facets, for which all articles that match have been counted."""
    facets, total = count_facets(collection, request.query, request.facets)
    more = ranking.more if request.after else total > request.offset + request.limit
    return ranking._replace(facets=facets, total=total, total_relation="eq", more=more)


def _best(route: Route, order: Order, tally: Tally, segment: int) -> list[Found]:
    """The best of a segment that can be in the answer. Adds to the tally."""
    documents, at_the_top = len(order[0]), order[1] == np.inf
    # The article at the position is met again.
    wanted = tally.wanted if at_the_top else tally.wanted + 1
    room, lowest = min(wanted, documents), tally.lowest
    while True:
        out = room_for(room)
        count = route.run(out, lowest)
        total, _, tied = out[2].tolist()
        if tied > MOST_TIED:
            # Ids have to decide who is in: let all in that score as much, until it is known who might be.
            room, lowest = min(room * 32, documents), float(out[1][count - 1])
            continue
        docs, scores = _with_tied(out, count, tied)
        passed = 0 if at_the_top else _at_the_start(docs, scores, order)
        if wanted >= tally.wanted + passed:
            break
        # Those that ids may put before the position must not take the room of those behind it.
        wanted = tally.wanted + passed
        room, lowest = min(wanted, documents), tally.lowest
    tally.total += max(total, route.total)
    tally.exact &= route.exact
    if len(docs) - passed >= tally.wanted:
        tally.lowest = max(tally.lowest, scores[tally.wanted + passed - 1])
    dates = order[0].data
    return [(-score, -dates[doc], segment, doc) for score, doc in zip(scores, docs, strict=True)]


def _with_tied(out: Out, count: int, tied: int) -> tuple[list[int], list[float]]:
    """The best documents and their scores, and behind them those left out that ids may put before the last."""
    docs, scores = out[0][:count].tolist(), out[1][:count].tolist()
    return (docs + out[3][:tied].tolist(), scores + scores[-1:] * tied) if tied else (docs, scores)


def _order(shard: Shard, sort: Sort) -> I64:
    """The dates such that the greatest comes first, and no date last."""
    dates = shard.dates["published"]
    return np.where(dates == NO_DATE, NO_DATE, -dates) if sort is Sort.OLDEST else dates


def _start(after: Position, sort: Sort) -> tuple[float, int]:
    """Where the ranking begins that goes on after a position: at its score and its date, as `_order` gives it."""
    date = -after.published if sort is Sort.OLDEST and after.published != NO_DATE else after.published
    return after.score if sort is Sort.RELEVANCE else 0.0, date


def _at_the_start(docs: list[int], scores: list[float], order: Order) -> int:
    """How many of the best may have come before the position, by their ids: those of its score and date."""
    dates, score, date = order
    return sum(scored == score and dates[doc] == date for doc, scored in zip(docs, scores, strict=True))


def _behind(collection: Collection, found: list[Found], place: tuple[float, int, str], limit: int) -> list[Hit]:
    """The first hits behind a place; among those of its score and date, which come first, ids decide."""
    score, date, article_id = place
    tied = bisect_right(found, (-score, -date, len(collection.shards), 0))
    hits = _hits(collection, found, slice(0, tied + limit))
    passed = bisect_right([hit.id for hit in hits[:tied]], article_id)
    return hits[passed : passed + limit]


def _hits(collection: Collection, found: list[Found], window: slice) -> list[Hit]:
    """The hits of a window of the ranking: only its rows are read, and those that tie with its first and last."""
    low, high = window.start, min(window.stop, len(found))
    while 0 < low < high and found[low - 1][:2] == found[low][:2]:
        low -= 1
    while 0 < high < len(found) and found[high - 1][:2] == found[high][:2]:
        high += 1
    few, shards = found[low:high], collection.shards
    rows = load_all([shards[shard].rows[doc] for _, _, shard, doc in few])
    # Beginning with the id, a row decides where score and date do not.
    ordered = [(candidate[0], candidate[1], row) for candidate, row in zip(few, rows, strict=True)]
    ordered.sort()
    return [_hit(row, -score) for score, _, row in ordered[window.start - low : window.stop - low]]


def _hit(row: list[Any], score: float) -> Hit:
    """A hit from the fields of `index.codec.columns.Row`."""
    row[8], row[9] = tuple(row[8]), tuple(row[9])
    row.append(score)
    # As Hit(...) does, in a third of the time.
    return tuple.__new__(Hit, row)
