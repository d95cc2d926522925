"""Query + collection -> facets: in how many matching articles each value of a field stands.

All documents that match are listed, without scores, and the codes of their values are counted, segment by segment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import nsmallest

import numpy as np

from index.codec.inverted import I64, U32
from index.schema import NO_DATE
from search.collection import Collection, Shard
from search.engine import MOST_VALUES, Facet
from search.matching import Search, matches
from search.plan import tree
from search.query import Query

# Of datetime64: how long a period is.
_PERIODS = {"year": "Y", "month": "M"}


def count_facets(collection: Collection, query: Query, names: Sequence[str]) -> tuple[tuple[Facet, ...], int]:
    """Count, exactly, the articles that match: by the values of each facet, and all of them. Raises BadRequest as
    `plan` does.
    """
    made, leaves, rounded_by, _ = tree(query, collection)
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    total = 0
    for shard, rows in zip(collection.shards, leaves, strict=True):
        docs, _ = matches(Search(shard, rows, rounded_by, scored=False), made)
        total += len(docs)
        for name, counted in counts.items():
            counted.update(_periods(shard, name, docs) if name in _PERIODS else _values(shard, name, docs))
    return tuple(facet(name, counted) for name, counted in counts.items()), total


def facet(name: str, counts: Mapping[str, int]) -> Facet:
    """The facet of all counts."""
    first = nsmallest(MOST_VALUES, counts.items(), key=lambda each: (-each[1], each[0]))
    return Facet(name, tuple(first), len(counts) - len(first))


def _values(shard: Shard, name: str, docs: U32) -> dict[str, int]:
    columns = shard.view.columns
    values = columns.choices(name).values
    holders, codes = columns.holders(name)
    chosen = np.zeros(shard.documents, np.bool_)
    chosen[docs] = True
    found = np.bincount(codes[chosen[holders]], minlength=len(values))
    return {values[code]: int(found[code]) for code in np.flatnonzero(found).tolist() if values[code]}


def _periods(shard: Shard, name: str, docs: U32) -> dict[str, int]:
    dates: I64 = shard.dates["published"][docs]
    period = f"datetime64[{_PERIODS[name]}]"
    periods, counts = np.unique(dates[dates != NO_DATE].astype("datetime64[s]").astype(period), return_counts=True)
    return dict(zip(map(str, periods), counts.tolist(), strict=True))
