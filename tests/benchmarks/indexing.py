"""python -m tests.benchmarks.indexing ARTICLES --docs N [--engines ours,tantivy,...] [--json] [--work DIR]

Index the first N articles with each engine, one after the other, each in a process of its own and on one thread:
articles and megabytes a second, bytes on the disk, and the peak of resident memory.

The rows named after engines index the same text: title and body as one field of lower-case words with positions, no
stemming, id and title stored; making the words is not timed. Ours stores the bodies as well, which the others do not.
The rows named reindex are the whole of `pressmark reindex` on the articles as they are: reading JSON, all fields,
stemming, exact forms, bodies stored, committed and fsynced, by one process and by two workers; and the same once more
with nothing changed. They count from the call to the end of the commit, compiled loops loaded from their cache.

ARTICLES is JSON lines, plain or gzipped, with id, title and body.
The peers are installed by: pip install 'pressmark[bench]'
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from index.codec.compiled import compile_kernels
from index.reindex import Options, reindex
from index.status import status
from tests.benchmarks.engines import ENGINES, Document
from tests.benchmarks.queries import documents, lines

OURS = "ours"
REINDEX = {"reindex": 1, "reindex, 2 workers": 2, "reindex, nothing changed": 1}
WARM = "import index.writer; from index.codec.compiled import compile_kernels; compile_kernels()"
Row = dict[str, Any]


class Stopwatch:
    """Measures the time that is not spent on reading the articles."""

    def __init__(self) -> None:
        self.reading = 0.0
        self.start = time.perf_counter()

    def reads(self, articles: Iterator[Document]) -> Iterator[Document]:
        """The articles, while the watch stands still."""
        while True:
            before = time.perf_counter()
            article = next(articles, None)
            self.reading += time.perf_counter() - before
            if article is None:
                return
            yield article

    def seconds(self) -> float:
        """What has passed so far."""
        return time.perf_counter() - self.start - self.reading


def build(name: str, articles: Path, count: int, folder: Path) -> Row:
    """Index with one engine."""
    if name == OURS:
        compile_kernels()
    watch = Stopwatch()
    ENGINES[name]().build(watch.reads(documents(articles, count)), folder)
    return {"seconds": watch.seconds()}


def build_by_reindex(name: str, articles: Path, count: int, folder: Path) -> Row:
    """Run what `pressmark reindex` runs."""
    report = reindex([articles], folder, Options(workers=REINDEX[name]))
    assert report.read == count and not report.failures, report
    assert report.unchanged == (count if "nothing changed" in name else report.repeated), report
    return {"seconds": report.seconds}


def measure(name: str, articles: Path, count: int, folder: Path) -> Row:
    """In a process of its own: one row of the table."""
    how: Callable[[str, Path, int, Path], Row] = build_by_reindex if name in REINDEX else build
    with WorkerPeak() as worker:
        row = how(name, articles, count, folder)
    return {
        "engine": name, "docs": count, "seconds": round(row["seconds"], 2), "docs_s": round(count / row["seconds"]),
        "index_mb": megabytes(sum(path.stat().st_size for path in folder.rglob("*"))),
        "peak_mb": peak_mb("self"), **({"worker_peak_mb": worker.peak} if worker.peak else {}),
        **(parts(folder) if name == OURS or name in REINDEX else {}),
    }  # fmt: skip


def peak_mb(process: str) -> int:
    """The most memory that a process has had since it began; unlike ru_maxrss without what it was forked from."""
    status_lines = Path("/proc", process, "status").read_text("ascii").splitlines()
    return next((int(line.split()[1]) // 1000 for line in status_lines if line.startswith("VmHWM")), 0)


class WorkerPeak(threading.Thread):
    """Looks at the child processes while it is entered."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.done = threading.Event()

    def __enter__(self) -> WorkerPeak:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()

    def run(self) -> None:
        while not self.done.wait(0.2):
            for child in multiprocessing.active_children():
                with suppress(OSError):
                    self.peak = max(self.peak, peak_mb(str(child.pid)))


def parts(folder: Path) -> Row:
    """Megabytes of our index by part, and without the stored bodies."""
    sizes = status(folder).sizes
    in_megabytes = {part: megabytes(size) for part, size in sizes.items()}
    return {"parts_mb": in_megabytes, "without_bodies_mb": megabytes(sum(sizes.values()) - sizes["texts"])}


def megabytes(size: float) -> float:
    return round(size / 1e6, 1)


def in_own_process(name: str, articles: Path, count: int, folder: Path) -> Row | None:
    """Measure in a new process; None where the engine is not installed."""
    command = [sys.executable, "-m", "tests.benchmarks.indexing", str(articles), "--docs", str(count)]
    done = subprocess.run([*command, "--only", name, "--work", str(folder)], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        print(f"{name} is left out", file=sys.stderr)
        return None
    row: Row = json.loads(done.stdout)
    return row


def shortened(articles: Path, count: int, work: Path) -> tuple[Path, float]:
    """The first articles in a file of their own, and the megabytes of their text."""
    path, size = work / f"articles-{count}.jsonl", 0
    with path.open("w", encoding="utf-8") as file:
        for article in islice(lines(articles), count):
            size += len(f"{article['title']}\n{article['body']}".encode())
            file.write(json.dumps(article, ensure_ascii=False) + "\n")
    return path, size / 1e6


def rows(options: argparse.Namespace, work: Path) -> Iterator[Row]:
    """All rows, as they are measured."""
    articles, text = shortened(options.articles, options.docs, work)
    names = options.engines.split(",")
    for name in [*names, *(REINDEX if OURS in names else ())]:
        # The last row is measured on the index of the first reindex.
        folder = work / ("reindex" if "nothing changed" in name else name)
        if "nothing changed" not in name:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        row = in_own_process(name, articles, options.docs, folder)
        if row is not None:
            yield {**row, "text_mb": round(text, 1), "mb_s": round(text / row["seconds"], 1)}


def line(row: Row) -> str:
    """A row for people."""
    numbers = f"{row['docs_s']:>8,} docs/s {row['mb_s']:>6.1f} MB/s {row['index_mb']:>7.1f} MB index"
    workers = f" + {row['worker_peak_mb']} each worker" if "worker_peak_mb" in row else ""
    peak = f"{row['peak_mb']:>6,} MB peak{workers}"
    inside = f"  {row['parts_mb']}" if "parts_mb" in row else ""
    return f"{row['engine']:26}{row['seconds']:>8.1f} s {numbers} {peak}{inside}"


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--docs", type=int, required=True)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--json", action="store_true", help="one JSON object for each row")
    parser.add_argument("--work", type=Path, help="leave the indexes here")
    parser.add_argument("--only", help=argparse.SUPPRESS)  # measure one engine in this process
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(argv)
    if options.only:
        print(json.dumps(measure(options.only, options.articles, options.docs, options.work)))
        return 0
    # Fills the cache on disk, so that no row pays for a compiler.
    subprocess.run([sys.executable, "-c", WARM], check=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for row in rows(options, work):
            print(json.dumps(row) if options.json else line(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
