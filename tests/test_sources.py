import gzip
import json
from pathlib import Path

import pytest

from index.article import Article
from index.errors import SourceNotFound
from index.sources import SourceFailure, read_articles

SHARED = Path(__file__).resolve().parents[2] / "shared"


def read(*sources: Path) -> tuple[list[Article], list[SourceFailure]]:
    items = list(read_articles(sources))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, SourceFailure)]


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="../shared/seeds is not here")
def test_seed_reads_exactly() -> None:
    (article,), failures = read(SHARED / "seeds")
    assert not failures
    assert article.id == "000_c0fb558635df51c0.txt"
    assert article.published == "2021-07-25T10:34+00:00"
    assert article.section == "Asia & Pacific"
    assert article.tags == ("US withdrawal", "Afghanistan", "Pakistan", "Imran Khan", "CIA")
    assert len(article.related) == 3 and not any(line in article.body for line in article.related)
    assert article.title.startswith("The Pentagon and US State Department")
    assert "derived" in article.provenance["title"]
    assert article.body.count("\n\n") == 7
    for chrome in ("Listen Live", "Get short URL", "Community standards", "Discussion", "10:34"):
        assert chrome not in article.body


def test_missing_source_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="gone"):
        read_articles([tmp_path, tmp_path / "gone"])


def test_empty_folder_yields_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], [])


def test_broken_line_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "title": f"Story {n}", "body": "Words."}) for n in range(1, 10)]
    lines[6] = '{"id": "7", "title": '
    path = tmp_path / "news.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    articles, failures = read(tmp_path)
    assert [article.id for article in articles] == ["1", "2", "3", "4", "5", "6", "8", "9"]
    assert [failure.where for failure in failures] == [f"{path}:7"]
    assert "broken JSON" in failures[0].reason


def test_compressed_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"headline": "Bridge opens", "text": "It opened.", "date": "2020-05-04"}\n'))
    (article,), failures = read(path)
    assert (article.id, article.title, article.body) == ("news.jsonl.gz#1", "Bridge opens", "It opened.")
    assert article.published == "2020-05-04" and article.provenance["published"] == "record date"
    assert not failures
