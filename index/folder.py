"""The index folder: whose it is, in which format, and by which rules its words were made.

    pressmark.json            {"pressmark": FORMAT, "language": "en", ...}, written once when the index is made
    _MAIN_<generation>.toc    the commits; the highest number is the one that readers open
    MAIN_<segment>.*          the segments of those commits
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, fields
from pathlib import Path

from index.analysis import Analyzer
from index.codec.toc import EMPTY, Toc, read_latest
from index.errors import NewerIndex, NoIndex, NotAnIndex, WriteFailed

FORMAT = 1
MANIFEST = "pressmark.json"


def read_manifest(folder: Path) -> Analyzer:
    """Return the analyzer of the index at `folder`.

    Raises NoIndex where there is none, NotAnIndex for another program's folder, NewerIndex for a later format.
    """
    try:
        text = (folder / MANIFEST).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        reason = _without_manifest(folder)
        if (folder / MANIFEST).exists():  # Another process has made the index since.
            return read_manifest(folder)
        raise reason from error
    except (OSError, UnicodeDecodeError) as error:
        raise NotAnIndex(folder, f"{MANIFEST} cannot be read ({error})") from error
    return _analyzer(folder, text)


def newest_generation(folder: Path) -> Toc:
    """Return the newest generation, EMPTY where nothing was committed yet. Raises NotAnIndex, NewerIndex, OSError."""
    try:
        read_manifest(folder)
        return read_latest(folder)
    except NoIndex:
        return EMPTY


def ensure_manifest(folder: Path, analyzer: Analyzer) -> Analyzer:
    """Make `folder` an index if it is empty, and return the analyzer by which it is written from now on.

    An existing index keeps its own analyzer: its terms were made by it.
    Raises NotAnIndex, NewerIndex, WriteFailed.
    """
    try:
        return read_manifest(folder)
    except NoIndex:
        _create(folder, analyzer)
        return analyzer


def _analyzer(folder: Path, text: str) -> Analyzer:
    try:
        manifest = json.loads(text)
        found = int(manifest["pressmark"])
        if found > FORMAT:
            raise NewerIndex(folder, found, FORMAT)
        settings = {field.name: manifest[field.name] for field in fields(Analyzer)}
        return Analyzer(**settings | {"also": tuple(settings["also"])})
    except (ValueError, TypeError, KeyError, AssertionError) as error:
        raise NotAnIndex(folder, f"{MANIFEST} is not ours or is damaged ({error!r})") from error


def _without_manifest(folder: Path) -> NoIndex | NotAnIndex:
    if folder.exists() and not folder.is_dir():
        return NotAnIndex(folder, "it is a file")
    if folder.is_dir() and not all(path.name.startswith(MANIFEST) for path in folder.iterdir()):
        return NotAnIndex(folder, f"it holds files but no {MANIFEST}")
    return NoIndex(folder)


def _create(folder: Path, analyzer: Analyzer) -> None:
    manifest = {"pressmark": FORMAT, **asdict(analyzer)}
    temporary = folder / f"{MANIFEST}.{os.getpid()}.{threading.get_ident()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(manifest) + "\n", "utf-8")
        temporary.replace(folder / MANIFEST)
    except OSError as error:
        raise WriteFailed(f"Cannot create an index at {folder}: {error.strerror or error}") from error
