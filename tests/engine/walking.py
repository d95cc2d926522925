"""Going through a ranking from position to position."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import cycle

from search.engine import Hit, Ranking, Request

Ask = Callable[[Request], Ranking]


def walked(ask: Ask, request: Request, sizes: Iterable[int]) -> Ranking:
    """The answer to a request, put together from pages of these sizes, again and again.

    Fails where a page but the last has fewer hits than were wanted, or leads on where it is known that nothing is left.
    """
    hits, after = list[Hit](), None
    for size in cycle(sizes):
        found = ask(replace(request, offset=0, limit=size, after=after))
        hits, after = [*hits, *found.hits], found.next
        if found.total_relation == "eq":
            assert (after is None) == (len(hits) == found.total), f"{found.total=} {len(hits)=} {after=}"
        assert after is None or len(found.hits) == size
        if after is None or len(hits) >= request.offset + request.limit:
            return found._replace(hits=tuple(hits[request.offset : request.offset + request.limit]))
    raise AssertionError("no sizes")
