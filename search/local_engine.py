"""The embedded engine: answers from the newest generation of one index folder, from any number of threads."""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.analysis import Analyzer
from index.article import Article
from index.codec.compiled import compile_in_background
from index.codec.toc import latest_generation
from index.errors import IndexFolderError
from index.folder import read_manifest
from index.snapshot import Snapshot
from search.collection import Collection
from search.engine import EngineStatus, Generation, Ranking, Request
from search.errors import EngineUnavailable
from search.execution import answer

if TYPE_CHECKING:
    from search.explain import Explanation

# The folder is looked at so often at most: a look takes as long as a tenth of an answer.
FRESH_SECONDS = 0.001
# File systems stamp a folder's changes in steps: within this time two changes can look like one.
STAMP_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation, and the state of the folder in which it was found to be the newest; None: look again."""

    collection: Collection
    generation: Generation
    stamp: int | None


class LocalEngine:
    """Ranked search over one index folder; follows new generations by itself, within a millisecond.

    A search holds the generation with which it began: its files stay mapped until the last search that uses it ends.
    Kernels are compiled in a thread of their own; until then their numpy twins answer.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        # Asked for its time stamp at every search, as text: that takes half as long.
        self._name = str(folder)
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._fresh_until = 0.0
        compile_in_background()

    def search(self, request: Request) -> Ranking:
        """Rank the matching articles."""
        opened = self._newest()
        return answer(opened.collection, request, opened.generation)

    def explain(self, request: Request) -> Explanation:
        """Say how a request is answered: its plan, the postings looked at, and the score of every term in every hit."""
        opened = self._newest()
        ranking = answer(opened.collection, request, opened.generation)
        scores = [(hit.id, hit.score) for hit in ranking.hits]
        explanation: Explanation = _explaining().explain(opened.collection, request, scores)
        return explanation

    def articles(self, ids: Sequence[str]) -> list[Article | None]:
        """Return the stored articles by id."""
        snapshot = self._newest().collection.snapshot
        numbers = [snapshot.find(article_id) for article_id in ids]
        try:
            return [None if number is None else snapshot.article(number) for number in numbers]
        except IndexFolderError as error:
            raise EngineUnavailable(str(error)) from error

    def analyzer(self) -> Analyzer:
        """Return the rules by which the archive's words were made."""
        try:
            return read_manifest(self._folder)
        except IndexFolderError as error:
            raise EngineUnavailable(str(error)) from error

    def status(self) -> EngineStatus:
        """Count the articles."""
        opened = self._newest()
        return EngineStatus(opened.generation, opened.collection.snapshot.articles)

    def close(self) -> None:
        """Let go of the files; searches that are under way end as they began."""
        with self._lock:
            self._opened = None

    def _newest(self) -> _Opened:
        opened, now = self._opened, time.monotonic()
        if opened is not None and now < self._fresh_until:
            return opened
        try:
            if opened is None or opened.stamp != os.stat(self._name).st_mtime_ns:
                with self._lock:
                    opened = self._opened = self._reopened(self._opened)
        except IndexFolderError as error:
            raise EngineUnavailable(str(error)) from error
        except OSError as error:
            raise EngineUnavailable(f"The index at {self._folder} cannot be read: {error}") from error
        self._fresh_until = now + FRESH_SECONDS
        return opened

    def _reopened(self, before: _Opened | None) -> _Opened:
        """Look which generation is the newest, and open it if it is a new one."""
        if before is not None:
            stamp = self._stamp()
            if latest_generation(self._folder) == before.generation.number:
                return _Opened(before.collection, before.generation, stamp)
        stamp = self._stamp()
        snapshot = Snapshot.open(self._folder)
        return _Opened(Collection(snapshot), Generation(snapshot.generation, snapshot.updated_at), stamp)

    def _stamp(self) -> int | None:
        """When the folder last changed, once that is long enough ago to be told from a later change."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        return changed if time.time_ns() - changed > STAMP_SECONDS * 1e9 else None


def _explaining() -> Any:
    # A search does not wait for what only those need who ask for reasons.
    return importlib.import_module("search.explain")
