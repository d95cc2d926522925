"""Reindexing writes what changed and nothing else."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index import batch as batch_module
from index.article import Article
from index.codec.toc import read_latest
from index.errors import NoIndex
from index.reindex import NothingToIndex, Options, Report, StrictFailure, reindex
from tests.writer import reading
from tests.writer.articles import article


def lines(path: Path, *articles: Article) -> Path:
    records = [{"id": a.id, "title": a.title, "body": a.body, "date": a.published, "tags": a.tags} for a in articles]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.replaced, report.unchanged, len(report.gone)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Two files of articles, and an index of them."""
    lines(tmp_path / "news" / "a.jsonl", *(article(n) for n in range(5)))
    lines(tmp_path / "news" / "b.jsonl", *(article(n) for n in range(5, 8)))
    assert counts(reindex([tmp_path / "news"], tmp_path / "index")) == (8, 0, 0, 0)
    return tmp_path / "news"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_nothing_changed_means_no_new_generation(news: Path) -> None:
    index = news.parent / "index"
    before = files(index)
    report = reindex([news], index)
    assert counts(report) == (0, 0, 8, 0) and report.read == 8 and report.generation == 1
    assert files(index) == before


def test_what_changed_is_written_and_the_rest_is_not(news: Path) -> None:
    lines(news / "a.jsonl", article(0), article(1, title="New"), *(article(n) for n in (2, 3, 4, 20)))
    report = reindex([news], news.parent / "index")
    assert counts(report) == (1, 1, 7, 0) and report.generation == 2
    found = reading.articles(news.parent / "index")
    assert found["/1"].title == "New" and len(found) == 9


def test_a_dry_run_says_what_a_run_would_do_and_touches_nothing(news: Path) -> None:
    index = news.parent / "index"
    lines(news / "a.jsonl", article(0), article(1, title="New"), article(20))
    before = files(index)
    plan = reindex([news], index, Options(dry_run=True))
    assert files(index) == before and plan.dry_run and plan.generation == 1
    report = reindex([news], index)
    assert counts(plan) == counts(report) == (1, 1, 4, 3)


def test_a_dry_run_makes_no_folder(news: Path) -> None:
    plan = reindex([news], news.parent / "other", Options(dry_run=True))
    assert counts(plan) == (8, 0, 0, 0) and plan.generation == 0
    assert not (news.parent / "other").exists()


def test_gone_articles_are_named_and_only_deleted_on_request(news: Path) -> None:
    index = news.parent / "index"
    (news / "b.jsonl").unlink()
    report = reindex([news], index)
    assert sorted(report.gone) == ["/5", "/6", "/7"] and report.deleted == 0 and report.generation == 1
    report = reindex([news], index, Options(prune=True))
    assert report.deleted == 3 and report.generation == 2
    assert set(reading.articles(index)) == {f"/{n}" for n in range(5)}
    assert reindex([news], index, Options(prune=True)).gone == ()


def test_articles_of_other_sources_are_not_gone(news: Path) -> None:
    index = news.parent / "index"
    other = lines(news.parent / "news2" / "c.jsonl", article(30))
    assert reindex([other], index, Options(prune=True)).gone == ()
    assert reindex([news / "a.jsonl"], index, Options(prune=True)).gone == ()
    assert len(reading.articles(index)) == 9


def test_an_article_that_moved_to_another_file_is_not_gone(news: Path) -> None:
    shutil.move(news / "b.jsonl", news / "moved.jsonl")
    assert counts(reindex([news], news.parent / "index", Options(prune=True))) == (0, 0, 8, 0)


def test_what_cannot_be_read_is_not_gone(news: Path) -> None:
    (news / "b.jsonl").write_text("{broken\n")
    report = reindex([news], news.parent / "index", Options(prune=True))
    assert report.gone == () and len(report.failures) == 1


def test_of_repeated_articles_the_last_one_counts(news: Path) -> None:
    index = news.parent / "index"
    lines(news / "c.jsonl", article(1, title="Changed"), article(40), article(40, title="Later"))
    report = reindex([news], index)
    assert counts(report) == (1, 1, 7, 0) and report.repeated == 2
    lines(news / "c.jsonl", article(1, title="Changed"), article(1))
    reindex([news], index)
    assert reading.articles(index)["/1"].title == article(1).title
    assert reading.articles(index)["/40"].title == "Later"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_an_article_met_changed_and_unchanged_again_stays_as_it_was(
    news: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(batch_module, "BATCH_ARTICLES", size)
    index = news.parent / "index"
    lines(news / "c.jsonl", article(1, title="Changed"), article(2), article(1), article(3, title="New"))
    report = reindex([news], index)
    assert counts(report) == (0, 2, 6, 0) and report.repeated == 4
    found = reading.articles(index)
    assert found["/1"].title == article(1).title and found["/3"].title == "New"


def test_processes_read_lines_as_one_does(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "BATCH_ARTICLES", 3)
    with (news / "b.jsonl").open("a") as file:
        file.write("{broken\n\n" + json.dumps({"title": "No id", "text": "Words."}) + "\n[]\n{}\n")
    lines(news / "c.jsonl", *(article(n, title="Changed" if n % 3 else "") for n in range(3, 40)), article(3))
    reports, progress, indexes = [], [], []
    for workers in (1, 2):
        index = news.parent / f"index{workers}"
        shutil.copytree(news.parent / "index", index)
        told: list[tuple[int, str]] = []
        report = reindex([news], index, Options(workers=workers), lambda *each, told=told: told.append(each))
        reports.append(replace(report, seconds=0))
        progress.append(told)
        indexes.append(sorted(path.read_bytes() for path in index.iterdir() if path.suffix in reading.FILES))
    assert reports[0] == reports[1] and progress[0] == progress[1]
    assert [failure.where for failure in reports[0].failures] == [f"{news / 'b.jsonl'}:{n}" for n in (4, 7, 8)]
    assert [number for number, _ in progress[0]] == list(range(1, reports[0].read + 1))
    assert reports[0].coverage.rules["body"]["record text"] == 1
    assert indexes[0] == indexes[1]


def test_a_stopped_run_with_checkpoints_is_finished_by_running_it_again(
    news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_module, "BATCH_ARTICLES", 2)
    index = news.parent / "new"

    def stop(read: int, article_id: str) -> None:
        if read == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex([news], index, Options(checkpoint=1e-9), stop)
    assert set(reading.articles(index)) == {f"/{n}" for n in range(6)}
    assert counts(reindex([news], index)) == (2, 0, 6, 0)
    assert len(reading.articles(index)) == 8


def test_a_stopped_run_without_checkpoints_leaves_the_index_as_it_was(news: Path) -> None:
    def stop(read: int, article_id: str) -> None:
        if read == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex([news], news.parent / "new", progress=stop)
    with pytest.raises(NoIndex):
        read_latest(news.parent / "new")


def test_strict_writes_nothing_even_with_checkpoints(news: Path) -> None:
    (news / "b.jsonl").write_text("{broken\n")
    with pytest.raises(StrictFailure):
        reindex([news], news.parent / "new", Options(strict=True, checkpoint=1e-9))
    with pytest.raises(NoIndex):
        read_latest(news.parent / "new")


def test_an_empty_source_never_prunes(news: Path) -> None:
    for path in news.iterdir():
        path.unlink()
    with pytest.raises(NothingToIndex):
        reindex([news], news.parent / "index", Options(prune=True))
    assert len(reading.articles(news.parent / "index")) == 8
