"""Request + collection -> Ranking: plans, carries the plan out on every segment, and merges the best of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from index.codec.inverted import I64
from index.compact import load
from index.schema import NO_DATE
from search.collection import Collection, Shard
from search.engine import Generation, Hit, Ranking, Request, Sort
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
    made, leaves, rounded_by, warnings = plan(request.query, collection)
    end, scored = request.offset + request.limit, request.sort is Sort.RELEVANCE
    tally, found = Tally(max(end, 1)), list[Found]()
    for number, shard in enumerate(collection.shards):
        order = _order(shard, request.sort)
        route = through(Search(shard, leaves[number], rounded_by, scored), made, order)
        docs, scores = _best(route, shard.documents, tally)
        found += [
            (-score, -date, number, doc) for score, date, doc in zip(scores, order[docs].tolist(), docs, strict=False)
        ]
    hits = _hits(collection, found, slice(request.offset, end))
    return Ranking(tuple(hits), tally.total, "eq" if tally.exact else "gte", generation, warnings)


def _best(route: Route, documents: int, tally: Tally) -> tuple[list[int], list[float]]:
    """The best documents of one segment that can be in the answer, and their scores; adds to the tally."""
    room, lowest = min(tally.wanted, documents), tally.lowest
    while True:
        out = np.empty(room, np.uint32), np.empty(room), np.zeros(3, np.int64)
        count = route.run(out, lowest)
        total, _, tied = out[2].tolist()
        if not tied:
            break
        # Ids have to decide who is in: let all in that score as much, until nobody is left out who might be.
        room, lowest = min(room * 32, documents), float(out[1][count - 1])
    tally.total += total if route.total is None else route.total
    tally.exact &= route.exact
    docs, scores = out[0][:count].tolist(), out[1][:count].tolist()
    if count >= tally.wanted:
        tally.lowest = max(tally.lowest, scores[tally.wanted - 1])
    return docs, scores


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
    # Beginning with the id, a row decides where score and date do not.
    shards = collection.shards
    rows = [(score, date, load(shards[shard].rows[doc])) for score, date, shard, doc in found[low:high]]
    rows.sort()
    return [_hit(row, -score) for score, _, row in rows[window.start - low : window.stop - low]]


def _hit(row: list[Any], score: float) -> Hit:
    """A hit from the fields of `index.codec.columns.Row`."""
    article_id, title, url, published, modified, section, source, language, tags, authors = row
    # As Hit(...) does, in a third of the time.
    return tuple.__new__(
        Hit,
        (article_id, score, title, url, published, modified, section, tuple(tags), tuple(authors), source, language),
    )
