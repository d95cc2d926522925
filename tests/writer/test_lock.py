"""One writer at a time, and a lock that ends with its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from whoosh.filedb.filestore import FileStorage

from index.codec.lock import LOCK_NAME, write_lock
from index.errors import IndexLocked

HOLD = """
import sys, time
from pathlib import Path
from index.codec.lock import write_lock
with write_lock(Path(sys.argv[1]), 0):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_waits_and_says_who_writes(tmp_path: Path) -> None:
    with (
        write_lock(tmp_path, 0),
        pytest.raises(IndexLocked, match=rf"process {os.getpid()} on .* since 20.*Waited 0.2 s"),
        write_lock(tmp_path, 0.2),
    ):
        pass


def test_the_lock_is_free_after_use_and_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_lock(tmp_path, 0):
        raise ZeroDivisionError
    with write_lock(tmp_path, 0):
        pass
    assert (tmp_path / LOCK_NAME).read_bytes() == b""


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = holder(tmp_path)
    with pytest.raises(IndexLocked, match=f"process {process.pid} "), write_lock(tmp_path, 0):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with write_lock(tmp_path, 1):
        pass


FORK = """
import os, sys, time
from pathlib import Path
from index.codec.lock import write_lock
with write_lock(Path(sys.argv[1]), 0):
    if os.fork() == 0:
        os.close(1)
        time.sleep(60)
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_child_that_outlives_its_killed_parent_does_not_hold_the_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORK, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0)
    try:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        process.kill()
        process.communicate()
        with write_lock(tmp_path, 1):
            pass
    finally:
        os.killpg(process.pid, signal.SIGKILL)


def test_a_stock_whoosh_writer_is_kept_out(tmp_path: Path) -> None:
    stock = FileStorage(str(tmp_path)).lock(LOCK_NAME)
    with write_lock(tmp_path, 0):
        assert not stock.acquire(blocking=False)
    assert stock.acquire(blocking=False)
    stock.release()


def test_a_damaged_description_of_the_holder_is_not_in_the_way(tmp_path: Path) -> None:
    with write_lock(tmp_path, 0):
        (tmp_path / LOCK_NAME).write_bytes(b"[1]")
        with pytest.raises(IndexLocked, match="another process"), write_lock(tmp_path, 0):
            pass
