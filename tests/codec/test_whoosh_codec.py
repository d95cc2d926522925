"""The same documents by our codec and by Whoosh's own: the same postings, statistics, answers and scores."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from whoosh import fields, query, sorting
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import FileIndex
from whoosh.query import spans
from whoosh.reading import TermNotFound
from whoosh.writing import NO_MERGE

from index.codec.whoosh_codec import ArrayCodec
from index.codec.whoosh_matcher import ArrayMatcher
from index.schema import NO_DATE, TEXT_FIELDS
from index.whoosh_schema import whoosh_schema
from tests.codec.segments import ANALYZER, texts, write_index
from tests.writer.articles import article

WORDS = "alpha beta gamma delta storm storms bank banks banker river strike flood goal bond court".split()
# Common words and rare ones: some terms fill several blocks, most have a handful of postings.
WEIGHTS = [2 ** -(place / 3) for place in range(len(WORDS))]


def schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        body=fields.TEXT,
        title=fields.TEXT(field_boost=2.0),
        tags=fields.KEYWORD(scorable=True),
        number=fields.NUMERIC(stored=True, sortable=True),
        chars=fields.TEXT(chars=True),
        grams=fields.NGRAMWORDS,
    )


def documents(seed: int, count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(seed)
    for number in range(count):
        words = chance.choices(WORDS, WEIGHTS, k=chance.choice([1, 5, 40, 300]))
        document = {"id": f"{seed}-{number}", "body": " ".join(words), "number": chance.randrange(1_000)}
        if number % 3:
            document |= {"title": words[0], "tags": " ".join(words[:3]), "chars": " ".join(words[:9])}
        yield document | ({"grams": words[0]} if number % 5 == 0 else {})


def written(storage: Any, codec: W3Codec, deleting: bool) -> FileIndex:
    """Three segments; with `deleting`, documents of two of them deleted since."""
    index = FileIndex.create(storage, schema(), "MAIN")
    for seed, count in ((1, 400), (2, 30), (3, 1)):
        writer = index.writer(codec=codec)
        for document in documents(seed, count):
            writer.add_document(**document)
        writer.commit(mergetype=NO_MERGE)
    if deleting:
        writer = index.writer(codec=codec)
        for gone in ("1-0", "1-7", "1-399", "2-3"):
            writer.delete_by_term("id", gone)
        writer.commit(mergetype=NO_MERGE)
    return index


class Pair(NamedTuple):
    stock: FileIndex
    ours: FileIndex


@pytest.fixture(scope="module", params=["live", "deleted", "merged"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    made = []
    for codec in (W3Codec(), ArrayCodec()):
        place = folder / type(codec).__name__
        place.mkdir()
        index = written(FileStorage(str(place)), codec, request.param != "live")
        if request.param == "merged":
            index.writer(codec=codec).commit(optimize=True)
        made.append(index)
    return Pair(*made)


def leaves(index: FileIndex) -> list[Any]:
    return [leaf for leaf, _ in index.reader().leaf_readers()]


def postings(reader: Any, term: tuple[str, bytes]) -> list[tuple[Any, ...]]:
    matcher, format_ = reader.postings(*term), reader.schema[term[0]].format
    kinds = [kind for kind in ("frequency", "positions", "characters") if format_.supports(kind)]
    found = []
    while matcher.is_active():
        values = [matcher.value_as(kind) for kind in kinds]
        found.append((matcher.id(), matcher.weight(), matcher.value() or b"", *values))
        matcher.next()
    return found


def facts(info: Any) -> tuple[Any, ...]:
    lengths = info.min_length(), info.max_length()
    return info.weight(), info.doc_frequency(), *lengths, info.max_weight(), info.min_id(), info.max_id()


def test_the_two_sides_are_written_by_different_codecs(pair: Pair) -> None:
    stock, ours = (leaves(index)[0]._terms.matcher("body", b"alpha", schema()["body"].format) for index in pair)
    assert isinstance(ours, ArrayMatcher)
    assert not isinstance(stock, ArrayMatcher)


def test_terms_postings_and_statistics_are_the_same(pair: Pair) -> None:
    for stock, ours in zip(leaves(pair.stock), leaves(pair.ours), strict=True):
        terms = list(stock.all_terms())
        assert list(ours.all_terms()) == terms
        assert sorted(ours.indexed_field_names()) == sorted(stock.indexed_field_names())
        for term in terms:
            assert postings(ours, term) == postings(stock, term), term
            assert facts(ours.term_info(*term)) == facts(stock.term_info(*term)), term
            assert ours.frequency(*term) == stock.frequency(*term)
            assert ours.doc_frequency(*term) == stock.doc_frequency(*term)
            assert term in ours


def test_postings_leave_as_they_leave_stock(pair: Pair) -> None:
    assert list(pair.ours.reader().iter_postings()) == list(pair.stock.reader().iter_postings())


def test_walking_from_a_term_is_the_same(pair: Pair) -> None:
    for stock, ours in zip(leaves(pair.stock), leaves(pair.ours), strict=True):
        for start in (("body", b"c"), ("chars", b"z"), ("grams", b""), ("title", b"zz"), ("body", b"storm")):
            assert list(ours.terms_from(*start)) == list(stock.terms_from(*start))
            ours_from, stock_from = list(ours.iter_from(*start)), list(stock.iter_from(*start))
            assert [term for term, _ in ours_from] == [term for term, _ in stock_from]
            assert [facts(info) for _, info in ours_from] == [facts(info) for _, info in stock_from]


def test_a_missing_term_is_missing_in_the_same_way(pair: Pair) -> None:
    for reader in (pair.ours.reader(), *leaves(pair.ours)):
        assert ("body", b"nowhere") not in reader
        assert reader.doc_frequency("body", b"nowhere") == reader.frequency("body", b"nowhere") == 0
        with pytest.raises(TermNotFound):
            reader.term_info("body", b"nowhere")
        with pytest.raises(TermNotFound):
            reader.postings("body", b"nowhere")


def test_a_cursor_steps_like_stocks(pair: Pair) -> None:
    for stock, ours in zip(leaves(pair.stock), leaves(pair.ours), strict=True):
        for name in ("body", "chars", "grams"):
            steps = [(cursor.text(), cursor.is_valid()) for cursor in (stock.cursor(name), ours.cursor(name))]
            assert steps[0] == steps[1]
            for target in ("", "c", "storm", "storms", "zzz", "a"):
                one, two = stock.cursor(name), ours.cursor(name)
                assert two.find(target) == one.find(target)
                assert (two.text(), two.is_valid()) == (one.text(), one.is_valid())
                assert [two.next(), two.next(), two.next()] == [one.next(), one.next(), one.next()]
                assert two.first() == one.first()


def test_skipping_in_any_steps_meets_the_same_postings(pair: Pair) -> None:
    chance = random.Random(5)
    for stock, ours in zip(leaves(pair.stock), leaves(pair.ours), strict=True):
        for word in WORDS[:6]:
            if ("body", word) not in stock:
                continue
            one, two = stock.postings("body", word), ours.postings("body", word)
            while one.is_active():
                assert two.is_active()
                assert (two.id(), two.weight(), two.value_as("positions")) == (
                    one.id(), one.weight(), one.value_as("positions"),
                )  # fmt: skip
                if chance.random() < 0.5:
                    target = one.id() + chance.choice([0, 1, 2, 40, 150])
                    one.skip_to(target)
                    two.skip_to(target)
                else:
                    one.next()
                    two.next()
            assert not two.is_active()


def test_blocks_tell_their_facts(pair: Pair) -> None:
    matcher = leaves(pair.ours)[0]._terms.matcher("body", b"alpha", schema()["body"].format)
    one = leaves(pair.stock)[0]._terms.matcher("body", b"alpha", schema()["body"].format)
    while one.is_active():
        for fact in ("min_id", "max_id", "min_length", "max_length", "max_weight"):
            assert getattr(matcher, f"block_{fact}")() == getattr(one, f"block_{fact}")(), fact
        assert matcher.next() == one.next()


ALPHA, BETA, FLOOD, COURT, BANK = (query.Term("body", word) for word in ("alpha", "beta", "flood", "court", "bank"))
NEAR = spans.SpanNear(ALPHA, BETA, slop=3, ordered=False)
TREES = [
    ALPHA,
    COURT,
    query.Term("tags", "alpha"),
    query.Term("chars", "beta"),
    query.Term("grams", "alph"),
    query.Term("title", "gamma", boost=3.0),
    query.Term("body", "nowhere"),
    query.And([ALPHA, FLOOD]),
    query.And([ALPHA, BETA, FLOOD, COURT]),
    query.Or([FLOOD, COURT, query.Term("tags", "bank")]),
    query.And([ALPHA, query.Or([FLOOD, COURT, BANK])]),
    query.And([ALPHA, query.Not(FLOOD)]),
    query.Not(ALPHA),
    query.AndNot(ALPHA, FLOOD),
    query.AndMaybe(ALPHA, COURT),
    query.Require(ALPHA, COURT),
    query.DisjunctionMax([ALPHA, COURT, BANK]),
    query.Ordered([ALPHA, BETA]),
    query.Phrase("body", ["alpha", "beta"]),
    query.Phrase("body", ["flood", "alpha", "beta"], slop=3),
    query.Phrase("chars", ["alpha", "beta"]),
    query.Prefix("body", "b"),
    query.Prefix("body", ""),
    query.Wildcard("body", "b*k?"),
    query.Wildcard("body", "*a"),
    query.Regex("body", "st.rms?"),
    query.FuzzyTerm("body", "bnak", maxdist=2),
    query.FuzzyTerm("body", "storn", prefixlength=2),
    query.Variations("body", "storm"),
    query.TermRange("body", "b", "d"),
    query.TermRange("body", "b", None, startexcl=True),
    query.NumericRange("number", 100, 700),
    query.Every(),
    query.Every("title"),
    query.ConstantScoreQuery(FLOOD, 4.0),
    NEAR,
    spans.SpanFirst(COURT, limit=4),
    spans.SpanNot(NEAR, COURT),
    spans.SpanOr([NEAR, COURT]),
    spans.SpanContains(NEAR, BETA),
    spans.SpanBefore(ALPHA, COURT),
    query.NullQuery,
]


def answer(index: FileIndex, tree: query.Query) -> list[tuple[int, float]]:
    with index.searcher() as searcher:
        return [(hit.docnum, hit.score) for hit in searcher.search(tree, limit=None)]


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: type(tree).__name__)
def test_answers_and_scores_are_the_same(pair: Pair, tree: query.Query) -> None:
    expected = answer(pair.stock, tree)
    assert answer(pair.ours, tree) == expected
    assert expected or tree in (TREES[6], query.NullQuery)


def test_sorting_by_a_column_is_the_same(pair: Pair) -> None:
    facet = sorting.FieldFacet("number", reverse=True)
    tree = query.Term("body", "flood")
    with pair.stock.searcher() as one, pair.ours.searcher() as two:
        expected = [hit.docnum for hit in one.search(tree, limit=None, sortedby=facet)]
        assert [hit.docnum for hit in two.search(tree, limit=None, sortedby=facet)] == expected


def test_the_limited_search_is_led_by_bounds_that_hold(pair: Pair) -> None:
    """One term is the tree where stock's pruning is right, so its first ten must be those of the whole ranking."""
    with pair.ours.searcher() as searcher:
        for word in WORDS[:8]:
            tree = query.Term("body", word)
            whole = [(hit.docnum, hit.score) for hit in searcher.search(tree, limit=None)]
            assert [(hit.docnum, hit.score) for hit in searcher.search(tree, limit=10)] == whole[:10]


