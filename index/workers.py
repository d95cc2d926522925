"""Runs made in several processes, in the order in which their articles were handed over.

The processes make runs by the same recipe as one process does, and get the same batches: the index is the same.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import fields
from multiprocessing import connection, get_context, parent_process
from operator import attrgetter
from typing import Any

from index.article import Article
from index.codec.compiled import compile_kernels
from index.codec.run import Recipe, Run, RunMaker
from index.errors import WriteFailed

# Batches under way per process: one in work, one waiting.
AHEAD = 2

# Tuples travel between processes in a quarter of the time; where a field comes from is not indexed.
_VALUES = attrgetter(*(field.name for field in fields(Article) if field.name != "provenance"))

_maker: list[RunMaker] = []


class RunPool:
    """`workers` processes that make runs by one recipe; `maker` has made one by it already.

    A forked process has at once what is loaded and compiled here and what `maker` has learnt of words, and lets go of
    the lock (lock.py).
    """

    def __init__(self, workers: int, recipe: Recipe, maker: RunMaker) -> None:
        forks = sys.platform == "linux"
        context = get_context("fork" if forks else "spawn")
        self._limit = AHEAD * workers
        self._pending: deque[Future[Run]] = deque()
        given = (recipe, maker if forks else None)
        self._executor = ProcessPoolExecutor(workers, context, initializer=_start, initargs=given)

    def submit(self, articles: Sequence[Article], origins: Sequence[str], hashes: Sequence[bytes]) -> Iterator[Run]:
        """Hand over a batch; gives the runs that are due, so that not too many pile up. Raises WriteFailed."""
        while len(self._pending) >= self._limit:
            yield self._next()
        with warnings.catch_warnings():
            # A process with threads warns when it forks; ours touch nothing that another thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            values = [_VALUES(article) for article in articles]
            self._pending.append(self._executor.submit(_run, values, origins, hashes))

    def drain(self) -> Iterator[Run]:
        """The runs of everything handed over. Raises WriteFailed."""
        while self._pending:
            yield self._next()

    def close(self) -> None:
        """End the processes; what is under way is lost."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _next(self) -> Run:
        try:
            return self._pending.popleft().result()
        except BrokenProcessPool as error:
            raise WriteFailed("A process that read articles for the index died. The index stands as it was.") from error


def _start(recipe: Recipe, maker: RunMaker | None) -> None:
    # The parent process decides what an interrupt means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if maker is None and recipe.dictionary:  # As in one process: a few articles are read sooner without a compiler.
        compile_kernels()
    _maker[:] = [maker or RunMaker(recipe)]


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _run(articles: Sequence[tuple[Any, ...]], origins: Sequence[str], hashes: Sequence[bytes]) -> Run:
    return _maker[0].run([Article(*values) for values in articles], origins, hashes)
