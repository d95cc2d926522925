"""Bad input: an error that names the thing and the reason, and nothing that was indexed is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.commands import ENVIRONMENT, SEEDS, answer, command, ids, pressmark, record, serving


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An index with one article that no failure may lose."""
    answer("reindex", "-", "--index", tmp_path / "index", text=record("/kept", "precious"))
    return tmp_path / "index"


def still_kept(folder: Path) -> bool:
    return "/kept" in ids(answer("search", "precious", "--index", folder))


def test_a_missing_folder_is_an_error_that_names_it(kept: Path, tmp_path: Path) -> None:
    done = pressmark("reindex", tmp_path / "nowhere", "--index", kept)
    assert done.returncode == 1
    assert done.stderr.strip() == f"pressmark: {tmp_path / 'nowhere'}: no such file or folder"
    assert still_kept(kept)


def test_an_empty_folder_is_an_error_and_changes_nothing(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = pressmark("reindex", tmp_path / "empty", "--index", kept)
    assert done.returncode == 1
    assert f"No article was found in {tmp_path / 'empty'}" in done.stderr
    assert still_kept(kept)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; the next test drops that right")
def test_a_folder_without_permission_is_named(kept: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    done = pressmark("reindex", closed, "--index", kept)
    assert done.returncode == 1 and f"{closed}: Permission denied" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_without_permission_is_named_when_run_by_another_user(tmp_path: Path) -> None:
    closed, folder = tmp_path / "closed", tmp_path / "written"
    closed.mkdir(mode=0o700)
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    script = (
        # The first run imports all that the second needs: afterwards the interpreter's own files may be out of reach.
        f"import os; from index.reindex import reindex\n"
        f"reindex([{str(SEEDS / 'records')!r}], {str(folder / 'first')!r})\n"
        f"os.setgid(65534); os.setuid(65534)\n"
        f"try: reindex([{str(closed)!r}], {str(folder / 'index')!r})\n"
        f"except Exception as error: print(repr(error.failures))"
    )
    for parent in [tmp_path, *tmp_path.parents[:3]]:
        parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True)
    assert str(closed) in done.stdout and "Permission denied" in done.stdout, done.stderr


def bad_files(folder: Path) -> dict[str, str]:
    """Write files that hold no article; return where each failure is and what its reason says."""
    folder.mkdir()
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "broken.jsonl").write_text("".join(record(f"/{n}") for n in range(6)) + '{"id": "/7", \n' + record("/8"))
    (folder / "nothing.html").write_text("<html><nav>Home</nav><footer>Contact</footer></html>")
    return {
        str(folder / "binary.txt"): "binary",
        f"{folder / 'broken.jsonl'}:7": "JSON",
        str(folder / "nothing.html"): "article",
    }


def test_files_that_cannot_be_read_are_named_and_the_rest_goes_on(kept: Path, tmp_path: Path) -> None:
    expected = bad_files(tmp_path / "bad")
    report = answer("reindex", tmp_path / "bad", "--index", kept)
    failures = {failure["where"]: failure["reason"] for failure in report["failures"]}
    assert set(failures) == set(expected)
    for where, word in expected.items():
        assert word in failures[where]
    assert report["read"] == 7 and sum(report["failed_by_reason"].values()) == 3
    assert still_kept(kept)


def test_strict_writes_nothing_if_anything_failed(kept: Path, tmp_path: Path) -> None:
    where = bad_files(tmp_path / "bad")
    done = pressmark("reindex", tmp_path / "bad", "--index", kept, "--strict")
    assert done.returncode == 1
    for name in where:
        assert name in done.stderr
    assert answer("search", "storm", "--index", kept)["total"] == 0
    assert still_kept(kept)


def test_invalid_utf_8_is_read_as_well_as_can_be(tmp_path: Path) -> None:
    prose = "A storm closed the harbour of Z\xfcrich on Monday, and no ferry left it before the evening came.\n\n"
    (tmp_path / "latin.txt").write_bytes(prose.encode("latin-1") * 3)
    answer("reindex", tmp_path / "latin.txt", "--index", tmp_path / "index")
    assert answer("search", "harbour", "--index", tmp_path / "index")["total"] == 1


def test_a_text_of_50_megabytes_is_indexed_or_refused_by_name(kept: Path, tmp_path: Path) -> None:
    sentence = "A storm closed the harbour on Monday, and no ferry left it before the evening came. "
    big = tmp_path / "big.txt"
    big.write_text((sentence * 10 + "\n\n") * (50_000_000 // (len(sentence) * 10)))
    done = pressmark("reindex", big, "--index", kept)
    if done.returncode:
        assert str(big) in done.stderr
    else:
        assert answer("search", "harbour", "--index", kept)["total"] == 1
    assert still_kept(kept)


def test_a_folder_of_another_program_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "precious.db").write_text("data")
    for arguments in (["reindex", SEEDS], ["search", "storm"]):
        done = pressmark(*arguments, "--index", theirs)
        assert done.returncode == 1
        assert f"{theirs} is not a Pressmark index" in done.stderr
    assert [path.name for path in theirs.iterdir()] == ["precious.db"]


def test_an_index_of_a_newer_version_is_refused_with_advice(kept: Path) -> None:
    manifest = kept / "pressmark.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "pressmark": 999}))
    for arguments in (["reindex", SEEDS], ["search", "storm"]):
        done = pressmark(*arguments, "--index", kept)
        assert done.returncode == 1
        assert "has format 999" in done.stderr and "Upgrade Pressmark" in done.stderr


def test_without_an_index_the_message_says_what_to_run(tmp_path: Path) -> None:
    done = pressmark("search", "storm", "--index", tmp_path / "none")
    assert done.returncode == 1
    assert f"pressmark reindex SOURCE --index {tmp_path / 'none'}" in done.stderr


@pytest.mark.parametrize("query", ["", "(((", '"', "AND OR", "word " * 10_000, "title:", "-", "*", "üñí ☃"])
def test_every_string_is_a_query(seeded: Path, query: str) -> None:
    assert pressmark("search", "--index", seeded, "--", query).returncode == 0


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started in the background by a shell ignores the key, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_the_previous_index(kept: Path) -> None:
    writing = subprocess.Popen(
        command("reindex", "-", "--index", kept), stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    )
    with writing:
        assert writing.stdin is not None and writing.stderr is not None
        for n in range(2_000):
            writing.stdin.write(record(f"/{n}").encode())
        writing.stdin.flush()
        time.sleep(1)
        for _ in range(30):
            writing.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                writing.wait(2)
                break
        assert writing.poll() == 130
        said = writing.stderr.read().decode()
    assert "The index was left as it was" in said and "Traceback" not in said
    assert still_kept(kept)
    assert answer("search", "storm", "--index", kept)["total"] == 0
    assert answer("reindex", "-", "--index", kept, text=record("/next"))["added"] == 1


def test_a_taken_port_is_a_clear_error(seeded: Path) -> None:
    with serving("--index", seeded) as address:
        port = address.rstrip("/").rpartition(":")[2]
        done = pressmark("serve", "--index", seeded, "--port", port)
    assert done.returncode == 1 and f"Cannot listen on 127.0.0.1:{port}" in done.stderr
