"""python -m tests.benchmarks.queries ARTICLES QUERIES --docs N [--engines ours,tantivy,...] [--json] [--work DIR]

Index the first N articles with each engine, then time every query: p50 and p95 over the queries of a class, in
milliseconds, for the best ten with their ids and titles; parsing is not timed. Each query is asked seven times and its
fastest answer counts, the engines taking turns query by query, so that a busy moment of the machine hits all alike.

ARTICLES is JSON lines, plain or gzipped, with id, title and body; QUERIES is JSON lines with "class" and "terms".
The peers are installed by: pip install 'pressmark[bench]'
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.engines import ENGINES, Document, Measured

REPEATS = 7
WORD = re.compile(r"[a-z0-9]+")
Times = dict[str, list[float]]


def lines(path: Path) -> Iterator[Any]:
    """The values of JSON lines."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        yield from map(json.loads, file)


def documents(path: Path, count: int) -> Iterator[Document]:
    """The first articles, title and body as one text of words."""
    for article in islice(lines(path), count):
        text = f"{article['title']}\n{article['body']}"
        yield Document(article["id"], article["title"], " ".join(WORD.findall(text.lower())))


def built(name: str, articles: Path, count: int, work: Path) -> dict[str, Any]:
    """Index the articles unless that was done before; returns what it took."""
    folder = work / f"{name}-{count}"
    report = work / f"{name}-{count}.json"
    if not report.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        start = time.perf_counter()
        ENGINES[name]().build(documents(articles, count), folder)
        megabytes = sum(file.stat().st_size for file in folder.rglob("*")) / 1e6
        report.write_text(json.dumps({"build_s": round(time.perf_counter() - start, 1), "mb": round(megabytes, 1)}))
    known: dict[str, Any] = json.loads(report.read_text())
    return known


def opened(name: str, folder: Path) -> tuple[Measured, float]:
    """The engine, and the milliseconds it took to open."""
    engine = ENGINES[name]()
    start = time.perf_counter()
    engine.open(folder)
    return engine, (time.perf_counter() - start) * 1000


def fastest(engine: Measured, prepared: Any) -> float:
    """Milliseconds of the fastest of some answers."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        engine.search(prepared)
        best = min(best, time.perf_counter() - start)
    return best * 1000


def timed(engines: Mapping[str, Measured], queries: Sequence[Mapping[str, Any]]) -> dict[str, Times]:
    """The milliseconds of every query, by engine and class."""
    times: dict[str, Times] = {name: defaultdict(list) for name in engines}
    for query in queries:
        for name, engine in engines.items():
            prepared = engine.prepare(query["class"], query["terms"])
            if prepared is not None:
                times[name][query["class"]].append(fastest(engine, prepared))
    return times


def summary(times: Times) -> dict[str, dict[str, float]]:
    """p50 and p95 of each class."""
    return {
        kind: {"p50": round(statistics.median(each), 3), "p95": round(sorted(each)[int(len(each) * 0.95)], 3)}
        for kind, each in times.items()
    }


def table(reports: Sequence[Mapping[str, Any]]) -> str:
    """The reports for people: a row for each engine, p50/p95 for each class."""
    kinds = list(dict.fromkeys(kind for report in reports for kind in report["ms"]))
    rows = [["engine", *kinds]]
    for report in reports:
        cells = (report["ms"].get(kind) for kind in kinds)
        rows.append([report["engine"], *(f"{c['p50']:.3f}/{c['p95']:.3f}" if c else "-" for c in cells)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--docs", type=int, required=True)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--json", action="store_true", help="one JSON object for each engine")
    parser.add_argument("--work", type=Path, help="keep the indexes here and use those that are there")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        names, reports, engines = options.engines.split(","), [], {}
        for name in names:
            try:
                known = built(name, options.articles, options.docs, work)
                engines[name], open_ms = opened(name, work / f"{name}-{options.docs}")
            except ImportError as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
                continue
            reports.append({"engine": name, "docs": options.docs, **known, "open_ms": round(open_ms, 1)})
        times = timed(engines, list(lines(options.queries)))
        reports = [{**report, "ms": summary(times[report["engine"]])} for report in reports]
        print("\n".join(map(json.dumps, reports)) if options.json else table(reports))
    return 0


if __name__ == "__main__":
    sys.exit(main())
