"""Articles -> one commit. The same id replaces; leaving without a commit changes nothing.

    put, take       articles in batches; each batch becomes a run, and runs stream into one new segment
    commit          the segment is completed, obsolete documents are marked, segments are merged by policy.py, and the
                    next generation is published (codec/commit.py)

Killed at any moment, the previous generation stands, and the next writer removes what was left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from index.analysis import Analyzer
from index.article import Article
from index.batch import BATCH_ARTICLES, BATCH_BYTES, Batch, BatchReader, Told
from index.codec.building import MEMORY, SegmentBuilder
from index.codec.columns import Columns
from index.codec.combining import combine_segments
from index.codec.commit import publish, sweep
from index.codec.compiled import compile_in_background
from index.codec.lock import write_lock
from index.codec.opened import OpenSegment
from index.codec.prepared import Prepared
from index.codec.replacing import Obsolete, obsolete
from index.codec.run import Recipe, RunMaker, stored_texts
from index.codec.segment import COLUMNS, STORED, Segment
from index.codec.stored import TRAINING_BYTES, StoredTexts, train_dictionary
from index.codec.toc import Toc, now
from index.errors import IndexFolderError, WriteFailed
from index.extract.reading import Reading
from index.folder import ensure_manifest, newest_generation
from index.policy import choose
from index.whoosh_schema import whoosh_schema
from index.workers import Made, Worker, WorkerPool


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit did: articles newly added, replaced under their id, and deleted."""

    generation: int
    added: int
    replaced: int
    deleted: int


@contextmanager
def open_writer(
    folder: str | Path,
    analyzer: Analyzer | None = None,
    timeout: float = 10.0,
    workers: int = 1,
    memory: int = MEMORY,
) -> Iterator[IndexWriter]:
    """Open the index at `folder` for writing, making it if the folder is empty or not there.

    `analyzer` counts for a new index only; an existing one keeps its own. `timeout` in seconds is how long to wait for
    another writer. With `workers` of 2 and more, so many processes read words; the index is the same. `memory` in bytes
    is what postings may take before they are spilled to the disk.
    Raises IndexLocked, NotAnIndex, NewerIndex, OlderIndex, WriteFailed.
    """
    path = Path(folder)
    rules = ensure_manifest(path, analyzer or Analyzer())
    with ExitStack() as stack:
        with _border(path):
            stack.enter_context(write_lock(path, timeout))
            sweep(path, newest_generation(path))
        writer = IndexWriter(path, rules, workers, memory)
        stack.callback(writer.cancel)
        yield writer


