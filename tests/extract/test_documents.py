"""Every kind of source, and what is done to those that would eat the machine."""

import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

import index.documents
import index.pool
import index.readers
from index.article import Article
from index.coverage import Coverage
from index.documents import SourceFailure
from index.extract.reading import Reading
from index.inspect import Inspected, inspect_sources
from index.sources import ReadOptions, read_articles
from tests.extract.pages import PARAGRAPHS, linked, page

BODY = "\n\n".join(PARAGRAPHS)
RECORD = json.dumps({"id": "r", "title": "Wall", "body": "It fell."}).encode()


def read(*sources: Path, **options: int) -> tuple[list[Article], list[SourceFailure]]:
    items = list(read_articles(sources, ReadOptions(**options)))  # type: ignore[arg-type]
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, SourceFailure)]


def test_zip_and_tar_are_read_like_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b/page.html", page())
        archive.writestr("a.jsonl", RECORD + b"\nnonsense\n")
        archive.writestr("picture.png", b"\x89PNG")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as tar:
        entry = tarfile.TarInfo("deep/page.html")
        entry.size = len(page())
        tar.addfile(entry, io.BytesIO(page()))
    articles, failures = read(tmp_path)
    assert [article.id for article in articles] == ["r", "a.zip/b/page.html", "b.tar.gz/deep/page.html"]
    assert articles[1].body == articles[2].body == BODY
    assert [failure.where for failure in failures] == [f"{tmp_path / 'a.zip'}/a.jsonl:2"]


def test_a_file_may_be_compressed(tmp_path: Path) -> None:
    (tmp_path / "page.html.gz").write_bytes(gzip.compress(page()))
    assert [article.body for article in read(tmp_path)[0]] == [BODY]


def warc_record(url: str, status: str, kind: str) -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + page()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://courier.example/{url}\r\n"
    more = f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return (head + more).encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_warc_gives_its_pages_with_their_addresses(tmp_path: Path, name: str) -> None:
    kinds = (
        ("a", "200 OK", "text/html; charset=utf-8"),
        ("b", "404 Not Found", "text/html"),
        ("c", "200 OK", "image/png"),
    )
    records = [warc_record(*kind) for kind in kinds]
    (tmp_path / name).write_bytes(b"".join(map(gzip.compress, records) if name.endswith("gz") else records))
    articles, failures = read(tmp_path)
    assert [(article.id, article.body) for article in articles] == [("https://courier.example/a", BODY)]
    assert not failures


def test_feeds_with_full_text(tmp_path: Path) -> None:
    item = (
        "<item><title>Wall</title><link>https://c.example/wall</link><category>Coasts</category>"
        "<pubDate>Tue, 04 May 2021 10:34:00 +0200</pubDate>"
        f"<description><![CDATA[<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>]]></description></item>"
    )
    channel = f"<channel><title>Courier</title>{item}</channel>"
    (tmp_path / "feed.xml").write_text(f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>')
    (article,), failures = read(tmp_path)
    assert (article.id, article.title, article.source) == ("https://c.example/wall", "Wall", "Courier")
    assert article.published == "2021-05-04T10:34+02:00" and article.tags == ("Coasts",)
    assert article.body == f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}"


def test_saved_pages_and_letters(tmp_path: Path) -> None:
    head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\n"
    part = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\nContent-Location: https://courier.example/wall\n\n"
    (tmp_path / "a.mht").write_bytes((head + part).encode() + page() + b"\n--B--\n")
    about = "From: Ada Byron <ada@courier.example>\nSubject: Wall\nDate: Tue, 04 May 2021 10:34:00 +0200\n"
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    (tmp_path / "b.eml").write_bytes((about + kind + BODY).encode())
    (saved, sent), failures = read(tmp_path)
    assert (saved.url, saved.body) == ("https://courier.example/wall", BODY)
    assert (sent.title, sent.authors, sent.published) == ("Wall", ("Ada Byron",), "2021-05-04T10:34+02:00")
    assert not failures


def test_an_xml_bomb_and_other_xml_are_refused(tmp_path: Path) -> None:
    entities = '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">'
    (tmp_path / "bomb.xml").write_text(f"<!DOCTYPE l [{entities}]><rss><channel>&b;</channel></rss>")
    (tmp_path / "other.xml").write_text("<settings><colour>red</colour></settings>")
    articles, failures = read(tmp_path)
    assert not articles
    assert ["entities" in failures[0].reason, "no feed" in failures[1].reason] == [True, True]


