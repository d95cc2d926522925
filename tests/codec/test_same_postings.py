"""The same articles by our writer and by stock Whoosh's: every posting of every field and every length is the same."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from index.analysis import Analyzer
from index.article import Article
from index.codec.verify import problems
from index.codec.whoosh_index import ArrayIndex
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS
from index.snapshot import Snapshot
from index.whoosh_schema import whoosh_schema
from index.writer import open_writer
from tests.stock import write_stock
from tests.writer.articles import article

SHARED = Path(__file__).resolve().parents[3] / "shared" / "articles" / "news.jsonl.gz"
SCHEMA = whoosh_schema(Analyzer())
ODD = [
    Article(id="/odd", title="U.S. and US and us", body="Émigré naïve C++ R&D F-35 9/11 COVID-19 $1.5bn, O'Neill's."),
    Article(
        id="/scripts",
        title="東京 Москва",
        body="Ёлка и ещё.\n\n東京都は首都です。",
        language="ru",
        tags=("東京", "a b"),
    ),
    Article(id="/empty", title="Only a title", body="", authors=("Ana  María", "J. Q. Public")),
    Article(id="/long", title="x", body="word " * 3_000 + "end " + "y" * 5_000),
    Article(id="/broken", title="\ud800 lone", body="nul \0 here \U0001f600 there"),
]


def real_articles(count: int) -> list[Article]:
    with gzip.open(SHARED, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, count)]
    texts = ("id", "title", "body", "section", "source")
    return [Article(**{name: each.get(name) or "" for name in texts}, tags=tuple(each["tags"])) for each in records]


def ours(folder: Path, commits: list[list[Article]]) -> ArrayIndex:
    for articles in commits:
        with open_writer(folder) as writer:
            for each in articles:
                writer.put(each)
            writer.commit()
    return ArrayIndex(folder, SCHEMA)


def stock(folder: Path, commits: list[list[Article]]) -> FileIndex:
    for articles in commits:
        write_stock(folder, articles)
    return FileIndex(FileStorage(str(folder)), SCHEMA)


def fields_of(reader: Any) -> Iterator[tuple[str, bytes]]:
    # Stock indexes an empty keyword as a term of no characters; nobody can search for that.
    return ((name, text) for name, text in reader.all_terms() if name in (*TEXT_FIELDS, *KEYWORD_FIELDS) and text)


def postings(reader: Any) -> Iterator[tuple[Any, ...]]:
    """Every live posting: term, document, frequency and positions."""
    for name, text in fields_of(reader):
        matcher = reader.postings(name, text)
        while matcher.is_active():
            positions = matcher.value_as("positions") if name in TEXT_FIELDS else []
            yield name, text, matcher.id(), matcher.weight(), positions
            matcher.next()


def test_one_commit_is_the_same_posting_by_posting(tmp_path: Path) -> None:
    commits = [[*(article(number, words=number % 90 + 1) for number in range(200)), *ODD]]
    one, two = ours(tmp_path / "ours", commits).reader(), stock(tmp_path / "stock", commits).reader()
    found = list(postings(one))
    assert found == list(postings(two))
    assert {name for name, *_ in found} == {"id", "language", "title", "body", "tags", "section", "authors"}
    for name in TEXT_FIELDS:
        assert one.field_length(name) == two.field_length(name)
        lengths = [[reader.doc_field_length(number, name, 0) or 0 for number in range(205)] for reader in (one, two)]
        assert lengths[0] == lengths[1]


def by_id(reader: Any) -> set[tuple[Any, ...]]:
    ids = {number: stored["id"] for number, stored in reader.iter_docs()}
    return {(name, text, ids[doc], freq, *where) for name, text, doc, freq, where in postings(reader) if doc in ids}


def test_replacing_over_many_commits_leaves_the_same_live_postings(tmp_path: Path) -> None:
    commits = [[article(number, words=start + 3) for number in range(start, start + 20)] for start in range(0, 56, 8)]
    one, two = ours(tmp_path / "ours", commits).reader(), stock(tmp_path / "stock", commits).reader()
    assert one.doc_count() == two.doc_count() == 68
    assert by_id(one) == by_id(two)


@pytest.mark.skipif(not SHARED.exists(), reason="real articles lie in ../shared/articles, which is not here")
def test_real_articles_are_the_same_posting_by_posting(tmp_path: Path) -> None:
    commits = [real_articles(150)]
    one, two = ours(tmp_path / "ours", commits).reader(), stock(tmp_path / "stock", commits).reader()
    assert list(postings(one)) == list(postings(two))
    fields = [
        field for segment in Snapshot.open(tmp_path / "ours").segments for field in segment.postings.fields.values()
    ]
    assert [problems(field) for field in fields] == [[] for _ in fields]