class IndexWriter:
    """Collects puts and deletes, and writes them in one commit. Further ones may follow. Only under `open_writer`.

    `reader` reads the batches that it takes; whoever has another one gives it before the first batch.
    """

    def __init__(self, folder: Path, analyzer: Analyzer, workers: int = 1, memory: int = MEMORY) -> None:
        self.folder = folder
        self.analyzer = analyzer
        self.toc = newest_generation(folder)
        self.reader = BatchReader()
        self._workers = workers
        self._memory = memory
        self._reset()

    def put(self, article: Article, origin: str = "") -> None:
        """Add the article, or replace the one with its id. Raises WriteFailed. `origin` is the file it comes from."""
        self._batch.append(Reading(article, (), origin))
        self._characters += len(article.title) + len(article.body)
        if len(self._batch) >= BATCH_ARTICLES or self._characters >= BATCH_BYTES:
            with _border(self.folder):
                self._flush()

    def take(self, batch: Batch) -> list[Told]:
        """Add what `reader` reads in a batch; gives what there is to tell of this batch and of earlier ones.

        With several workers that comes later, and the rest of it by `drain`. Raises WriteFailed.
        """
        with _border(self.folder):
            self._flush()
            self._work(batch)
        return self._now_told()

    def drain(self) -> list[Told]:
        """Wait for all batches that were taken; gives what there is still to tell. Raises WriteFailed."""
        with _border(self.folder):
            self._settle()
        return self._now_told()

    def delete(self, article_id: str) -> None:
        """Delete the article with this id, if there is one. Raises WriteFailed."""
        with _border(self.folder):
            self._settle()
        self._deletes.append((article_id, (self._builder.documents if self._builder else 0) + len(self._batch)))

    def drop(self, segments: Sequence[Segment]) -> None:
        """Leave these segments out of the next commit, whatever they hold: for repairs."""
        names = {segment.segid for segment in segments}
        kept = tuple(segment for segment in self.toc.segments if segment.segid not in names)
        self._dropped = len(kept) < len(self.toc.segments)
        self.toc = self.toc._replace(segments=kept)

    def commit(self) -> Commit:
        """Make everything put and deleted visible at once; with nothing to do there is no new generation.

        Raises WriteFailed: then nothing of it is visible, and all of it is forgotten.
        """
        try:
            with _border(self.folder):
                return self._commit()
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Forget what was not committed, and remove what was written of it."""
        self._end_work()
        if self._builder:
            self._builder.abandon()
        self._reset()
        with suppress(OSError, IndexFolderError):
            self.toc = newest_generation(self.folder)
            sweep(self.folder, self.toc)

    def _reset(self) -> None:
        self._batch: list[Reading] = []
        self._characters = 0
        self._told: list[Told] = []
        self._dropped = False
        self._deletes: list[tuple[str, int]] = []
        self._builder: SegmentBuilder | None = None
        self._worker: Worker | None = None
        self._pool: WorkerPool | None = None

    def _flush(self) -> None:
        if self._batch:
            batch, self._batch, self._characters = self._batch, [], 0
            self._work(Batch(batch, anew=True))

    def _work(self, batch: Batch) -> None:
        if self._workers > 1 and self._worker and not self._pool:
            # The first batch was read here: most words of the language are in it, and the processes inherit them.
            self._pool = WorkerPool(self._workers, self._worker)
        if self._pool:
            self._add(self._pool.submit(batch))
        elif self._worker:
            self._add([self._worker.work(batch)])
        else:
            some, told = self.reader.read(batch)
            run = self._begin(some).make(some) if len(some) else None
            self._add([(None if batch.anew else told, run)])

    def _begin(self, sample: Prepared) -> Worker:
        recipe = Recipe(self.analyzer, self._dictionary(sample))
        if recipe.dictionary:
            # So many articles are worth waiting for the compiler; a few are indexed sooner by the numpy twins.
            # In a thread of its own: an interrupt inside the compiler would be lost, one while waiting is heard.
            compile_in_background(patience=0).join()
        self._builder = SegmentBuilder(self.folder, recipe.dictionary, self._memory)
        self._worker = Worker(self.reader, RunMaker(recipe))
        return self._worker

    def _settle(self) -> None:
        if self._pool:
            self._add(self._pool.drain())

    def _end_work(self) -> None:
        """Give back what is known of words: merging needs the memory."""
        if self._pool:
            self._pool.close()
        self._worker = self._pool = None

    def _add(self, made: Iterable[Made]) -> None:
        for told, run in made:
            if told:
                self._told.append(told)
            if run:
                assert self._builder is not None
                self._builder.add(run)

    def _now_told(self) -> list[Told]:
        told, self._told = self._told, []
        return told

    def _dictionary(self, sample: Prepared) -> bytes:
        if sum(map(len, sample.bodies)) < TRAINING_BYTES:
            return b""
        # With the dictionary of the largest segment a later merge copies texts as they are.
        for segment in self.toc.segments[:1]:
            known = StoredTexts.open(segment.path(self.folder, STORED)).dictionary
            if known:
                return known
        return train_dictionary(stored_texts(sample))

    def _finish_segment(self) -> Segment | None:
        self._flush()
        self._settle()
        self._end_work()
        return self._builder.finish() if self._builder else None

    def _commit(self) -> Commit:
        new = self._finish_segment()
        if new is None and not self._deletes and not self._dropped:
            return Commit(self.toc.generation, 0, 0, 0)
        columns = Columns.open(new.path(self.folder, COLUMNS)) if new else None
        found = obsolete([(s, self._columns(s)) for s in self.toc.segments], columns, self._deletes)
        commit = Commit(
            self.toc.generation + 1,
            (new.documents if new else 0) - len(found.new) - found.replaced, found.replaced, found.deleted,
        )  # fmt: skip
        if new is None and not found.deleted and not self._dropped:
            return Commit(self.toc.generation, 0, 0, 0)
        self._publish(self._merge(_marked(self.toc.segments, new, found)))
        self._reset()
        return commit

    def _merge(self, segments: list[Segment]) -> list[Segment]:
        while chosen := choose(segments):
            sources = [OpenSegment.open(self.folder, segment) for segment in chosen]
            merged = combine_segments(self.folder, sources)
            segments = [segment for segment in segments if segment not in chosen] + [merged]
        return sorted(segments, key=Segment.doc_count, reverse=True)

    def _publish(self, segments: list[Segment]) -> None:
        known = {segment.segid for segment in self.toc.segments}
        toc = Toc(self.toc.generation + 1, now(), tuple(segments))
        new = [segment for segment in segments if segment.segid not in known]
        publish(self.folder, toc, new, whoosh_schema(self.analyzer))
        self.toc = toc
        with suppress(OSError):  # The generation is published; what cannot be removed now is left to the next writer.
            sweep(self.folder, toc)

    def _columns(self, segment: Segment) -> Columns:
        return Columns.open(segment.path(self.folder, COLUMNS))


def _marked(segments: Sequence[Segment], new: Segment | None, found: Obsolete) -> list[Segment]:
    """The segments with their obsolete documents deleted, without those that have no others."""
    marked = [s.without(gone) if len(gone) else s for s, gone in zip(segments, found.old, strict=True)]
    if new:
        marked.append(new.without(found.new))
    return [segment for segment in marked if segment.doc_count()]


@contextmanager
def _border(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteFailed(f"The index at {folder} could not be written: {reason}. It stands as it was.") from error