def test_what_unpacks_to_too_much_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.documents, "MAX_DOCUMENT", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.html", b"<p>" * 2_000_000)
        archive.writestr("page.html", page())
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"a " * 2_000_000))
    articles, failures = read(tmp_path)
    assert [article.body for article in articles] == [BODY]
    assert [failure.reason for failure in failures] == ["larger than 1 MB", "larger than 1 MB"]


@pytest.mark.parametrize(
    "name", ["a.zip", "a.tar.gz", "a.warc.gz", "a.jsonl.gz", "a.html.gz", "a.json", "a.mht", "a.eml"]
)
def test_damaged_files_are_failures(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"x" * 5000)[:40] if name.endswith("gz") else b"PK\3\4 not really")
    articles, failures = read(tmp_path)
    assert not articles and len(failures) <= 1
    assert all(str(tmp_path / name) in failure.where for failure in failures)


def test_several_processes_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02d}.html").write_bytes(page(linked(headline=f"Wall {number}")))
        (tmp_path / f"{number:02d}.jsonl").write_bytes(RECORD.replace(b'"r"', f'"r{number}"'.encode()))
        (tmp_path / f"{number:02d}.txt").write_bytes(b"\0\0\0\0")
    alone = list(read_articles([tmp_path]))
    assert list(read_articles([tmp_path], ReadOptions(workers=2))) == alone
    assert len(alone) == 36


def test_a_document_that_hangs_or_dies_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_document(document: index.documents.Document, *_: object) -> list[object]:
        if b"hang" in document.data:
            while True:
                pass
        if b"die" in document.data:
            os._exit(7)
        return [Reading(Article(id=document.name, title="Wall", body=BODY))]

    monkeypatch.setattr(index.pool, "read_document", read_document)
    (tmp_path / "1.html").write_bytes(page())
    (tmp_path / "2.html").write_bytes(b"hang")
    (tmp_path / "3.html").write_bytes(b"die")
    (tmp_path / "4.html").write_bytes(page())
    items = list(read_articles([tmp_path], ReadOptions(workers=2, seconds=2)))
    assert [type(item).__name__ for item in items] == ["Article", "SourceFailure", "SourceFailure", "Article"]
    assert [("cut off" in item.reason, "died" in item.reason) for item in items if isinstance(item, SourceFailure)] == [
        (True, False),
        (False, True),
    ]


def test_inspection_shows_the_article_and_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(linked(headline="Wall", datePublished="2021-05-04")))
    (shown,) = inspect_sources([tmp_path])
    assert isinstance(shown, Inspected)
    told = shown.as_json()
    assert told["file"] == str(tmp_path / "a.html") and told["body"] == BODY
    assert told["provenance"]["published"] == "json-ld datePublished"
    assert "Imprint" in told["discarded"]
    assert json.loads(json.dumps(told)) == told


def test_coverage_counts_fields_by_rule(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(linked(headline="Wall", datePublished="2021-05-04")))
    (tmp_path / "b.jsonl").write_bytes(RECORD)
    coverage = Coverage.of(read(tmp_path)[0])
    assert coverage.articles == 2
    assert coverage.shares()["title"] == 1.0 and coverage.shares()["published"] == 0.5
    assert coverage.rules["title"] == {"json-ld headline": 1, "record title": 1}


def test_a_feed_with_a_reference_beyond_unicode_is_a_failure_at_most(tmp_path: Path) -> None:
    item = "<item><title>Wall &#x110000;</title><description>&#1114112;</description></item>"
    (tmp_path / "feed.xml").write_text(f'<rss version="2.0"><channel>{item}&#x110000;</channel></rss')
    read(tmp_path)


def test_a_fault_in_a_reader_is_reported_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("surprise")

    (tmp_path / "a.txt").write_text(BODY)
    (tmp_path / "b.html").write_bytes(page())
    monkeypatch.setattr(index.readers, "read_text", broken)
    articles, failures = read(tmp_path)
    assert [article.id for article in articles] == ["b.html"]
    assert "fault in the reader: KeyError" in failures[0].reason
