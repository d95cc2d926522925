"""python -m tests.engine.differential [--queries 20000] [--seed 1]: our engine against stock Whoosh, on random trees.

Archives of all shapes are drawn, and for each some hundred trees; both engines answer each of them. The first half of
an archive's queries is answered by the numpy twins, the second half by the compiled loops, every other of them without
counting, so that whatever can be pruned is. Every fifth answer is put together from position to position.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pytest import MonkeyPatch

from index.article import Article
from index.codec import bitmaps, compiled
from index.writer import open_writer
from search import route
from search.engine import Engine, Hit, Ranking, Request, Sort
from search.local_engine import LocalEngine
from search.query import Query
from search.whoosh_engine import WhooshEngine
from tests.articles import write
from tests.engine.walking import Ask, walked
from tests.engine.worlds import World
from tests.stock import stock_engine, write_stock

# Whoosh adds in another order than we do, and rounds each time.
TOLERANCE = 1e-9
EVERYBODY = 10_000
ARTICLES = 300

Pair = tuple[Engine, Engine]


def one_segment(folder: Path, articles: Sequence[Article]) -> Pair:
    """All in one commit; the oracle has an index of its own, written by stock Whoosh."""
    write(folder / "ours", articles)
    return LocalEngine(folder / "ours"), stock_engine(write_stock(folder / "stock", articles))


def many_segments(folder: Path, articles: Sequence[Article]) -> Pair:
    """Three commits; the oracle's index as before, in one."""
    for start in range(3):
        write(folder / "ours", articles[start::3])
    return LocalEngine(folder / "ours"), stock_engine(write_stock(folder / "stock", articles))


def with_deletes(folder: Path, articles: Sequence[Article]) -> Pair:
    """Deleted and replaced articles, which go on counting; the oracle reads the same segments by Whoosh's matchers."""
    half = len(articles) // 2
    write(folder / "ours", articles[:half])
    with open_writer(folder / "ours") as writer:
        for article in articles[half:]:
            writer.put(article)
        for article in articles[:half:7]:
            writer.delete(article.id)
        for article in articles[1:half:9]:
            writer.put(World(len(article.body)).article(article.id))
        writer.commit()
    return LocalEngine(folder / "ours"), WhooshEngine(folder / "ours")


def merged(folder: Path, articles: Sequence[Article]) -> Pair:
    """So many commits that the writer merges."""
    for start in range(12):
        write(folder / "ours", articles[start::12])
    return LocalEngine(folder / "ours"), WhooshEngine(folder / "ours")


def reopened(folder: Path, articles: Sequence[Article]) -> Pair:
    """An engine that was open while the index grew."""
    write(folder / "ours", articles[::2])
    engine = LocalEngine(folder / "ours")
    engine.search(Request(World(1).query()))
    write(folder / "ours", articles[1::2])
    return engine, stock_engine(write_stock(folder / "stock", articles))


SHAPES: dict[str, Callable[[Path, Sequence[Article]], Pair]] = {
    "one segment": one_segment, "many": many_segments, "deletes": with_deletes, "merged": merged, "reopened": reopened,
}  # fmt: skip


@contextmanager
def twins_only() -> Iterator[None]:
    """Let every kernel be answered by its numpy twin."""
    used = [(kernel, kernel._run) for kernel in compiled._KERNELS]
    for kernel in compiled._KERNELS:
        kernel._run = kernel.twin
    try:
        yield
    finally:
        for kernel, run in used:
            kernel._run = run


@contextmanager
def all_pruned() -> Iterator[None]:
    """Prune small archives too, and count nothing that pruning leaves out."""
    with MonkeyPatch.context() as patch:
        for limit in ("MOST_COUNTED", "MOST_LISTED", "MOST_LOOKED", "WORTH_PRUNING"):
            patch.setattr(route, limit, 0)
        yield


def disagreement(ask: Ask, oracle: Engine, query: Query, sort: Sort, window: tuple[int, int]) -> str:
    """What is different between the two answers; "" where nothing is."""
    offset, limit = window
    found = ask(Request(query, offset, limit, sort))
    whole = oracle.search(Request(query, 0, EVERYBODY, sort))
    expected = whole.hits[offset : offset + limit]
    least = len(found.hits) if found.total_relation == "gte" else whole.total
    if not least <= found.total <= whole.total or len(found.hits) != len(expected):
        return f"{found.total} {found.total_relation} articles, {len(found.hits)} hits; expected {whole.total} eq"
    if sort is not Sort.RELEVANCE:
        same = [hit.id for hit in found.hits] == [hit.id for hit in expected]
        return "" if same else f"{found.hits} instead of {expected}"
    scores = {hit.id: hit.score for hit in whole.hits}
    wrong = [
        (hit, other)
        for hit, other in zip(found.hits, expected, strict=True)
        if not _close(hit.score, other.score) or not _close(hit.score, scores.get(hit.id, -1.0))
    ]
    return f"{wrong}" if wrong else _misplaced(found.hits)


def _close(score: float, other: float) -> bool:
    return abs(score - other) <= TOLERANCE * max(abs(score), abs(other), 1.0)


def _misplaced(hits: Sequence[Hit]) -> str:
    """Hits that tie must be ordered by date, then id; the oracle's own rounding may part what ties in truth."""
    for hit, following in zip(hits, hits[1:], strict=False):
        if hit.score < following.score:
            return f"{hit} comes before {following}"
        if hit.score == following.score and hit.published == following.published and hit.id > following.id:
            return f"{hit} comes before {following}"
    return ""


def compared(shape: str, seed: int, queries: int, folder: Path) -> list[str]:
    """Ask both engines; returns what went wrong."""
    world = World(seed)
    with MonkeyPatch.context() as patch:
        # Of so few articles no word would have a bitmap: in every other archive many have.
        patch.setattr(bitmaps, "LEAST", 1 if seed % 2 else bitmaps.LEAST)
        ours, oracle = SHAPES[shape](folder, world.articles(ARTICLES))

    def by_position(request: Request) -> Ranking:
        return walked(ours.search, request, [world.random.choice([1, 3, 10, 50]), 7])

    wrong = []
    for number in range(queries):
        query, sort = world.query(), world.random.choice([*Sort, Sort.RELEVANCE, Sort.RELEVANCE])
        window = (world.random.choice([0, 0, 5]), world.random.choice([1, 10, 10, 50, 400]))
        ask = ours.search if number % 5 else by_position
        with twins_only() if number < queries // 2 else all_pruned() if number % 2 else _as_it_is():
            found = disagreement(ask, oracle, query, sort, window)
        if found:
            wrong.append(f"{shape}, seed {seed}, {query}, {sort}, {window}: {found}")
    ours.close()
    oracle.close()
    return wrong


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    compiled.compile_kernels()
    each, asked, wrong = 250, 0, []
    seed = options.seed
    while asked < options.queries:
        for shape in SHAPES:
            with tempfile.TemporaryDirectory() as folder:
                wrong += compared(shape, seed, each, Path(folder))
            asked += each
        seed += 1
        print(f"{asked} queries, {len(wrong)} disagreements", flush=True)
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
