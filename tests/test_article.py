"""An article's identity and its fingerprint."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.fingerprint import content_hash

FULL = Article(
    "/a", "Title", "Body", "https://ledger.example/a", "2021", "2022", "World", ("one", "two"), ("Ann",), "Ledger",
    "en", ("Other",),
)  # fmt: skip
SEEN_BY_READERS = [field.name for field in fields(Article) if field.name != "provenance"]


@pytest.mark.parametrize("name", SEEN_BY_READERS)
def test_the_fingerprint_sees_every_field(name: str) -> None:
    value = getattr(FULL, name)
    changed: Any = (*value, "more") if isinstance(value, tuple) else value + "!"
    assert content_hash(replace(FULL, **{name: changed})) != content_hash(FULL)


def test_the_fingerprint_does_not_see_which_rule_found_a_field() -> None:
    assert content_hash(replace(FULL, provenance={"title": "h1"})) == content_hash(FULL)


TEXT = st.text("a:1\n ", max_size=4)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
ARTICLES = st.builds(Article, st.text("a1:", min_size=1, max_size=3), TEXT.map("t{}".format), TEXT, tags=TEXTS,
                     authors=TEXTS, related=TEXTS, source=TEXT, language=TEXT)  # fmt: skip


@given(ARTICLES, ARTICLES)
def test_different_articles_have_different_fingerprints(one: Article, other: Article) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)


def test_lone_surrogates_have_a_fingerprint() -> None:
    assert len(content_hash(replace(FULL, body="\ud800"))) == 32


@pytest.mark.parametrize(("article_id", "title", "body"), [("", "t", "b"), ("/a", "", "")])
def test_an_article_is_valid_from_birth(article_id: str, title: str, body: str) -> None:
    with pytest.raises(AssertionError):
        Article(article_id, title, body)
