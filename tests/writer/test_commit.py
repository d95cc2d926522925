"""A generation is published whole, and what no generation needs is removed."""

from __future__ import annotations

from pathlib import Path

from index.analysis import Analyzer
from index.codec.commit import publish, remove, segment_files, sweep
from index.codec.segment import SUFFIXES, Segment
from index.codec.toc import EMPTY, Toc, now, read_latest
from index.whoosh_schema import whoosh_schema

SCHEMA = whoosh_schema(Analyzer())


def segment(folder: Path, name: str) -> Segment:
    made = Segment(name, 5)
    for suffix in SUFFIXES:
        made.path(folder, suffix).write_bytes(b"x")
    return made


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_published_generation_is_the_one_that_is_read(tmp_path: Path) -> None:
    first, second = segment(tmp_path, "a"), segment(tmp_path, "b")
    publish(tmp_path, Toc(1, now(), (first,)), [first], SCHEMA)
    publish(tmp_path, Toc(2, now(), (first, second)), [second], SCHEMA)
    assert read_latest(tmp_path).generation == 2
    assert {"_MAIN_1.toc", "_MAIN_2.toc"} <= names(tmp_path)
    assert not [name for name in names(tmp_path) if name.startswith("_MAIN_") and not name.endswith(".toc")]


def test_sweeping_removes_only_what_is_ours_and_not_needed(tmp_path: Path) -> None:
    kept, gone = segment(tmp_path, "a"), segment(tmp_path, "b")
    publish(tmp_path, Toc(1, now(), (kept, gone)), [kept, gone], SCHEMA)
    toc = Toc(2, now(), (kept,))
    publish(tmp_path, toc, [], SCHEMA)
    others = {"pressmark.json", "MAIN_WRITELOCK", "notes.txt", "MAIN.txt", "_MAIN_x.toc", "MAIN_B.TXT"}
    for name in {*others, "_MAIN_3.toc.99", "_MAIN_3.toc.1600000000.5", "MAIN_c.postings", "MAIN_c.run0"}:
        (tmp_path / name).write_bytes(b"")
    sweep(tmp_path, toc)
    assert names(tmp_path) == {*others, "_MAIN_2.toc", "MAIN_a.postings", "MAIN_a.columns", "MAIN_a.stored"}


def test_before_the_first_commit_everything_of_ours_is_a_leftover(tmp_path: Path) -> None:
    segment(tmp_path, "a")
    sweep(tmp_path, EMPTY)
    assert names(tmp_path) == set()


def test_the_files_of_a_segment_are_not_those_of_one_with_a_longer_name(tmp_path: Path) -> None:
    short, longer = segment(tmp_path, "a"), segment(tmp_path, "ab")
    remove(tmp_path, [short])
    assert segment_files(tmp_path, [short]) == []
    assert len(segment_files(tmp_path, [longer])) == len(SUFFIXES)
