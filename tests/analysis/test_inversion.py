"""Inversion against the definition: the tokens of each text, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.util.numeric import length_to_byte

from index.analysis import PLAIN, Analyzer
from index.codec import inversion, scanner
from index.codec.inversion import FieldRun, Inverter, Texts, invert_keywords
from index.codec.inverted import Inverted, inverted
from index.compact import encode
from tests.analysis.texts import TEXTS, real_articles

FIELDS = ("title", "tags", "body")
Article = Sequence[str]
ANALYZERS = [Analyzer(), Analyzer(also=("fr",)), Analyzer(stem=False), Analyzer(exact=False), PLAIN]


def expected(analyzer: Analyzer, texts: Sequence[tuple[str, str]]) -> FieldRun:
    """A field run by the book."""
    postings: dict[bytes, dict[int, list[int]]] = {}
    lengths = []
    for doc, (text, language) in enumerate(texts):
        tokens = analyzer.tokens(text, language)
        lengths.append(len(tokens))
        for token in tokens:
            postings.setdefault(token.text.encode("utf-8"), {}).setdefault(doc, []).append(token.position)
    found = {term: [(d, len(at), at) for d, at in docs.items()] for term, docs in postings.items()}
    return FieldRun(inverted(found), np.array([length_to_byte(n) for n in lengths], np.uint8), sum(lengths))


def assert_equal(left: Inverted, right: Inverted) -> None:
    for name in ("term_blob", "term_offsets", "starts", "docs", "freqs", "positions"):
        one, other = getattr(left, name), getattr(right, name)
        assert one is None and other is None or (one.dtype == other.dtype and np.array_equal(one, other)), name


def assert_by_the_book(analyzer: Analyzer, runs: Sequence[Sequence[tuple[Article, str]]]) -> None:
    inverter = Inverter(analyzer)
    for articles in runs:
        columns = {name: [texts[number] for texts, _ in articles] for number, name in enumerate(FIELDS)}
        fields = {name: Texts(column, list(map(encode, column))) for name, column in columns.items()}
        run = inverter.run(fields, [language for _, language in articles])
        assert tuple(run) == FIELDS
        for number, name in enumerate(FIELDS):
            wanted = expected(analyzer, [(texts[number], language) for texts, language in articles])
            assert_equal(run[name].inverted, wanted.inverted)
            assert np.array_equal(run[name].lengths, wanted.lengths)
            assert run[name].total_length == wanted.total_length


def use_bodies(patch: pytest.MonkeyPatch, name: str) -> None:
    pytest.importorskip("numba")
    for module, kernels in ((scanner, ("scan", "rehash")), (inversion, ("expanded", "expand", "count", "fill"))):
        for each in kernels:
            kernel = getattr(module, each)
            patch.setattr(module, each, kernel.twin if name == "twin" else kernel.loop())


@pytest.mark.parametrize("body", ["twin", "loop"])
def test_runs_hold_the_tokens_of_the_definition(body: str) -> None:
    language = st.sampled_from(["", "en", "fr", "fr-CA", "de"])
    articles = st.lists(st.tuples(st.tuples(TEXTS, TEXTS, TEXTS), language), max_size=5)

    @settings(deadline=None)
    @given(st.sampled_from(ANALYZERS), st.lists(articles, min_size=1, max_size=3), st.sampled_from([1, 40, 1 << 19]))
    def check(analyzer: Analyzer, runs: list[list[tuple[Article, str]]], batch: int) -> None:
        patch.setattr(inversion, "BATCH", batch)
        assert_by_the_book(analyzer, runs)

    with pytest.MonkeyPatch.context() as patch:
        use_bodies(patch, body)
        check()


def test_forgetting_words_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inversion, "FORMS", 3)
    runs = [[((f"storm {n}", "", "storms again and again"), "")] for n in range(4)]
    assert_by_the_book(Analyzer(), runs)


@pytest.mark.parametrize("body", ["twin", "loop"])
def test_real_articles_are_inverted_by_the_book(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_bodies(monkeypatch, body)
    articles = [(texts, "en") for texts in real_articles(200)]
    assert_by_the_book(Analyzer(), [articles[:120], articles[120:]])


@given(st.lists(st.sampled_from(["", "a", "b", "é", "\ud800", "a b"]) | st.text()))
def test_keywords_are_whole_terms(keywords: list[str]) -> None:
    postings: dict[bytes, list[tuple[int, int, list[int]]]] = {}
    for doc, keyword in enumerate(keywords):
        if keyword:
            postings.setdefault(keyword.encode("utf-8", "surrogatepass"), []).append((doc, 1, []))
    assert_equal(invert_keywords(keywords), inverted(postings, with_positions=False))


def test_terms_that_begin_alike_are_in_the_order_of_their_bytes() -> None:
    words = ["antidisestablishmentz", "antidisestablishmenta", "antidisestablish", "antidisestablishmentaé", "a", "aé"]
    assert_by_the_book(Analyzer(stem=False), [[((" ".join(words), "", "antidisestablish" + "b"), "")]])
