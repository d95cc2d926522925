"""Sources -> index: read everything, write what changed in one commit, and say what happened.

Incremental by content hash: an article that stands in the index as it was read is not written again, and where nothing
changed there is no new generation. A run is all or nothing for readers, and interrupted it leaves the index as it was.
With `checkpoint` it commits every so many seconds instead: readers see it grow, and a run that was stopped is
finished by running it again, because what was committed is unchanged by then.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.analysis import Analyzer
from index.batch import Batch, BatchReader, Told, Unread, batches
from index.changes import Changes
from index.codec.toc import Toc
from index.coverage import Coverage
from index.errors import IndexingError
from index.extract.reading import Reading
from index.folder import newest_generation
from index.sources import STDIN, ReadOptions, SourceFailure, unread_sources
from index.writer import IndexWriter, open_writer

# Called with the number of articles read so far and the id of the latest.
Progress = Callable[[int, str], None]


class NothingToIndex(IndexingError):
    """The sources hold no article; the index was left as it was."""

    def __init__(self, sources: Sequence[str | Path], failures: Sequence[SourceFailure]) -> None:
        self.failures = tuple(failures)
        where = ", ".join(str(source) for source in sources)
        super().__init__(f"No article was found in {where}. The index was left as it was.")


class StrictFailure(IndexingError):
    """Something could not be read, and the caller had asked for all or nothing."""

    def __init__(self, failures: Sequence[SourceFailure]) -> None:
        self.failures = tuple(failures)
        super().__init__(f"{len(failures):,} could not be read, so nothing was written (--strict).")


@dataclass(frozen=True, slots=True)
class Report:
    """What a reindex did, or would do (`dry_run`).

    `added` and `replaced` articles were written, `unchanged` ones were not. `repeated` had the id of an earlier one in
    the same run: the last one counts. `gone` came from these sources and are in them no more; `deleted` counts those of
    them that were deleted (`prune`). `coverage` counts the fields of all that were read, and the rules that gave them.
    """

    read: int
    added: int
    replaced: int
    repeated: int
    failures: tuple[SourceFailure, ...]
    generation: int
    seconds: float
    unchanged: int = 0
    gone: tuple[str, ...] = ()
    deleted: int = 0
    dry_run: bool = False
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def articles_per_second(self) -> float:
        """Articles read, analysed and committed in a second."""
        return self.read / self.seconds if self.seconds else 0.0

    def failures_by_reason(self) -> dict[str, int]:
        """How many failures had each reason, the most frequent first."""
        return dict(Counter(failure.reason for failure in self.failures).most_common())


@dataclass(frozen=True, slots=True)
class Options:
    """How to reindex. `analyzer` counts for a new index only; `strict` writes nothing if anything failed.

    `dry_run` writes nothing at all; `prune` deletes articles whose source is gone; `workers` processes read pages,
    lines and words; `checkpoint` commits every so many seconds (0: once, at the end; with `strict` always so);
    `timeout` is how many seconds to wait for another writer; `mapping` names the fields of records, as
    {"title": "headline"}.
    """

    analyzer: Analyzer = field(default_factory=Analyzer)
    strict: bool = False
    dry_run: bool = False
    prune: bool = False
    workers: int = 1
    checkpoint: float = 0.0
    timeout: float = 10.0
    mapping: Mapping[str, str] = field(default_factory=dict)


def reindex(
    sources: Sequence[str | Path], folder: str | Path, options: Options | None = None, progress: Progress | None = None
) -> Report:
    """Read the articles of `sources` and bring the index at `folder` up to date with them.

    An article with the id of an indexed one replaces it. What cannot be read is reported and the rest goes on.
    Raises SourceNotFound, NothingToIndex, StrictFailure, IndexLocked, NotAnIndex, NewerIndex, OlderIndex, WriteFailed;
    in each case, and when interrupted, the index is left as it was at the last commit.
    """
    options, started = options or Options(), time.perf_counter()
    unread = unread_sources(sources, ReadOptions(options.workers, options.mapping))
    if options.dry_run:
        toc = newest_generation(Path(folder))
        run = _Run(sources, unread, progress, Changes(Path(folder), toc), started)
        _plan(run, options)
        return run.report(toc, options)
    with open_writer(folder, options.analyzer, options.timeout, options.workers) as writer:
        run = _Run(sources, unread, progress, Changes(writer.folder, writer.toc), started)
        _write(run, writer, options)
        return run.report(writer.toc, options)


@dataclass(slots=True)
class _Run:
    """What was read so far, and what came of it."""

    sources: Sequence[str | Path]
    unread: Iterator[Unread]
    progress: Progress | None
    changes: Changes
    started: float
    failures: list[SourceFailure] = field(default_factory=list)
    read: int = 0
    gone: list[str] = field(default_factory=list)
    deleted: int = 0
    coverage: Coverage = field(default_factory=Coverage)

    def batches(self, is_due: Callable[[], bool]) -> Iterator[Batch]:
        """Batches of what the sources hold; articles that come read already are counted on the way."""
        return batches(map(self._passed, self.unread), is_due)

    def add(self, told: Iterable[Told]) -> None:
        """Count what is told of batches."""
        for each in told:
            self.changes.add(each)
            self.coverage.add(each.coverage)
            self.failures += each.failures
            for article_id in each.ids:
                self._count(article_id)

    def check(self, strict: bool) -> None:
        """All was read. Raises StrictFailure, NothingToIndex."""
        if strict and self.failures:
            raise StrictFailure(self.failures)
        if not self.read:
            raise NothingToIndex(self.sources, self.failures)
        unreadable = [failure.where for failure in self.failures]
        self.gone = self.changes.gone([source for source in self.sources if str(source) != STDIN], unreadable)

    def report(self, toc: Toc, options: Options) -> Report:
        """Sum up."""
        counts = self.changes.counts()
        return Report(
            self.read, counts.added, counts.changed, counts.repeated, tuple(self.failures), toc.generation,
            round(time.perf_counter() - self.started, 3), counts.unchanged, tuple(self.gone), self.deleted,
            options.dry_run, self.coverage,
        )  # fmt: skip

    def _passed(self, item: Unread) -> Unread:
        if isinstance(item, Reading):
            self._count(item.article.id)
        return item

    def _count(self, article_id: str) -> None:
        self.read += 1
        if self.progress is not None:
            self.progress(self.read, article_id)


def _write(run: _Run, writer: IndexWriter, options: Options) -> None:
    writer.reader = BatchReader(run.changes.known(), options.mapping)
    checkpoint = _Checkpoint(0.0 if options.strict else options.checkpoint)
    for batch in run.batches(checkpoint.is_due):
        run.add(writer.take(batch))
        if checkpoint.is_due():
            run.add(writer.drain())
            writer.commit()
            checkpoint.restart()
    run.add(writer.drain())
    run.check(options.strict)
    for article, origin in run.changes.taken_back():
        writer.put(article, origin)
    if options.prune:
        for article_id in run.gone:
            writer.delete(article_id)
        run.deleted = len(run.gone)
    writer.commit()


class _Checkpoint:
    """Whether so many seconds have passed since the last commit; never for 0."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.restart()

    def restart(self) -> None:
        self._due = time.monotonic() + self._seconds

    def is_due(self) -> bool:
        return bool(self._seconds) and time.monotonic() >= self._due


def _plan(run: _Run, options: Options) -> None:
    """Compare without writing, not even a lock."""
    reader = BatchReader(run.changes.known(), options.mapping)
    for batch in run.batches(_Checkpoint(0.0).is_due):
        _, told = reader.read(batch)
        run.add([told])
    run.check(options.strict)
