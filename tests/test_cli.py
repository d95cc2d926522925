"""The command line as a person or a script uses it: real processes, real files."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1"}


def pressmark(*arguments: str | Path, text: str | bytes = "") -> subprocess.CompletedProcess[str]:
    given = text.encode() if isinstance(text, str) else text
    done = subprocess.run(command(*arguments), input=given, capture_output=True, env=ENVIRONMENT, timeout=120)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "search.cli", *map(str, arguments)]


def answer(*arguments: str | Path, text: str = "") -> dict[str, Any]:
    done = pressmark(*arguments, "--json", text=text)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def record(article_id: str, body: str = "storm", **fields: Any) -> str:
    return json.dumps({"id": article_id, "title": f"Headline {article_id}", "body": body, **fields}) + "\n"


def ids(found: dict[str, Any]) -> list[str]:
    return [result["id"] for result in found["results"]]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded") / "index"
    report = answer("reindex", SEEDS, "--index", folder)
    assert (report["failed"], report["added"]) == (0, report["read"])
    assert report["read"] >= 40
    return folder


def test_search_prints_rank_title_date_section_tags_and_marked_snippets(seeded: Path) -> None:
    done = pressmark("search", "mugabe resigned", "--index", seeded)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "articles with" in lines[0].lower() and " ms" in lines[0]
    shown = "\n".join(lines)
    for expected in ("  1. ", "2017-11-21", "Africa", "tags: Zimbabwe", "**resigned**", "**Mugabe**"):
        assert expected in shown


def test_explain_shows_the_plan_and_where_a_score_comes_from(seeded: Path) -> None:
    shown = pressmark("search", "moon", "--index", seeded, "--explain").stdout
    (best, *_) = answer("search", "moon", "--index", seeded)["results"]
    assert "postings:" in shown and f"{best['score']:.6f}  {best['id']}" in shown
    explained = answer("search", "moon", "--index", seeded, "--explain")
    parts = explained["hits"][0]["terms"]
    assert sum(part["score"] for part in parts) == pytest.approx(best["score"])


def test_limit_and_page_cut_the_ranking(seeded: Path) -> None:
    whole = ids(answer("search", "the", "--index", seeded, "--limit", "20"))
    first = ids(answer("search", "the", "--index", seeded, "--limit", "10"))
    second = ids(answer("search", "the", "--index", seeded, "--limit", "10", "--page", "2"))
    assert whole == first + second


def test_json_of_the_command_and_of_the_endpoint_are_the_same(seeded: Path) -> None:
    with serving("--index", seeded) as address, urllib.request.urlopen(f"{address}api/search?q=moon") as response:
        over_http = json.load(response)
    in_terminal = answer("search", "moon", "--index", seeded)
    for taken in (over_http, in_terminal):
        taken.pop("took_ms")
    assert over_http == in_terminal


def test_records_come_from_standard_input(tmp_path: Path) -> None:
    report = answer("reindex", "-", "--index", tmp_path / "index", text=record("/a") + record("/b"))
    assert (report["read"], report["added"]) == (2, 2)
    assert set(ids(answer("search", "storm", "--index", tmp_path / "index"))) == {"/a", "/b"}


def test_every_kind_of_file_is_read_and_folders_recursively(tmp_path: Path) -> None:
    folder = tmp_path / "articles" / "deeper"
    folder.mkdir(parents=True)
    (folder / "one.jsonl").write_text(record("/jsonl"))
    (folder / "two.jsonl.gz").write_bytes(gzip.compress(record("/gz").encode()))
    (folder / "three.json").write_text(record("/json"))
    for kind in ("html", "htm"):
        page = "<p>A storm closed the harbour of the town on Monday, and the ferries stayed where they were.</p>" * 3
        (folder / f"page.{kind}").write_text(f"<html><h1>Harbour closed</h1><article>{page}</article></html>")
    prose = "A storm closed the harbour of the town on Monday, and no ferry left it before the evening."
    (folder / "dump.txt").write_text(f"Home\nNews\n\n{prose}\n\n{prose}\n")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    report = answer("reindex", tmp_path / "articles", "--index", tmp_path / "index")
    assert (report["read"], report["failures"]) == (6, [])
    assert answer("search", "storm", "--index", tmp_path / "index")["total"] == 6


def test_reindexing_the_same_id_replaces(tmp_path: Path) -> None:
    answer("reindex", "-", "--index", tmp_path / "index", text=record("/a", "storm"))
    report = answer("reindex", "-", "--index", tmp_path / "index", text=record("/a", "calm"))
    assert (report["added"], report["replaced"]) == (0, 1)
    assert answer("search", "storm", "--index", tmp_path / "index")["total"] == 0
    assert answer("search", "calm", "--index", tmp_path / "index")["total"] == 1


def test_a_second_run_writes_only_what_changed(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.json").write_text(record(f"/{name}"))
    first = answer("reindex", folder, "--index", tmp_path / "index")
    again = answer("reindex", folder, "--index", tmp_path / "index")
    assert (again["unchanged"], again["added"], again["generation"]) == (3, 0, first["generation"])
    (folder / "a.json").write_text(record("/a", "calm"))
    (folder / "b.json").unlink()
    planned = answer("reindex", folder, "--index", tmp_path / "index", "--dry-run")
    assert (planned["replaced"], planned["gone"], planned["generation"]) == (1, ["/b"], first["generation"])
    assert answer("search", "calm", "--index", tmp_path / "index")["total"] == 0
    pruned = answer("reindex", folder, "--index", tmp_path / "index", "--prune")
    assert (pruned["replaced"], pruned["unchanged"], pruned["deleted"]) == (1, 1, 1)
    assert sorted(ids(answer("search", "headline", "--index", tmp_path / "index"))) == ["/a", "/c"]


def test_the_last_of_two_articles_with_one_id_is_kept_and_that_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "1.json").write_text(record("/same", "storm"))
    (folder / "2.json").write_text(record("/same", "calm"))
    done = pressmark("reindex", folder, "--index", tmp_path / "index")
    assert "1 had the id of an earlier one" in done.stdout
    assert ids(answer("search", "calm", "--index", tmp_path / "index")) == ["/same"]


def test_inspect_shows_each_field_with_its_rule_and_what_was_thrown_away() -> None:
    page = SEEDS / "pages" / "hurricane-katrina.html"
    shown = pressmark("inspect", page).stdout
    assert "2005-08-30T16:45-05:00  [meta article:published_time]" in shown
    assert "Copyright 2005 Meridian Wire" in shown.partition("discarded")[2]
    (line,) = pressmark("inspect", page, "--json").stdout.splitlines()
    found = json.loads(line)
    assert found["provenance"]["title"] == "meta og:title"
    assert "Most of New Orleans lay under water" in found["body"] and "Copyright" not in found["body"]


def test_inspect_names_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "nothing.html").write_text("<html><nav>Home</nav></html>")
    done = pressmark("inspect", tmp_path)
    assert done.returncode == 1 and str(tmp_path / "nothing.html") in done.stderr


def test_reindex_ends_with_the_coverage_of_fields(tmp_path: Path) -> None:
    done = pressmark("reindex", SEEDS, "--index", tmp_path / "index", "--verbose")
    assert "title        100%" in done.stdout and "record title" in done.stdout


def test_status_says_what_the_index_holds(seeded: Path) -> None:
    found = answer("status", "--index", seeded)
    assert found["articles"] >= 40 and found["generation"] == 1
    assert found["coverage"]["title"] == found["articles"]
    shown = pressmark("status", "--index", seeded).stdout
    assert f"{found['articles']:,} articles" in shown and "postings" in shown


def test_check_finds_damage_and_repair_keeps_what_still_reads(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    answer("reindex", SEEDS, "--index", folder)
    assert pressmark("check", "--index", folder).returncode == 0
    articles = answer("status", "--index", folder)["articles"]
    (stored,) = folder.glob("*.stored")
    damaged = bytearray(stored.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    stored.with_suffix(".new").write_bytes(damaged)
    stored.with_suffix(".new").replace(stored)
    found = pressmark("check", "--index", folder)
    assert found.returncode == 1 and stored.name in found.stdout
    repaired = pressmark("check", "--repair", "--index", folder)
    assert "Lost: 1." in repaired.stdout
    assert pressmark("check", "--index", folder).returncode == 0
    assert answer("status", "--index", folder)["articles"] == articles - 1


# Bad input: named with its reason, and what was indexed stays.


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
        writing.send_signal(signal.SIGINT)
        said = writing.stderr.read().decode()
        assert writing.wait(30) == 130
    assert "The index was left as it was" in said and "Traceback" not in said
    assert still_kept(kept)
    assert answer("search", "storm", "--index", kept)["total"] == 0
    assert answer("reindex", "-", "--index", kept, text=record("/next"))["added"] == 1


class serving:  # noqa: N801  # reads as a verb where it is used
    """A served index in a process of its own; its address while inside."""

    def __init__(self, *arguments: str | Path, verb: str = "serve") -> None:
        self.process = subprocess.Popen(
            command(verb, *arguments, "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                return next(word for word in line.split() if word.startswith("http://"))
        self.__exit__()
        raise AssertionError("the server said no address")

    def __exit__(self, *raised: object) -> None:
        self.process.terminate()
        _, said = self.process.communicate(timeout=30)
        assert self.process.returncode == 0 and "Traceback" not in said, said


def test_demo_indexes_the_samples_and_serves_them(tmp_path: Path) -> None:
    with serving("--index", tmp_path / "index", verb="demo") as address:
        with urllib.request.urlopen(f"{address}search?q=fukushima") as page:
            assert "<mark>" in page.read().decode()


def test_a_taken_port_is_a_clear_error(seeded: Path) -> None:
    with serving("--index", seeded) as address:
        port = address.rstrip("/").rpartition(":")[2]
        done = pressmark("serve", "--index", seeded, "--port", port)
    assert done.returncode == 1 and f"Cannot listen on 127.0.0.1:{port}" in done.stderr


SEED_ARTICLE = ROOT.parent / "shared" / "seeds"


@pytest.mark.skipif(not SEED_ARTICLE.is_dir(), reason="the articles beside the checkout are not there")
def test_the_first_article_is_found_by_its_words_and_not_by_its_neighbours(tmp_path: Path) -> None:
    answer("reindex", SEED_ARTICLE, "--index", tmp_path / "index")
    totals = {
        query: answer("search", query, "--index", tmp_path / "index")["total"]
        for query in ('"Inter-Service-Intelligence"', "tags:CIA", "over the horizon", '"over the horizon"')
    }
    assert list(totals.values()) == [1, 1, 0, 0]