def test_memory_and_compound_storages_work_too() -> None:
    index = written(RamStorage(), ArrayCodec(), deleting=True)
    writer = index.writer(codec=ArrayCodec())
    writer.compound = True
    writer.add_document(id="last", body="alpha alone")
    writer.commit(optimize=True)
    with index.searcher() as searcher:
        assert searcher.doc_count() == 400 + 30 + 1 - 4 + 1
        assert len(searcher.search(query.Phrase("body", ["alpha", "alone"]), limit=None)) == 1


ARTICLES = [article(number) for number in range(300)]
DELETED = {0: [3, 250], 1: [0]}


def stock_index(folder: Path) -> FileIndex:
    index = FileIndex.create(FileStorage(str(folder)), whoosh_schema(ANALYZER), "MAIN")
    for batch in (ARTICLES[:260], ARTICLES[260:]):
        writer = index.writer()
        for each in batch:
            found = {name: text for name, text in texts(each).items() if text}
            writer.add_document(**found, published=NO_DATE, modified=NO_DATE)
        writer.commit(mergetype=NO_MERGE)
    writer = index.writer()
    for gone in ("/3", "/250", "/260"):
        writer.delete_by_term("id", gone)
    writer.commit(mergetype=NO_MERGE)
    return index


@pytest.fixture(scope="module")
def articles_pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    stock, ours = tmp_path_factory.mktemp("stock"), tmp_path_factory.mktemp("ours")
    write_index(ours, [ARTICLES[:260], ARTICLES[260:]], DELETED)
    return Pair(stock_index(stock), FileIndex(FileStorage(str(ours)), schema=whoosh_schema(ANALYZER)))


