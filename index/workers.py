"""Batches read and made into runs by several processes, in the order in which they were handed over.

The processes do what one process does, by the same recipe and with the same batches: the index is the same.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process

from index.batch import Batch, BatchReader, Told
from index.codec.compiled import compile_kernels
from index.codec.prepared import Prepared
from index.codec.run import Recipe, Run, RunMaker
from index.errors import WriteFailed

# Batches under way per process: one in work, one waiting.
AHEAD = 2

# What there is to tell of a batch, and the run of what is to be written; None for nothing.
Made = tuple[Told | None, Run | None]


@dataclass(frozen=True, slots=True)
class Worker:
    """What makes runs of batches: in this process, or a copy of it in another."""

    reader: BatchReader
    maker: RunMaker

    def work(self, batch: Batch) -> Made:
        """Read a batch and make its run."""
        some, told = self.reader.read(batch)
        return None if batch.anew else told, self.make(some) if len(some) else None

    def make(self, some: Prepared) -> Run:
        """Make the run of articles that were read."""
        return self.maker.run(some)


_worker: list[Worker] = []


class WorkerPool:
    """`workers` processes that do what `worker` does, which has done some of it already.

    A forked process has at once what is loaded and compiled here and what `worker` has learnt of words, and lets go of
    the lock (lock.py).
    """

    def __init__(self, workers: int, worker: Worker) -> None:
        forks = sys.platform == "linux"
        context = get_context("fork" if forks else "spawn")
        self._limit = AHEAD * workers
        self._pending: deque[Future[Made]] = deque()
        given = (worker.reader, worker.maker.recipe, worker.maker if forks else None)
        self._executor = ProcessPoolExecutor(workers, context, initializer=_start, initargs=given)

    def submit(self, batch: Batch) -> Iterator[Made]:
        """Hand over a batch; gives what is due, so that not too much piles up. Raises WriteFailed."""
        while len(self._pending) >= self._limit:
            yield self._next()
        with warnings.catch_warnings():
            # A process with threads warns when it forks; ours touch nothing that another thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pending.append(self._executor.submit(_work, batch))

    def drain(self) -> Iterator[Made]:
        """What was made of everything handed over. Raises WriteFailed."""
        while self._pending:
            yield self._next()

    def close(self) -> None:
        """End the processes; what is under way is lost."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _next(self) -> Made:
        try:
            return self._pending.popleft().result()
        except BrokenProcessPool as error:
            raise WriteFailed("A process that read articles for the index died. The index stands as it was.") from error


def _start(reader: BatchReader, recipe: Recipe, maker: RunMaker | None) -> None:
    # The parent process decides what an interrupt means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if maker is None and recipe.dictionary:  # As in one process: a few articles are read sooner without a compiler.
        compile_kernels()
    _worker[:] = [Worker(reader, maker or RunMaker(recipe))]


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _work(batch: Batch) -> Made:
    return _worker[0].work(batch)
