import pytest

from index.article import Article
from index.errors import ExtractionFailed, SourceError
from index.extract.record import RecordReader, parse_mapping, records_in


def read(record: dict[str, object], mapping: dict[str, str] | None = None) -> Article:
    return RecordReader(mapping).read(record, "fallback").article


def test_our_own_shape() -> None:
    record = {
        "id": "7",
        "title": "Wall",
        "date": "2021-05-04",
        "section": "Local",
        "tags": ["a", "b"],
        "body": "One.\n\nTwo.",
    }
    article = read(record)
    assert (article.id, article.title, article.published, article.section) == ("7", "Wall", "2021-05-04", "Local")
    assert article.tags == ("a", "b") and article.body == "One.\n\nTwo."
    assert article.provenance["published"] == "record date" and "authors" not in article.provenance


def test_the_guardians_shape() -> None:
    article = read({
        "id": "world/2021/wall", "webTitle": "Wall", "sectionName": "World",
        "webPublicationDate": "2021-05-04T10:34:00Z",
        "webUrl": "https://paper.example/wall",
        "fields": {"bodyText": "The wall fell.", "byline": "Ada Byron and Bo Poe"},
        "tags": [{"type": "keyword", "webTitle": "Coasts"}, {"type": "contributor", "webTitle": "Ada Byron"}],
    })  # fmt: skip
    assert (article.title, article.section, article.published) == ("Wall", "World", "2021-05-04T10:34+00:00")
    assert article.authors == ("Ada Byron", "Bo Poe") and article.tags == ("Coasts",)
    assert article.provenance["body"] == "record fields.bodyText"


def test_the_new_york_times_shape() -> None:
    article = read({
        "_id": "nyt://1", "headline": {"main": "Wall"}, "web_url": "https://paper.example/wall",
        "lead_paragraph": "It fell.",
        "pub_date": "2021-05-04T10:34:00+0000", "byline": {"original": "By Ada Byron"}, "section_name": "World",
        "keywords": [{"name": "subject", "value": "Coasts"}],
    })  # fmt: skip
    assert (article.id, article.title, article.body, article.section) == ("nyt://1", "Wall", "It fell.", "World")
    assert article.authors == ("Ada Byron",) and article.tags == ("Coasts",)
    assert article.published == "2021-05-04T10:34+00:00"


def test_a_schema_org_object() -> None:
    article = read({
        "@type": "NewsArticle", "headline": "Wall", "articleBody": "It fell.", "datePublished": "2021-05-04",
        "author": [{"@type": "Person", "name": "Ada Byron"}], "publisher": {"name": "Courier"},
        "keywords": "Coasts, Storms",
        "url": "https://paper.example/wall", "inLanguage": "en",
    })  # fmt: skip
    assert (article.id, article.source, article.language) == ("https://paper.example/wall", "Courier", "en")
    assert article.authors == ("Ada Byron",) and article.tags == ("Coasts", "Storms")


def test_crawlers_output() -> None:
    article = read(
        {"maintext": "It fell.", "title": "Wall", "date_publish": "2021-05-04 10:34:00", "source_domain": "p.example"}
    )
    assert (article.body, article.published, article.source) == ("It fell.", "2021-05-04T10:34", "p.example")
    article = read({"text": "It fell.", "title": "Wall", "publish_date": 1620124440, "authors": ["Ada Byron"]})
    assert article.published == "2021-05-04T10:34:00+00:00" and article.authors == ("Ada Byron",)


def test_markup_in_the_body_is_cleaned_and_other_angles_are_kept() -> None:
    assert read({"title": "W", "body": "<p>One</p><p>Two</p>"}).body == "One\n\nTwo"
    assert read({"title": "W", "body": "ESSEX CORP <ESX> dividend"}).body == "ESSEX CORP <ESX> dividend"


def test_a_mapping_comes_before_the_common_names() -> None:
    mapping = parse_mapping("title=kop, body=inhoud.tekst")
    article = read({"title": "Not this", "kop": "Muur", "inhoud": {"tekst": "Gevallen."}}, mapping)
    assert (article.title, article.body) == ("Muur", "Gevallen.")
    assert article.provenance["title"] == "record kop"


@pytest.mark.parametrize("text", ["headline=title", "title", "title=", "=x"])
def test_a_wrong_mapping_names_the_fields(text: str) -> None:
    with pytest.raises(SourceError, match="title"):
        parse_mapping(text)


def test_a_record_without_words_is_refused() -> None:
    with pytest.raises(ExtractionFailed):
        read({"id": "7", "date": "2021-05-04"})


def test_an_empty_name_gives_way_to_the_next() -> None:
    assert read({"title": "", "headline": "Wall", "body": "It fell."}).title == "Wall"


def test_records_are_found_in_their_wrappers() -> None:
    one = {"title": "Wall", "body": "It fell."}
    for value in (
        one,
        [one],
        {"articles": [one]},
        {"response": {"docs": [one]}},
        {"status": "ok", "response": {"content": one}},
    ):
        assert list(records_in(value)) == [one]
