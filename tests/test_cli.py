"""The command line: what each command promises."""

from __future__ import annotations

import gzip
import json
import urllib.request
from pathlib import Path

import pytest

from tests.commands import ROOT, SEEDS, answer, ids, pressmark, record, serving


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


def test_demo_indexes_the_samples_and_serves_them(tmp_path: Path) -> None:
    with serving("--index", tmp_path / "index", verb="demo") as address:
        with urllib.request.urlopen(f"{address}search?q=fukushima") as page:
            assert "<mark>" in page.read().decode()


SEED_ARTICLE = ROOT.parent / "shared" / "seeds"


@pytest.mark.skipif(not SEED_ARTICLE.is_dir(), reason="the articles beside the checkout are not there")
def test_the_first_article_is_found_by_its_words_and_not_by_its_neighbours(tmp_path: Path) -> None:
    answer("reindex", SEED_ARTICLE, "--index", tmp_path / "index")
    totals = {
        query: answer("search", query, "--index", tmp_path / "index")["total"]
        for query in ('"Inter-Service-Intelligence"', "tags:CIA", "over the horizon", '"over the horizon"')
    }
    assert list(totals.values()) == [1, 1, 0, 0]
