"""A snapshot is one generation, whole: statistics, places, stored articles."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from index import snapshot as module
from index.article import Article
from index.codec.commit import sweep
from index.codec.segment import COLUMNS, STORED
from index.codec.toc import Toc, read_latest
from index.errors import NoIndex, NotAnIndex
from index.folder import ensure_manifest
from index.snapshot import Snapshot
from tests.codec.segments import ANALYZER, write_index
from tests.writer.articles import article

FIRST = [article(n) for n in range(200)]
SECOND = [article(n) for n in range(200, 230)]


@pytest.fixture
def opened(tmp_path: Path) -> Snapshot:
    write_index(tmp_path, [FIRST, SECOND], deleted={0: [0, 7], 1: [29]})
    return Snapshot.open(tmp_path)


def test_it_is_the_generation_that_was_published(opened: Snapshot) -> None:
    assert (opened.generation, opened.updated_at) == (1, "2021-07-25T10:34:00+00:00")
    assert (opened.documents, opened.articles) == (230, 227)
    assert [(s.base, s.documents, s.deleted) for s in opened.segments] == [(0, 200, 2), (200, 30, 1)]
    assert opened.analyzer == ANALYZER


def test_statistics_count_deleted_documents(opened: Snapshot) -> None:
    every = [*FIRST, *SECOND]
    words = [[token.text for token in ANALYZER.tokens(each.body)] for each in every]
    counts = Counter(word for each in words for word in set(each))
    assert {word: opened.doc_freq("body", word.encode()) for word in counts} == counts
    assert opened.total_length("body") == sum(map(len, words))
    assert opened.average_length("body") == sum(map(len, words)) / 230
    assert opened.doc_freq("body", b"nowhere") == 0
    assert opened.doc_freq("nothing", words[0][0].encode()) == 0


def test_lengths_of_a_field_that_nobody_has_average_to_one(opened: Snapshot) -> None:
    assert opened.average_length("nothing") == opened.average_length("authors") == 1.0


def test_deleted_documents_are_not_live(opened: Snapshot) -> None:
    assert np.flatnonzero(~opened.segments[0].live).tolist() == [0, 7]
    assert np.flatnonzero(~opened.segments[1].live).tolist() == [29]


def test_articles_are_found_by_id_unless_deleted(opened: Snapshot) -> None:
    assert opened.find("/3") == 3
    assert opened.find("/205") == 205
    assert opened.find("/7") is None
    assert opened.find("/nowhere") is None


def test_an_article_comes_back_whole(opened: Snapshot) -> None:
    for number in (3, 199, 200, 228):
        assert opened.article(number) == dataclasses.replace([*FIRST, *SECOND][number], provenance={})
        assert opened.row(number).id == f"/{number}"


@pytest.mark.parametrize("beyond", [-1, 230])
def test_a_document_beyond_the_last_one_is_an_error(opened: Snapshot, beyond: int) -> None:
    with pytest.raises(IndexError):
        opened.article(beyond)


def test_of_two_documents_with_one_id_the_live_one_is_found(tmp_path: Path) -> None:
    again = Article(id="/3", title="Storm again", body="A second storm.")
    write_index(tmp_path, [FIRST, [again]], deleted={0: [3]})
    found = Snapshot.open(tmp_path)
    assert found.find("/3") == 200
    assert found.article(200) == again


def test_it_answers_after_its_files_were_removed(opened: Snapshot) -> None:
    term = ANALYZER.tokens(FIRST[0].body)[0].text.encode()
    sweep(opened.folder, Toc(2, "", ()))
    assert opened.doc_freq("body", term) > 0
    assert opened.article(4).id == "/4"


def test_a_generation_replaced_while_it_is_opened_gives_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_index(tmp_path, [FIRST])

    def read_just_before_a_commit(folder: Path) -> Toc:
        toc = read_latest(folder)
        if toc.generation == 1:
            write_index(folder, [SECOND], number=2)
            sweep(folder, read_latest(folder))
        return toc

    monkeypatch.setattr(module, "read_latest", read_just_before_a_commit)
    found = Snapshot.open(tmp_path)
    assert (found.generation, found.documents) == (2, 30)


@pytest.mark.parametrize("suffix", [".postings", ".positions", COLUMNS, STORED])
def test_a_missing_file_is_named(tmp_path: Path, suffix: str) -> None:
    (segment,) = write_index(tmp_path, [FIRST])
    segment.path(tmp_path, suffix).unlink()
    with pytest.raises(NotAnIndex, match=suffix):
        Snapshot.open(tmp_path)


def test_files_that_hold_another_number_of_documents_are_refused(tmp_path: Path) -> None:
    one, two = write_index(tmp_path, [FIRST, SECOND])
    two.path(tmp_path, COLUMNS).replace(one.path(tmp_path, COLUMNS))
    with pytest.raises(NotAnIndex, match="documents"):
        Snapshot.open(tmp_path)


def test_a_folder_without_a_commit_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        Snapshot.open(tmp_path)
    ensure_manifest(tmp_path, ANALYZER)
    with pytest.raises(NoIndex):
        Snapshot.open(tmp_path)
