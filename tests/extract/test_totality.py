"""Whatever the bytes, a reader gives an article or ExtractionFailed, and the same one every time."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.documents import Document, Kind, SourceFailure
from index.errors import ExtractionFailed
from index.extract.record import NAMES, RecordReader
from index.fingerprint import content_hash
from index.readers import Result, articles_in
from tests.extract.pages import PARAGRAPHS, page

KINDS: list[Kind] = ["html", "text", "json", "feed", "mail"]
TAGS = (
    "p", "div", "a href='/x'", "h1", "li", "time datetime='2021-05-04'", "meta property='og:title' content='W'",
    "script", "script type='application/ld+json'", "table", "br", "article", "!--", "svg", "title", "blockquote", "x-y",
)  # fmt: skip
SCRAPS = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag.split()[0]}>" for tag in TAGS]),
    st.sampled_from(PARAGRAPHS),
    st.sampled_from(
        ['{"@type": "NewsArticle", "author": ', '[{"@id": 1}]', "25 July 2021", "&amp;", "\0", "\ufeff", "<![CDATA["]
    ),
    st.text(max_size=20),
)


def read(document: Document) -> list[Result]:
    """Past the net of read_document, which would hide a fault."""
    try:
        return list(articles_in(document, RecordReader(), frozenset()))
    except ExtractionFailed as error:
        return [SourceFailure("a", str(error))]


def check(kind: Kind, data: bytes) -> None:
    document = Document(kind, "a", "a", data)
    results, again = (read(document) for _ in range(2))
    assert results == again
    for result in results:
        if not isinstance(result, SourceFailure):
            assert isinstance(result.article, Article) and content_hash(result.article)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(KINDS), st.binary(max_size=2000))
def test_any_bytes(kind: Kind, data: bytes) -> None:
    check(kind, data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(KINDS), st.lists(SCRAPS, max_size=40).map("".join))
def test_any_scraps_of_pages(kind: Kind, text: str) -> None:
    check(kind, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(page())), st.integers(0, 400), st.binary(max_size=30))
def test_a_page_with_a_part_of_it_replaced(start: int, length: int, patch: bytes) -> None:
    data = page()
    check("html", data[:start] + patch + data[start + length :])


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "main", "@id", "type", "x"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted({name for names in NAMES.values() for name in names})), json_values))
def test_any_record(record: dict[str, object]) -> None:
    check("json", json.dumps(record).encode())


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_any_linked_data(value: object) -> None:
    keys = (
        "headline",
        "author",
        "datePublished",
        "keywords",
        "publisher",
        "articleBody",
        "url",
        "mainEntityOfPage",
        "@graph",
    )
    node = {"@type": "NewsArticle", **dict.fromkeys(keys, value)}
    check("html", page(f'<script type="application/ld+json">{json.dumps(node)}</script>'))
