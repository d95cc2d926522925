"""Whatever ends a writer, readers find one whole generation, and the next writer finds a clean folder."""

from __future__ import annotations

import json
import os
import pwd
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.codec.toc import read_latest
from index.errors import WriteFailed
from index.snapshot import Snapshot
from index.writer import open_writer
from search.engine import Request
from search.local_engine import LocalEngine
from search.query import Or, Term
from tests.writer import reading
from tests.writer.articles import article

# 1 kills at each of some 1,600 calls and takes minutes.
EVERY = int(os.environ.get("PRESSMARK_CRASH_EVERY", "29"))


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(not hasattr(os, "fork") or not Path("/proc/self/fd").exists(), reason="needs Linux")
def test_a_writer_killed_at_any_call_leaves_one_whole_generation() -> None:
    command = [sys.executable, "-m", "tests.writer.crashing", str(EVERY)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    kills = [json.loads(line) for line in output.splitlines()]
    assert [kill for kill in kills if kill["state"] not in ("before", "after") or kill["next"]] == []
    assert {kill["state"] for kill in kills} == {"before", "after"}
    assert len(kills) > 1000 / EVERY and not kills[-1]["killed"]


REINDEX = """
import sys
from index.writer import open_writer
from tests.writer.articles import article
for generation in range(2, 12):
    with open_writer(sys.argv[1]) as writer:
        for n in range(40):
            writer.put(article(n, source=f"generation {generation}"))
        writer.delete(f"/{generation + 100}")
        writer.put(article(generation + 101, source=f"generation {generation}"))
        writer.commit()
"""


def test_a_reader_sees_exactly_one_generation_while_another_process_writes(tmp_path: Path) -> None:
    with open_writer(tmp_path) as writer:
        for n in (*range(40), 102):
            writer.put(article(n, source="generation 1"))
        writer.commit()
    process = run(REINDEX, tmp_path)
    seen = []
    while not seen or seen[-1] < 11:
        assert process.poll() in (None, 0)
        snapshot = Snapshot.open(tmp_path)
        articles = [snapshot.article(n) for n in range(snapshot.documents) if _is_live(snapshot, n)]
        assert {a.source for a in articles} == {f"generation {snapshot.generation}"}
        assert {a.id for a in articles} == {*(f"/{n}" for n in range(40)), f"/{snapshot.generation + 101}"}
        assert sum(snapshot.doc_freq("source", term) > 0 for term in (b"generat", b"generation")) == 1
        seen.append(snapshot.generation)
    process.communicate()
    assert seen == sorted(seen) and len(set(seen)) > 2


def test_an_engine_answers_from_one_generation_at_a_time_while_another_process_writes(tmp_path: Path) -> None:
    with open_writer(tmp_path) as writer:
        for n in (*range(40), 102):
            writer.put(article(n, source="generation 1"))
        writer.commit()
    engine = LocalEngine(tmp_path)
    process = run(REINDEX, tmp_path)
    request = Request(Or((Term("title", "number"), Term("body", "storm"))), limit=100)
    seen = []
    while not seen or seen[-1] < 11:
        assert process.poll() in (None, 0)
        ranking = engine.search(request)
        assert len(ranking.hits) == ranking.total == 41
        assert {hit.source for hit in ranking.hits} == {f"generation {ranking.generation.number}"}
        seen.append(ranking.generation.number)
    process.communicate()
    engine.close()
    assert seen == sorted(seen) and len(set(seen)) > 2


def _is_live(snapshot: Snapshot, document: int) -> bool:
    segment, number = snapshot.place(document)
    return bool(segment.live[number])


def test_a_snapshot_stays_readable_when_its_generation_is_gone(tmp_path: Path) -> None:
    put(tmp_path, 0, 10)
    old = Snapshot.open(tmp_path)
    for generation in range(5):
        put(tmp_path, 0, 10, source=str(generation))
    assert [old.article(n) for n in range(10)] == [article(n) for n in range(10)]
    assert old.doc_freq("body", b"word3") == 1
    assert Snapshot.open(tmp_path).article(0).source == "4"


def put(folder: Path, first: int, last: int, **fields: object) -> None:
    with open_writer(folder) as writer:
        for n in range(first, last):
            writer.put(article(n, **fields))
        writer.commit()


LIMITED = """
import resource, sys
from index.errors import WriteFailed
from index.writer import open_writer
from tests.writer.articles import article
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    with open_writer(sys.argv[1]) as writer:
        for n in range(200):
            writer.put(article(n, words=100, source="new"))
        writer.commit()
    print("committed")
except WriteFailed as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [0, 100, 1_000, 5_000, 12_000, 20_000])
def test_a_refused_write_is_said_and_changes_nothing(tmp_path: Path, limit: int) -> None:
    put(tmp_path, 0, 20)
    before = {path.name for path in tmp_path.iterdir()}
    output, _ = run(LIMITED, tmp_path, limit).communicate()
    assert "could not be written: File too large" in output
    assert {path.name for path in tmp_path.iterdir()} == before
    assert reading.articles(tmp_path) == {f"/{n}": article(n) for n in range(20)}
    put(tmp_path, 20, 21)
    assert len(reading.articles(tmp_path)) == 21


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(tmp_path)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_disk_is_said_and_the_previous_generation_answers(small_disk: Path) -> None:
    folder = small_disk / "index"
    put(folder, 0, 20)
    with pytest.raises(WriteFailed, match="No space left"):
        put(folder, 0, 2500, words=100)
    assert reading.articles(folder) == {f"/{n}": article(n) for n in range(20)}
    put(folder, 0, 20, source="again")
    assert reading.articles(folder)["/3"].source == "again"


FORBIDDEN = """
import os, sys
from index.errors import WriteFailed
from index.writer import open_writer
if os.geteuid() == 0:
    os.setegid(int(sys.argv[2])); os.seteuid(int(sys.argv[2]))
try:
    with open_writer(sys.argv[1]):
        print("opened")
except WriteFailed as error:
    print(error)
"""


def test_a_folder_without_permission_is_said(tmp_path: Path) -> None:
    index = tmp_path / "index"
    put(index, 0, 3)
    for path in (*tmp_path.parents[:2], tmp_path, index):
        path.chmod(0o755)
    for path in index.iterdir():
        path.chmod(0o444)
    index.chmod(0o555)
    nobody = pwd.getpwnam("nobody").pw_uid
    output, _ = run(FORBIDDEN, index, nobody).communicate()
    assert "could not be written: Permission denied" in output


TWO = """
import sys
from index.writer import open_writer
from tests.writer.articles import article
for n in range(5):
    with open_writer(sys.argv[1], timeout=60) as writer:
        writer.put(article(int(sys.argv[2]) + n))
        writer.commit()
"""


def test_two_writers_take_turns(tmp_path: Path) -> None:
    writers = [run(TWO, tmp_path, first) for first in (0, 100)]
    for process in writers:
        process.communicate()
    assert [process.returncode for process in writers] == [0, 0]
    assert set(reading.articles(tmp_path)) == {f"/{first + n}" for first in (0, 100) for n in range(5)}
    assert read_latest(tmp_path).generation == 10


def test_threads_of_one_process_take_turns_as_well(tmp_path: Path) -> None:
    def write(n: int) -> None:
        with open_writer(tmp_path, timeout=60) as writer:
            writer.put(article(n))
            writer.commit()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reading.articles(tmp_path)) == 4


def test_files_are_closed_again(tmp_path: Path) -> None:
    put(tmp_path, 0, 5)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else pytest.skip("needs /proc")
    for _ in range(6):
        put(tmp_path, 0, 5)
    assert len(os.listdir("/proc/self/fd")) <= before + 2
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > before


WORKERS = """
import multiprocessing, sys, time
from index import writer as writer_module
from index.writer import open_writer
from tests.writer.articles import article
writer_module.BATCH_ARTICLES = 5
with open_writer(sys.argv[1], workers=2) as writer:
    for n in range(40):
        writer.put(article(n))
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_workers_of_a_killed_writer_end_and_hold_nothing(tmp_path: Path) -> None:
    process = run(WORKERS, tmp_path)
    assert process.stdout is not None
    children = process.stdout.readline().split()
    assert len(children) == 2
    process.kill()
    process.wait()
    process.stdout.close()
    put(tmp_path, 0, 3)
    assert set(reading.articles(tmp_path)) == {"/0", "/1", "/2"}
    for _ in range(200):
        if not any(_runs(child) for child in children):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {children}")


def _runs(pid: str) -> bool:
    try:
        return Path("/proc", pid, "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
