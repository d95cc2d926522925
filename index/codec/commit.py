"""Segments -> the next generation, whole or not at all; and the removal of what no generation needs.

    1. fsync every file of the new segments, then the folder: what the table of contents will name is on the disk
    2. write the table of contents to a temporary name, fsync it
    3. rename it to _MAIN_<generation>.toc: the one step at which readers change over
    4. fsync the folder, so that the rename survives a power cut
    5. remove what only earlier generations needed

Killed before 3, the previous generation stands and the next writer removes what was left behind; killed after it, the
new one does. A reader that has opened its files keeps them: a file that is unlinked lives while it is mapped. A reader
that had only read the table of contents finds files missing, and reads the newer one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from whoosh.fields import Schema

from index.codec.segment import INDEX_NAME, Segment
from index.codec.toc import Toc, toc_name
from index.codec.whoosh_toc import encode_toc

# Our own files only: whatever else lies in the folder is not ours to remove.
OURS = re.compile(rf"(?P<segment>{INDEX_NAME}_[0-9a-z]+)\.[A-Za-z0-9_.]+|_{INDEX_NAME}_[0-9]+\.toc(\.[0-9.]+)?")


def publish(folder: Path, toc: Toc, new: Iterable[Segment], schema: Schema) -> None:
    """Make `toc` the generation that readers open; `new` are the segments written for it. Raises OSError."""
    for path in segment_files(folder, new):
        _sync(path)
    _sync(folder)
    name = toc_name(toc.generation)
    temporary = folder / f"{name}.{os.getpid()}"
    with temporary.open("wb") as file:
        file.write(encode_toc(toc, schema))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / name)
    _sync(folder)


def segment_files(folder: Path, segments: Iterable[Segment]) -> list[Path]:
    """All files of these segments, by name."""
    names = {segment.segment_id() for segment in segments}
    return sorted(path for path in folder.iterdir() if path.name.split(".")[0] in names)


def sweep(folder: Path, toc: Toc) -> None:
    """Remove what `toc` does not need: earlier generations, and what killed or failed writers left. Raises OSError.

    Only for the holder of the lock.
    """
    wanted = {segment.segment_id() for segment in toc.segments}
    for path in list(folder.iterdir()):
        match = OURS.fullmatch(path.name)
        if match and match["segment"] not in wanted and path.name != toc_name(toc.generation):
            path.unlink(missing_ok=True)


def remove(folder: Path, segments: Iterable[Segment]) -> None:
    """Remove the files of segments that never became part of a generation; what cannot be removed stays for `sweep`."""
    for path in segment_files(folder, segments):
        try:
            path.unlink()
        except OSError:
            continue


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
