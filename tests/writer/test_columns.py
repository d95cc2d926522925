"""Columns give back what a hit shows, and find documents by id."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.codec import columns as columns_module
from index.codec import columns_writer
from index.codec import prepared as prepared_module
from index.codec.columns import Columns, Row, key_of
from index.codec.columns_writer import ColumnsBatch, ColumnsWriter, columns_again
from index.codec.prepared import prepare
from index.dates import seconds
from index.fingerprint import content_hash
from index.schema import NO_DATE
from tests.writer.articles import ARTICLES, article


def written(path: Path, *batches: ColumnsBatch) -> Columns:
    writer = ColumnsWriter(path)
    for batch in batches:
        writer.append(batch)
    writer.close()
    return Columns.open(path)


def columns_of(articles: list[Article], origins: list[str]) -> ColumnsBatch:
    return columns_writer.columns_of(prepare(articles, origins))


def row(a: Article) -> Row:
    return Row(
        a.id, a.title, a.url, a.published, a.modified, a.section, a.source, a.language, a.tags, a.authors
    )  # fmt: skip


def chosen(columns: Columns, name: str, document: int) -> tuple[str, ...]:
    choices = columns.choices(name)
    if choices.ends is None:
        return (choices.values[choices.codes[document]],)
    start = int(choices.ends[document - 1]) if document else 0
    return tuple(choices.values[code] for code in choices.codes[start : choices.ends[document]])


def assert_holds(columns: Columns, articles: list[Article], origins: list[str]) -> None:
    assert len(columns) == len(articles)
    for n, (a, origin) in enumerate(zip(articles, origins, strict=True)):
        assert columns.row(n) == row(a)
        assert bytes(columns.hashes[n]).hex() == content_hash(a)
        expected = seconds(a.published)
        assert int(columns.seconds("published")[n]) == (NO_DATE if expected is None else expected)
        assert chosen(columns, "tags", n) == a.tags and chosen(columns, "authors", n) == a.authors
        assert chosen(columns, "section", n) == (a.section,) and chosen(columns, "origin", n) == (origin,)
        same = [m for m, other in enumerate(articles) if other.id == a.id]
        assert columns.documents_with(a.id) == same


@settings(max_examples=60)
@given(articles=st.lists(ARTICLES, max_size=6), cut=st.integers(0, 6))
def test_columns_come_back_in_any_batches(
    tmp_path_factory: pytest.TempPathFactory, articles: list[Article], cut: int
) -> None:
    origins = [f"file{n % 2}" for n in range(len(articles))]
    first, second = columns_of(articles[:cut], origins[:cut]), columns_of(articles[cut:], origins[cut:])
    columns = written(tmp_path_factory.mktemp("columns") / "f", first, second)
    assert_holds(columns, articles, origins)


@settings(max_examples=60)
@given(articles=st.lists(ARTICLES, max_size=6), keep=st.lists(st.booleans(), min_size=6, max_size=6))
def test_some_documents_are_copied_to_another_file(
    tmp_path_factory: pytest.TempPathFactory, articles: list[Article], keep: list[bool]
) -> None:
    folder = tmp_path_factory.mktemp("columns")
    columns = written(folder / "a", columns_of(articles, [""] * len(articles)))
    kept = [n for n in range(len(articles)) if keep[n]]
    copy = written(folder / "b", columns_again(columns, np.array(kept, np.int64)))
    assert_holds(copy, [articles[n] for n in kept], [""] * len(kept))


def test_batches_make_no_difference_to_the_file(tmp_path: Path) -> None:
    articles = [article(n) for n in range(20)]
    written(tmp_path / "a", columns_of(articles, ["x"] * 20))
    written(tmp_path / "b", columns_of(articles[:3], ["x"] * 3), columns_of(articles[3:], ["x"] * 17))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_id_with_the_key_of_another_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (columns_module, prepared_module):
        monkeypatch.setattr(module, "key_of", lambda article_id: 5)
    columns = written(tmp_path / "f", columns_of([article(1), article(2), article(1)], [""] * 3))
    assert columns.documents_with("/1") == [0, 2]
    assert columns.documents_with("/3") == []


def test_many_ids_are_looked_up_at_once(tmp_path: Path) -> None:
    columns = written(tmp_path / "f", columns_of([article(n) for n in (4, 5, 4)], [""] * 3))
    places, documents = columns.lookup(np.array([key_of("/9"), key_of("/4"), key_of("/5")], np.uint64))
    assert sorted(zip(places.tolist(), documents.tolist(), strict=True)) == [(1, 0), (1, 2), (2, 1)]
