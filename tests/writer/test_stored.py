"""Stored texts come back as they were, whatever they hold."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.codec.stored import (
    TRAINING_BYTES,
    Compressor,
    StoredText,
    StoredTexts,
    StoredWriter,
    encode_text,
    train_dictionary,
)
from index.compact import encode
from index.errors import NotAnIndex
from tests.writer.articles import ARTICLES, WORDS


def encoded(text: Article | StoredText) -> bytes:
    return encode_text(encode(text.body), text.related)


def stored(path: Path, texts: list[Article] | list[StoredText], dictionary: bytes = b"") -> StoredTexts:
    writer = StoredWriter(path, dictionary)
    compressor = Compressor(dictionary)
    for text in texts:
        writer.append(compressor.pack([encoded(text)]))
    writer.close()
    return StoredTexts.open(path)


def long_texts(count: int = 600) -> list[StoredText]:
    random = np.random.default_rng(7)
    return [StoredText(" ".join(random.choice(WORDS, 500)), (f"related {n}",)) for n in range(count)]


@settings(max_examples=60)
@given(articles=st.lists(ARTICLES, max_size=5))
def test_texts_come_back(tmp_path_factory: pytest.TempPathFactory, articles: list[Article]) -> None:
    texts = stored(tmp_path_factory.mktemp("stored") / "f", articles)
    assert [texts[n] for n in range(len(texts))] == [StoredText(a.body, a.related) for a in articles]


def test_a_dictionary_is_learnt_from_many_texts_and_makes_them_smaller(tmp_path: Path) -> None:
    texts = long_texts()
    dictionary = train_dictionary([encoded(text) for text in texts])
    with_it, without = stored(tmp_path / "a", texts, dictionary), stored(tmp_path / "b", texts)
    assert [with_it[n] for n in range(len(texts))] == texts
    assert with_it.file.nbytes("bodies") < without.file.nbytes("bodies")
    assert with_it.dictionary == dictionary


def test_few_or_short_texts_get_no_dictionary() -> None:
    assert train_dictionary([]) == b""
    assert train_dictionary([b"x" * TRAINING_BYTES] * 99) == b""
    assert train_dictionary([b"short"] * 1000) == b""


def test_texts_without_anything_in_common_do_not_fail() -> None:
    train_dictionary([bytes([n % 256]) * 20_000 for n in range(200)])


def test_an_empty_file_holds_no_text(tmp_path: Path) -> None:
    texts = stored(tmp_path / "f", [])
    assert len(texts) == 0
    with pytest.raises(IndexError):
        texts[0]


def test_a_text_that_does_not_decode_is_named(tmp_path: Path) -> None:
    writer = StoredWriter(tmp_path / "f", b"")
    compressor = Compressor(b"")
    writer.append(compressor.pack([encoded(StoredText("whole")), b"\xff\0\0\0cut"]))
    writer.close()
    texts = StoredTexts.open(tmp_path / "f")
    assert texts[0].body == "whole"
    with pytest.raises(NotAnIndex, match="article 1 of f"):
        texts[1]


def test_threads_read_the_same_texts(tmp_path: Path) -> None:
    originals = long_texts(200)
    texts = stored(tmp_path / "f", originals, train_dictionary([encoded(t) for t in originals]))
    wrong: list[int] = []

    def read() -> None:
        wrong.extend(n for n in range(200) if texts[n] != originals[n])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_some_frames_are_copied_as_they_are(tmp_path: Path) -> None:
    texts = stored(tmp_path / "f", long_texts(20))
    some = texts.records.packed(np.array([2, 3, 9]))
    assert some.data == b"".join(bytes(texts.records[n]) for n in (2, 3, 9))
    assert some.lengths.tolist() == [len(texts.records[n]) for n in (2, 3, 9)]
