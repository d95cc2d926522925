"""What was put is there, under its id, once; what was not committed is not."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from index import policy
from index import writer as writer_module
from index.analysis import Analyzer
from index.article import Article
from index.codec.toc import read_latest
from index.errors import IndexLocked, NoIndex, NotAnIndex
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS
from index.writer import Commit, open_writer
from tests.writer import reading
from tests.writer.articles import ARTICLES, article


def put(folder: Path, *articles: Article, delete: tuple[str, ...] = ()) -> Commit:
    with open_writer(folder) as writer:
        for each in articles:
            writer.put(each)
        for article_id in delete:
            writer.delete(article_id)
        return writer.commit()


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    wanted = {f"/{n}": article(n) for n in range(50)}
    assert put(tmp_path, *wanted.values()) == Commit(1, 50, 0, 0)
    assert reading.articles(tmp_path) == wanted
    for field in (*TEXT_FIELDS, *KEYWORD_FIELDS):
        assert reading.places(tmp_path, field) == reading.expected_places(wanted, field, Analyzer())


def test_the_same_id_replaces(tmp_path: Path) -> None:
    put(tmp_path, article(1), article(2))
    assert put(tmp_path, article(1, title="New"), article(3)) == Commit(2, 1, 1, 0)
    found = reading.articles(tmp_path)
    assert set(found) == {"/1", "/2", "/3"} and found["/1"].title == "New"


def test_of_two_articles_with_one_id_the_later_counts(tmp_path: Path) -> None:
    assert put(tmp_path, article(1), article(2), article(1, title="Later")) == Commit(1, 2, 0, 0)
    assert reading.articles(tmp_path)["/1"].title == "Later"


def test_a_deleted_article_is_gone(tmp_path: Path) -> None:
    put(tmp_path, article(1), article(2))
    assert put(tmp_path, delete=("/1", "/9")) == Commit(2, 0, 0, 1)
    assert set(reading.articles(tmp_path)) == {"/2"}


def test_the_order_of_puts_and_deletes_counts(tmp_path: Path) -> None:
    put(tmp_path, article(1))
    with open_writer(tmp_path) as writer:
        writer.delete("/1")
        writer.put(article(1, title="Again"))
        writer.put(article(2))
        writer.delete("/2")
        assert writer.commit() == Commit(2, 0, 1, 0)
    assert reading.articles(tmp_path) == {"/1": article(1, title="Again")}


def test_deleting_everything_leaves_an_empty_index(tmp_path: Path) -> None:
    put(tmp_path, article(1))
    put(tmp_path, delete=("/1",))
    assert reading.articles(tmp_path) == {} and read_latest(tmp_path).generation == 2
    put(tmp_path, article(2))
    assert set(reading.articles(tmp_path)) == {"/2"}


def test_nothing_to_do_makes_no_generation(tmp_path: Path) -> None:
    put(tmp_path, article(1))
    assert put(tmp_path) == put(tmp_path, delete=("/9",)) == Commit(1, 0, 0, 0)
    assert read_latest(tmp_path).generation == 1


def test_leaving_without_a_commit_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, article(1))
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(KeyboardInterrupt), open_writer(tmp_path) as writer:
        writer.put(article(2))
        writer._flush()
        raise KeyboardInterrupt
    assert {path.name for path in tmp_path.iterdir()} == before
    assert set(reading.articles(tmp_path)) == {"/1"}


def test_nothing_is_an_index_before_the_first_commit(tmp_path: Path) -> None:
    with open_writer(tmp_path / "index") as writer:
        writer.put(article(1))
    with pytest.raises(NoIndex):
        read_latest(tmp_path / "index")


def test_one_writer_can_commit_again_and_again(tmp_path: Path) -> None:
    with open_writer(tmp_path) as writer:
        for n in range(3):
            writer.put(article(n))
            assert writer.commit() == Commit(n + 1, 1, 0, 0)
    assert len(reading.articles(tmp_path)) == 3


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with open_writer(tmp_path), pytest.raises(IndexLocked, match="process"), open_writer(tmp_path, timeout=0.1):
        pass
    with open_writer(tmp_path, timeout=0):
        pass


def test_a_folder_of_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotAnIndex), open_writer(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_spills_and_batches_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a", *(article(n) for n in range(60)))
    monkeypatch.setattr(writer_module, "BATCH_ARTICLES", 7)
    with open_writer(tmp_path / "b", memory=3_000) as writer:
        for n in range(60):
            writer.put(article(n))
        writer.commit()
    one, other = (
        {path.suffix: path.read_bytes() for path in folder.iterdir() if path.suffix in reading.FILES}
        for folder in (tmp_path / "a", tmp_path / "b")
    )
    assert one == other and set(one) == reading.FILES


def test_several_processes_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BATCH_ARTICLES", 7)
    for workers in (1, 2):
        with open_writer(tmp_path / str(workers), workers=workers) as writer:
            for n in range(60):
                writer.put(article(n))
            assert writer.commit() == Commit(1, 60, 0, 0)
    one, other = (
        {path.suffix: path.read_bytes() for path in (tmp_path / str(workers)).iterdir() if path.suffix in reading.FILES}
        for workers in (1, 2)
    )
    assert one == other and set(one) == reading.FILES


def test_a_cancelled_writer_ends_its_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "BATCH_ARTICLES", 3)
    with pytest.raises(KeyboardInterrupt), open_writer(tmp_path, workers=2) as writer:
        for n in range(30):
            writer.put(article(n))
        raise KeyboardInterrupt
    assert multiprocessing.active_children() == []
    assert {path.name for path in tmp_path.iterdir()} == {"pressmark.json", "MAIN_WRITELOCK"}


def test_many_small_commits_leave_few_segments(tmp_path: Path) -> None:
    for n in range(30):
        put(tmp_path, article(n))
    assert len(read_latest(tmp_path).segments) < policy.FACTOR
    assert reading.articles(tmp_path) == {f"/{n}": article(n) for n in range(30)}


def test_a_merge_drops_what_was_deleted(tmp_path: Path) -> None:
    put(tmp_path, *(article(n) for n in range(10)))
    put(tmp_path, delete=("/0",))
    assert [s.doc_count_all() for s in read_latest(tmp_path).segments] == [10]
    put(tmp_path, delete=("/1", "/2", "/3"))
    assert [s.doc_count_all() for s in read_latest(tmp_path).segments] == [6]
    wanted = {f"/{n}": article(n) for n in range(4, 10)}
    assert reading.articles(tmp_path) == wanted
    for field in (*TEXT_FIELDS, *KEYWORD_FIELDS):
        assert reading.places(tmp_path, field) == reading.expected_places(wanted, field, Analyzer())


class Model(RuleBasedStateMachine):
    """Any puts, deletes, commits and cancels, against a dictionary."""

    @initialize()
    def start(self) -> None:
        self.temporary = TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.committed: dict[str, Article] = {}
        self.stack = open_writer(self.folder)
        self.writer = self.stack.__enter__()
        self.pending: dict[str, Article] = {}
        self.generation = 0

    @rule(put=ARTICLES, number=st.integers(0, 3) | st.none())
    def put(self, put: Article, number: int | None) -> None:
        put = put if number is None else replace(put, id=f"/{number}")
        self.writer.put(put)
        self.pending[put.id] = put

    @rule()
    def flush(self) -> None:
        self.writer._flush()

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        article_id = data.draw(st.sampled_from(["/0", "/1", "/2", *self.pending]))
        self.writer.delete(article_id)
        self.pending.pop(article_id, None)

    @rule()
    def commit(self) -> None:
        commit = self.writer.commit()
        before, after = set(self.committed), set(self.pending)
        assert commit.added == len(after - before) and commit.deleted == len(before - after)
        self.committed = dict(self.pending)
        self.generation = commit.generation

    @rule()
    def reopen(self) -> None:
        self.stack.__exit__(None, None, None)
        self.stack = open_writer(self.folder)
        self.writer = self.stack.__enter__()
        self.pending = dict(self.committed)

    @invariant()
    def the_committed_articles_are_there(self) -> None:
        if not self.generation:
            return
        assert reading.articles(self.folder) == self.committed
        assert read_latest(self.folder).articles == len(self.committed)

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        self.stack.__exit__(None, None, None)
        if self.generation:
            for field in ("title", "tags", "id"):
                wanted = reading.expected_places(self.committed, field, Analyzer())
                assert reading.places(self.folder, field) == wanted
        self.temporary.cleanup()


TestModel = Model.TestCase
TestModel.settings = settings(
    max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
