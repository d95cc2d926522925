"""Sources -> index: read everything, write it in one commit, and say what happened."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.analysis import Analyzer
from index.article import Article
from index.errors import IndexingError
from index.sources import SourceFailure, read_articles
from index.writer import Commit, open_writer

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
    """What a reindex did. `repeated` articles had the id of an earlier one in the same run: the last one counts."""

    read: int
    added: int
    replaced: int
    repeated: int
    failures: tuple[SourceFailure, ...]
    generation: int
    seconds: float

    @property
    def articles_per_second(self) -> float:
        """Articles read, analysed and committed in a second."""
        return self.read / self.seconds if self.seconds else 0.0

    def failures_by_reason(self) -> dict[str, int]:
        """How many failures had each reason, the most frequent first."""
        return dict(Counter(failure.reason for failure in self.failures).most_common())


@dataclass(frozen=True, slots=True)
class Options:
    """How to reindex. `analyzer` counts for a new index only; `strict` writes nothing if anything failed."""

    analyzer: Analyzer = field(default_factory=Analyzer)
    strict: bool = False


def reindex(
    sources: Sequence[str | Path], folder: str | Path, options: Options | None = None, progress: Progress | None = None
) -> Report:
    """Read the articles of `sources` and put them into the index at `folder`, in one commit.

    An article with the id of an indexed one replaces it. What cannot be read is reported and the rest goes on.
    Raises SourceNotFound, NothingToIndex, StrictFailure, IndexLocked, NotAnIndex, NewerIndex, WriteFailed; in each
    case, and when interrupted, the index is left as it was.
    """
    options = options or Options()
    started = time.perf_counter()
    items = read_articles(sources)
    failures: list[SourceFailure] = []
    ids: set[str] = set()
    read = 0
    with open_writer(folder, options.analyzer) as writer:
        for article in _articles(items, failures):
            writer.put(article)
            ids.add(article.id)
            read += 1
            if progress is not None:
                progress(read, article.id)
        if options.strict and failures:
            raise StrictFailure(failures)
        if not read:
            raise NothingToIndex(sources, failures)
        commit = writer.commit()
    return _report(commit, read, len(ids), failures, time.perf_counter() - started)


def _articles(items: Iterator[Article | SourceFailure], failures: list[SourceFailure]) -> Iterator[Article]:
    for item in items:
        if isinstance(item, SourceFailure):
            failures.append(item)
        else:
            yield item


def _report(commit: Commit, read: int, distinct: int, failures: list[SourceFailure], seconds: float) -> Report:
    return Report(
        read, commit.added, commit.replaced, read - distinct, tuple(failures), commit.generation, round(seconds, 3)
    )
