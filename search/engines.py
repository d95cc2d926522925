"""The engine for an index: the one place where it is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.local_engine import LocalEngine


@contextmanager
def engine_of(folder: Path) -> Iterator[LocalEngine]:
    """The engine for the index at `folder`; closed when it is left."""
    engine = LocalEngine(folder)
    try:
        yield engine
    finally:
        engine.close()
