"""Sources -> index: read everything, write what changed in one commit, and say what happened.

Incremental by content hash: an article that stands in the index as it was read is not written again, and where nothing
changed there is no new generation. A run is all or nothing for readers, and interrupted it leaves the index as it was.
With `checkpoint` it commits every so many seconds instead: readers see it grow, and a run that was stopped is
finished by running it again, because what was committed is unchanged by then.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

from index.analysis import Analyzer
from index.changes import Changes
from index.codec.toc import EMPTY, Toc, read_latest
from index.errors import IndexingError, NoIndex
from index.extract.reading import Reading
from index.folder import read_manifest
from index.inspect import Coverage
from index.sources import STDIN, ReadOptions, SourceFailure, read_sources
from index.writer import IndexWriter, open_writer

# Called with the number of articles read so far and the id of the latest.
Progress = Callable[[int, str], None]

# Articles that are compared with the index at a time.
STEP = 200


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

    `dry_run` writes nothing at all; `prune` deletes articles whose source is gone; `workers` processes read pages
    and words;
    `checkpoint` commits every so many seconds (0: once, at the end; with `strict` always so); `timeout` is how many
    seconds to wait for another writer; `mapping` names the fields of records, as {"title": "headline"}.
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
    Raises SourceNotFound, NothingToIndex, StrictFailure, IndexLocked, NotAnIndex, NewerIndex, WriteFailed; in each
    case, and when interrupted, the index is left as it was at the last commit.
    """
    options = options or Options()
    run = _Run(sources, read_sources(sources, ReadOptions(options.workers, options.mapping)), progress)
    if options.dry_run:
        toc = _plan(run, Path(folder))
        run.check(options.strict)
        return run.report(toc, options)
    with open_writer(folder, options.analyzer, options.timeout, options.workers) as writer:
        _write(run, writer, options)
        return run.report(writer.toc, options)


@dataclass(slots=True)
class _Run:
    """What was read so far, and what came of it."""

    sources: Sequence[str | Path]
    items: Iterator[Reading | SourceFailure]
    progress: Progress | None
    failures: list[SourceFailure] = field(default_factory=list)
    read: int = 0
    gone: list[str] = field(default_factory=list)
    deleted: int = 0
    coverage: Coverage = field(default_factory=Coverage)
    changes: Changes | None = None
    started: float = field(default_factory=time.perf_counter)

    def changed(self, changes: Changes) -> Iterator[list[tuple[Reading, bytes]]]:
        """Read on, a few articles at a time, and give those that the index does not have so, with their hashes."""
        self.changes = changes
        while some := list(islice(self._readings(), STEP)):
            wanted = changes.to_write([reading.article for reading in some])
            yield [(some[number], digest) for number, digest in wanted]
        unreadable = [failure.where for failure in self.failures]
        self.gone = changes.gone([source for source in self.sources if str(source) != STDIN], unreadable)

    def check(self, strict: bool) -> None:
        """Raises StrictFailure, NothingToIndex."""
        if strict and self.failures:
            raise StrictFailure(self.failures)
        if not self.read:
            raise NothingToIndex(self.sources, self.failures)

    def report(self, toc: Toc, options: Options) -> Report:
        """Sum up."""
        assert self.changes is not None
        counts = self.changes.counts
        return Report(
            self.read, counts.added, counts.changed, counts.repeated, tuple(self.failures), toc.generation,
            round(time.perf_counter() - self.started, 3), counts.unchanged, tuple(self.gone), self.deleted,
            options.dry_run, self.coverage,
        )  # fmt: skip

    def _readings(self) -> Iterator[Reading]:
        for item in self.items:
            if isinstance(item, SourceFailure):
                self.failures.append(item)
                continue
            self.read += 1
            self.coverage.add(item.article)
            if self.progress is not None:
                self.progress(self.read, item.article.id)
            yield item


def _write(run: _Run, writer: IndexWriter, options: Options) -> None:
    due = time.monotonic() + options.checkpoint
    for readings in run.changed(Changes(writer.folder, writer.toc)):
        for reading, digest in readings:
            writer.put(reading.article, _absolute(reading.origin), digest)
        if options.checkpoint and not options.strict and time.monotonic() >= due:
            writer.commit()
            due = time.monotonic() + options.checkpoint
    run.check(options.strict)
    if options.prune:
        for article_id in run.gone:
            writer.delete(article_id)
        run.deleted = len(run.gone)
    writer.commit()


@lru_cache(maxsize=1)
def _absolute(origin: str) -> str:
    """Records of one file come one after the other, so the last answer is enough to remember."""
    return os.path.abspath(origin) if origin else ""


def _plan(run: _Run, folder: Path) -> Toc:
    """Compare without writing, not even a lock."""
    toc = _latest(folder)
    for _ in run.changed(Changes(folder, toc)):
        pass
    return toc


def _latest(folder: Path) -> Toc:
    try:
        read_manifest(folder)
        return read_latest(folder)
    except NoIndex:
        return EMPTY
