"""Documents -> results over several processes, in the order of the documents, a few at a time.

A document that takes too long, or takes its process with it, is reported, and the others go on in a new process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as TookTooLong
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from index.documents import Document, SourceFailure
from index.extract.record import RecordReader
from index.readers import Result, read_document

# Documents under way per process: enough to keep it busy, few enough to hold in memory.
_AHEAD = 4
# A process is renewed after so many documents, so that what a library leaks does not add up.
_TASKS = 2000
_reader: list[RecordReader] = []


class Pool:
    """`workers` processes (none for 1) that are started with the first document."""

    def __init__(self, workers: int, seconds: float, mapping: Mapping[str, str]) -> None:
        self._workers, self._seconds, self._mapping = workers, seconds, dict(mapping)
        self._pool: ProcessPool | None = None
        self._pending: deque[tuple[str, Any]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            self._pool.join()

    def submit(self, document: Document, boilerplate: frozenset[str]) -> Iterator[Result]:
        """Hand a document over; gives the results that are due so that not too many pile up."""
        if self._pool is None:
            self._pool = ProcessPool(self._workers, max_tasks=_TASKS, initializer=_start, initargs=(self._mapping,))
        future = self._pool.schedule(_work, (document, boilerplate), timeout=self._seconds)
        self._pending.append((document.where, future))
        while len(self._pending) > _AHEAD * self._workers:
            yield from self._next()

    def put(self, failure: SourceFailure) -> Iterator[Result]:
        """A result that is there already takes its place in the order."""
        if self._pending:
            self._pending.append((failure.where, failure))
        else:
            yield failure

    def drain(self) -> Iterator[Result]:
        """The results of everything handed over."""
        while self._pending:
            yield from self._next()

    def _next(self) -> list[Result]:
        where, future = self._pending.popleft()
        if isinstance(future, SourceFailure):
            return [future]
        try:
            results: list[Result] = future.result()
            return results
        except TookTooLong:
            return [SourceFailure(where, f"cut off after {self._seconds:g} seconds")]
        except ProcessExpired as error:
            return [SourceFailure(where, f"the process that read it died (exit code {error.exitcode})")]


def _start(mapping: Mapping[str, str]) -> None:
    _reader[:] = [RecordReader(mapping)]


def _work(document: Document, boilerplate: frozenset[str]) -> list[Result]:
    return read_document(document, _reader[0], boilerplate)
