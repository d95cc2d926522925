"""Our folder as an index of stock Whoosh, for its matchers and query types. Runs no code of the folder's."""

from __future__ import annotations

from pathlib import Path

from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex

from index.codec.segment import INDEX_NAME
from index.codec.toc import read_latest


class ArrayIndex(FileIndex):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's view of the newest generation, for reading.

    Raises NoIndex, NotAnIndex, NewerIndex, OlderIndex, OSError.
    """

    def __init__(self, folder: Path, schema: Schema) -> None:
        # Whoosh's own constructor would unpickle what the folder says.
        self.folder = folder
        self.storage = FileStorage(str(folder), readonly=True)
        self.indexname = INDEX_NAME
        self._schema = schema
        self._read_toc()

    def _read_toc(self) -> TOC:
        toc = read_latest(self.folder)
        return TOC(self._schema, list(toc.segments), toc.generation)