BODY = [query.Term("body", t.text) for t in ANALYZER.tokens("storm bank river vote strike harbour flood")]
ARTICLE_TREES = [
    *BODY,
    query.Or(BODY),
    query.And(BODY[3:5]),
    query.And([BODY[0], query.Not(BODY[1])]),
    query.Or([query.Term(name, BODY[0].text) for name in TEXT_FIELDS]),
    query.Every(),
    query.Every("tags"),
    query.Term("id", "/17"),
    query.Prefix("id", "/2"),
    query.Prefix("body", "word1"),
    query.Wildcard("title", "*"),
    spans.SpanNear(BODY[3], BODY[4], slop=6, ordered=False),
    query.Phrase("body", ["word17"]),
]


@pytest.mark.parametrize("tree", ARTICLE_TREES, ids=lambda tree: type(tree).__name__)
def test_our_own_segments_answer_as_stock_answers_for_the_same_articles(articles_pair: Pair, tree: query.Query) -> None:
    with articles_pair.stock.searcher() as one, articles_pair.ours.searcher() as two:
        expected = [(hit["id"], hit.score) for hit in one.search(tree, limit=None)]
        assert [(hit["id"], hit.score) for hit in two.search(tree, limit=None)] == expected
        assert expected


def test_our_own_segments_have_the_statistics_of_stock(articles_pair: Pair) -> None:
    one, two = articles_pair.stock.reader(), articles_pair.ours.reader()
    assert (two.doc_count(), two.doc_count_all()) == (one.doc_count(), one.doc_count_all()) == (297, 300)
    assert list(two.all_doc_ids()) == list(one.all_doc_ids())
    for name in ("title", "body", "tags", "section"):
        assert two.field_length(name) == one.field_length(name)
        assert two.max_field_length(name) == one.max_field_length(name)
    for number in range(300):
        assert [two.doc_field_length(number, name, 0) for name in TEXT_FIELDS] == [
            one.doc_field_length(number, name, 0) or 0 for name in TEXT_FIELDS
        ]


def test_our_own_segments_give_stored_fields_and_columns(articles_pair: Pair) -> None:
    reader = articles_pair.ours.reader()
    stored = reader.stored_fields(261)
    assert (stored["id"], stored["body"], stored["tags"]) == ("/261", ARTICLES[261].body, ARTICLES[261].tags)
    assert stored["dates"] == (ARTICLES[261].published, "")
    assert reader.column_reader("id")[261] == "/261"
    seconds = reader.column_reader("published")
    by_date = sorted(range(260, 300), key=lambda number: ARTICLES[number].published)
    assert sorted(range(260, 300), key=lambda number: (seconds[number], number)) == by_date
    assert reader.column_reader("modified")[5] == NO_DATE
