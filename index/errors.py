"""What can go wrong while reading articles and writing an index.

    IndexingError
    ├── SourceError              a path that cannot be read
    │   └── SourceNotFound       a path that is not there
    ├── ExtractionFailed         bytes that hold no article
    ├── IndexFolderError         a folder that cannot serve as an index
    │   ├── NoIndex              nothing has been indexed there
    │   ├── NotAnIndex           the folder belongs to something else, or is damaged
    │   └── NewerIndex           written by a later version of Pressmark
    ├── IndexLocked              another process is writing
    └── WriteFailed              the disk refused; the previous generation stands
"""

from __future__ import annotations

from pathlib import Path


class IndexingError(Exception):
    """Any failure of `index/`, with a message fit for the person at the keyboard."""


class SourceError(IndexingError):
    """A source that cannot be read."""

    def __init__(self, where: str | Path, reason: str) -> None:
        self.where = str(where)
        self.reason = reason
        super().__init__(f"{where}: {reason}")


class SourceNotFound(SourceError):
    """A source that is not there."""

    def __init__(self, where: str | Path) -> None:
        super().__init__(where, "no such file or folder")


class ExtractionFailed(IndexingError):
    """Bytes in which no article was found; the message is the reason."""


class IndexFolderError(IndexingError):
    """A folder that cannot serve as an index."""


class NoIndex(IndexFolderError):
    """A folder in which nothing has been indexed."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__(f"No index at {folder}. Build one with: pressmark reindex SOURCE --index {folder}")


class NotAnIndex(IndexFolderError):
    """A folder that another program owns, or whose index is damaged."""

    def __init__(self, folder: str | Path, reason: str) -> None:
        super().__init__(f"{folder} is not a Pressmark index: {reason}")


class NewerIndex(IndexFolderError):
    """An index in a format that this version does not know."""

    def __init__(self, folder: str | Path, found: int, known: int) -> None:
        super().__init__(
            f"The index at {folder} has format {found}; this version of Pressmark knows formats up to {known}. "
            "Upgrade Pressmark, or reindex into another folder."
        )


class OlderIndex(IndexFolderError):
    """An index in a format that this version does not read any more."""

    def __init__(self, folder: str | Path, found: int, known: int) -> None:
        super().__init__(
            f"The index at {folder} has format {found}; this version of Pressmark reads format {known}. "
            "`pressmark check --repair` writes it anew from the articles that it holds."
        )


class IndexLocked(IndexingError):
    """Another process is writing to the index."""


class WriteFailed(IndexingError):
    """The index could not be written; the previous generation stands."""
