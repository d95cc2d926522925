"""Kills a writer at every call that touches a file, and looks at what is left. A process of its own, because it forks.

    python -m tests.writer.crashing EVERY

Kills at every EVERY-th of the calls of one commit that adds, replaces, deletes and merges; prints a JSON object a kill.
After each kill the disk forgets what was not fsynced, as in a power cut; then a reader opens the index, and a next
writer commits.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

from index.article import Article
from index.codec.commit import segment_files
from index.codec.lock import LOCK_NAME
from index.codec.toc import read_latest, toc_name
from index.folder import MANIFEST
from index.writer import open_writer
from tests.writer import reading
from tests.writer.articles import article

TOUCH_FILES = {
    "open", "write", "flush", "close", "fsync", "replace", "rename", "unlink", "mmap", "ftruncate", "pwrite", "flock",
    "listdir", "scandir", "mkdir", "tofile", "seek",
}  # fmt: skip
BEFORE = {f"/{n}": article(n) for n in range(9)}
AFTER = {**{f"/{n}": article(n) for n in range(2, 9)}, "/1": article(1, title="Replaced"), "/20": article(20)}
LATER = article(30)


def base(folder: Path) -> None:
    """Three commits, so that the next one merges."""
    for first in (0, 3, 6):
        with open_writer(folder) as writer:
            for n in range(first, first + 3):
                writer.put(article(n))
            writer.commit()


def change(folder: Path) -> None:
    """The commit that is killed: from BEFORE to AFTER."""
    with open_writer(folder) as writer:
        writer.put(AFTER["/1"])
        writer._flush()
        writer.put(AFTER["/20"])
        writer.delete("/0")
        writer.commit()


def killed_at(folder: Path, number: int, synced: Path) -> bool:
    """Run `change` in a child that is killed at its call `number`; whether it was, and not done before."""
    child = os.fork()
    if not child:
        try:
            _log_fsyncs(synced)
            _kill_self_at(number)
            change(folder)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _kill_self_at(number: int) -> None:
    calls = 0

    def count(frame: FrameType, event: str, called: Any) -> None:
        nonlocal calls
        if event in ("c_call", "c_return") and called.__name__ in TOUCH_FILES:
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def _log_fsyncs(synced: Path) -> None:
    log = os.open(synced, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    really = os.fsync

    def fsync(descriptor: int) -> None:
        really(descriptor)
        os.write(log, os.readlink(f"/proc/self/fd/{descriptor}").encode() + b"\n")

    os.fsync = fsync  # type: ignore[assignment]  # only in this child, which ends here


def lose_power(folder: Path, before: Path, synced: Path) -> None:
    """Empty the files that were written since `before` and never fsynced."""
    safe = set(synced.read_text().splitlines())
    names = {Path(path).name for path in safe}
    for path in folder.iterdir():
        renamed = path.suffix == ".toc" and any(name.startswith(path.name + ".") for name in names)
        if not (before / path.name).exists() and path.name not in names and not renamed:
            os.truncate(path, 0)


def state(folder: Path) -> str:
    """Which state the index is in: "before", "after", or what else it holds."""
    found = reading.articles(folder)
    wanted: dict[str, dict[str, Article]] = {"before": BEFORE, "after": AFTER}
    return next((name for name, articles in wanted.items() if found == articles), f"neither: {sorted(found)}")


def next_writer(folder: Path) -> str:
    """Commit once more; "" where all is well and nothing is left over, else what is wrong."""
    before = reading.articles(folder)
    with open_writer(folder, timeout=0) as writer:
        writer.put(LATER)
        writer.commit()
    if reading.articles(folder) != {**before, LATER.id: LATER}:
        return "the next commit lost articles"
    toc = read_latest(folder)
    wanted = {path.name for path in segment_files(folder, toc.segments)} | {toc_name(toc.generation)}
    left = {path.name for path in folder.iterdir()} - wanted - {MANIFEST, LOCK_NAME}
    return f"left over: {sorted(left)}" if left else ""


def main(every: int) -> None:
    """Kill at one call after the other until the commit gets through."""
    with tempfile.TemporaryDirectory() as scratch:
        original, folder, synced = Path(scratch, "original"), Path(scratch, "index"), Path(scratch, "synced")
        base(original)
        number, killed = 1, True
        while killed:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(original, folder)
            killed = killed_at(folder, number, synced)
            lose_power(folder, original, synced)
            found = {"call": number, "killed": killed, "state": state(folder), "next": next_writer(folder)}
            print(json.dumps(found), flush=True)
            number += every


if __name__ == "__main__":
    main(int(sys.argv[1]))
