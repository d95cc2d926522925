"""A check notices any damage, and a repair keeps what can be read and names the rest."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from index.check import check, repair
from index.codec.sections import HEADER, SectionFile
from index.codec.toc import read_latest, toc_name
from index.errors import NoIndex, NotAnIndex, OlderIndex
from index.snapshot import Snapshot
from index.status import PARTS, status
from index.writer import open_writer
from tests.writer import reading
from tests.writer.articles import article

ALL = {f"/{n}": article(n) for n in range(30)}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two segments: articles 0 to 19 with one deleted, and 20 to 29."""
    for first, last in ((0, 20), (20, 30)):
        with open_writer(tmp_path) as writer:
            for n in range(first, last):
                writer.put(article(n), f"/news/{n}.html")
            writer.commit()
    with open_writer(tmp_path) as writer:
        writer.delete("/7")
        writer.commit()
    return tmp_path


def file_of(folder: Path, suffix: str, number: int = 0) -> Path:
    return read_latest(folder).segments[number].path(folder, suffix)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x55
    path.write_bytes(content)


def opened(path: Path) -> SectionFile:
    """The file, whatever it is for: it says so itself."""
    _, kind, version = HEADER.unpack_from(path.read_bytes())
    return SectionFile(path, kind.rstrip(b"\0").decode(), version)


def place_of(path: Path, section: str, at: float = 0.5) -> int:
    file = opened(path)
    start = file.array(section).ctypes.data - np.frombuffer(file._map, np.uint8).ctypes.data
    return start + int(file.nbytes(section) * at)


def live(*gone: str) -> dict[str, object]:
    return {name: each for name, each in ALL.items() if name not in ("/7", *gone)}


def test_a_whole_index_has_no_problems_and_is_left_alone(index: Path) -> None:
    found = check(index)
    assert (found.problems, found.generation, found.segments, found.articles) == ((), 3, 2, 29)
    assert repair(index).generation == 3


def test_nothing_to_check_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        check(tmp_path)


@pytest.mark.parametrize("suffix", reading.FILES)
def test_any_changed_byte_that_counts_is_noticed(index: Path, suffix: str) -> None:
    path = file_of(index, suffix)
    whole = path.read_bytes()
    file = opened(path)
    for name in file.names():
        if file.nbytes(name):
            flip(path, place_of(path, name))
            found = check(index)
            assert len(found.problems) == len(found.broken) == 1
            assert found.problems[0].what.endswith((f"the checksum of its part {name!r} does not fit", "is damaged"))
            path.write_bytes(whole)


@pytest.mark.parametrize("suffix", [".postings", ".positions"])
def test_broken_postings_are_rebuilt_without_a_loss(index: Path, suffix: str) -> None:
    flip(file_of(index, suffix), 500)
    done = repair(index)
    assert len(done.found.broken) == 1 and done.lost == () and done.rebuilt == 19
    assert check(index).problems == () and reading.articles(index) == live()


def test_an_index_in_an_older_format_says_so_and_is_written_anew(index: Path) -> None:
    for number in (0, 1):
        path = file_of(index, ".postings", number)
        magic, kind, version = HEADER.unpack_from(path.read_bytes())
        path.write_bytes(HEADER.pack(magic, kind, version - 1) + path.read_bytes()[HEADER.size :])
    with pytest.raises(OlderIndex, match="check --repair"):
        Snapshot.open(index)
    done = repair(index)
    assert (done.rebuilt, done.lost) == (29, ())
    assert check(index).problems == () and reading.articles(index) == live()


@pytest.mark.parametrize("suffix", [".postings", ".positions"])
def test_missing_postings_are_rebuilt_without_a_loss(index: Path, suffix: str) -> None:
    file_of(index, suffix).unlink()
    assert [problem.what for problem in check(index).problems] == ["it is missing"]
    assert repair(index).lost == ()
    assert check(index).problems == () and reading.articles(index) == live()
    view = [segment for segment in reading.segments(index) if len(segment.columns) == 19]
    assert view[0].columns.origin(3) == "/news/3.html"


def test_a_damaged_text_is_lost_and_named(index: Path) -> None:
    path = file_of(index, ".stored")
    flip(path, place_of(path, "bodies"))
    done = repair(index)
    assert len(done.lost) == 1 and done.rebuilt == 18
    assert check(index).problems == () and reading.articles(index) == live(*done.lost)


def test_missing_columns_lose_their_articles_and_say_so(index: Path) -> None:
    file_of(index, ".columns").unlink()
    done = repair(index)
    assert len(done.lost) == 19 and done.rebuilt == 0 and done.lost[0].startswith("article 0 of MAIN_")
    assert set(reading.articles(index)) == {f"/{n}" for n in range(20, 30)}


def test_random_damage_never_does_more_than_lose_articles(index: Path) -> None:
    chance = random.Random(5)
    for _ in range(15):
        path = file_of(index, chance.choice(sorted(reading.FILES)), chance.randrange(len(read_latest(index).segments)))
        flip(path, chance.randrange(path.stat().st_size))
        before = check(index)
        done = repair(index)
        assert bool(before.broken) == bool(done.found.broken)
        after = check(index)
        assert after.problems == () and after.articles + len(done.lost) >= before.articles
        assert reading.articles(index).items() <= ALL.items()
        if not after.articles:
            break


def test_a_damaged_table_of_contents_is_refused(index: Path) -> None:
    flip(index / toc_name(3), 30)
    with pytest.raises(NotAnIndex, match="checksum"):
        check(index)


def test_a_status_tells_what_there_is(index: Path) -> None:
    found = status(index)
    assert (found.generation, found.articles, found.deleted) == (3, 29, 1)
    assert [(s.documents, s.deleted) for s in found.segments] == [(20, 1), (10, 0)]
    assert found.sizes == {
        part: sum(path.stat().st_size for path in index.glob(f"*{suffix}"))
        for suffix, part in PARTS.items()
    }
    assert found.size == sum(segment.size for segment in found.segments)
    assert found.coverage["title"] == found.coverage["published"] == found.coverage["tags"] == 29
    assert found.coverage["authors"] == found.coverage["url"] == found.coverage["source"] == 0
    assert found.vocabulary["id"] == 30 and found.vocabulary["title"] > 30
    assert found.updated_at.startswith("20")
