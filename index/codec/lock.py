"""One writer at a time. The lock is the operating system's: it ends with the process, however that ends.

The file has the name of Whoosh's own lock, so a stock Whoosh writer is kept out as well. What stands in it (who holds
the lock, and since when) is for people; it counts for nothing. Readers never look at it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.codec.segment import INDEX_NAME
from index.codec.toc import now
from index.errors import IndexLocked

LOCK_NAME = f"{INDEX_NAME}_WRITELOCK"
POLL_SECONDS = 0.05

# Descriptors of locks that this process holds.
_held: set[int] = set()


def _let_go() -> None:
    """A forked process shares the descriptor: if it outlived this one, it would hold the lock."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def write_lock(folder: Path, timeout: float) -> Iterator[None]:
    """Hold the lock of an index folder, waiting at most `timeout` seconds. Raises IndexLocked, OSError."""
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    _held.add(descriptor)
    try:
        _acquire(descriptor, folder, timeout)
        _write_holder(descriptor)
        try:
            yield
        finally:
            if descriptor in _held:
                os.ftruncate(descriptor, 0)
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
            os.close(descriptor)


def _acquire(descriptor: int, folder: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise IndexLocked(_describe(descriptor, folder, timeout)) from error
        time.sleep(POLL_SECONDS)


def _write_holder(descriptor: int) -> None:
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": now()}
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode("ascii"), 0)
    except OSError:
        pass  # On a full disk the lock still holds; only its description is missing.


def _describe(descriptor: int, folder: Path, timeout: float) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        who = f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (OSError, ValueError, TypeError, KeyError):
        who = "another process"
    return f"The index at {folder} is being written by {who}. Waited {timeout:g} s; try again when it is done."
