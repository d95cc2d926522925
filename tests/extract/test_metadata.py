"""One page per rule of precedence: what stands where, and which of it is believed."""

import pytest

from index.article import Article
from index.extract.html import read_html
from tests.extract.pages import linked, meta, page

URL = "https://courier.example/news/harbour-wall"


def read(head: str = "", above: str = "", below: str = "", url: str = URL) -> Article:
    return read_html(page(head, above, below), "page.html", url).article


def test_og_title_comes_before_the_heading_and_loses_the_name_of_the_site() -> None:
    head = meta("og:title", "Council rebuilds wall | Eastbridge Courier") + meta("og:site_name", "Eastbridge Courier")
    article = read(head, "<h1>Wall to be rebuilt</h1>")
    assert article.title == "Council rebuilds wall"
    assert article.provenance["title"] == "meta og:title"


def test_title_ends_where_the_heading_ends() -> None:
    head = meta("og:title", "Council rebuilds wall – EC – 04.05.2021")
    assert read(head, "<h1>Council rebuilds wall</h1>").title == "Council rebuilds wall"


def test_a_dash_inside_the_headline_stays() -> None:
    head = meta("og:title", "Council rebuilds wall - but not everybody is glad") + meta("og:site_name", "Courier")
    assert read(head).title == "Council rebuilds wall - but not everybody is glad"


def test_a_search_title_gives_way_to_the_linked_headline() -> None:
    head = "<title>harbour wall eastbridge cost</title>" + meta("og:title", "harbour wall eastbridge cost")
    article = read(head + linked(headline="Council rebuilds wall"), "<h1>Council rebuilds wall</h1>")
    assert (article.title, article.provenance["title"]) == ("Council rebuilds wall", "json-ld headline")


def test_without_metadata_the_heading_is_the_title() -> None:
    article = read(above="<h1>Council rebuilds wall</h1>")
    assert (article.title, article.provenance["title"]) == ("Council rebuilds wall", "h1")


def test_the_headline_in_microdata_is_the_article_s_and_not_that_of_the_page_head() -> None:
    head = "<title>The Courier: Council rebuilds wall</title>"
    site = '<div itemscope itemtype="https://schema.org/WPHeader"><p itemprop="headline">The Courier</p></div>'
    story = '<h2 itemprop="headline">Council rebuilds wall</h2>'
    article = read(head, site + f'<div itemscope itemtype="https://schema.org/NewsArticle">{story}</div>')
    assert (article.title, article.provenance["title"]) == ("Council rebuilds wall", "itemprop headline")


def test_linked_date_comes_before_metas_and_keeps_its_offset() -> None:
    head = meta("article:published_time", "2021-05-04T09:00:00Z") + linked(datePublished="2021-05-04T10:34:00+02:00")
    article = read(head)
    assert article.published == "2021-05-04T10:34+02:00"
    assert article.provenance["published"] == "json-ld datePublished"


def test_a_day_is_completed_by_a_rule_that_knows_its_time() -> None:
    head = linked(datePublished="2021-05-04") + meta("article:published_time", "2021-05-04T10:34:00+02:00")
    assert read(head).published == "2021-05-04T10:34+02:00"


def test_a_time_without_zone_gets_none() -> None:
    assert read(meta("article:published_time", "2021-05-04 10:34")).published == "2021-05-04T10:34"


def test_modified_is_never_published() -> None:
    article = read(linked(dateModified="2021-05-06T08:00:00Z") + meta("article:published_time", "2021-05-04T10:34Z"))
    assert (article.published, article.modified) == ("2021-05-04T10:34+00:00", "2021-05-06T08:00+00:00")


def test_a_meta_that_speaks_of_a_change_does_not_date_the_publication() -> None:
    article = read(meta("last-modified-date", "2021-05-06T09:00:00Z"), url="https://courier.example/wall")
    assert (article.published, article.modified) == ("", "2021-05-06T09:00+00:00")


def test_a_change_before_the_publication_is_dropped() -> None:
    assert read(linked(datePublished="2021-05-04T10:00Z", dateModified="2020-01-01T10:00Z")).modified == ""


def test_time_element_and_then_the_address_date_the_page() -> None:
    assert read(above='<h1>Wall</h1><time datetime="2021-05-04T10:34">May</time>').published == "2021-05-04T10:34"
    dated = read(url="https://courier.example/2021/05/04/wall")
    assert (dated.published, dated.provenance["published"]) == ("2021-05-04", "url")


def test_the_node_of_this_page_is_believed_and_not_its_neighbours() -> None:
    other = linked(headline="Other", url="https://courier.example/other", datePublished="2019-01-01")
    mine = linked(headline="Mine", url=URL, datePublished="2021-05-04")
    assert read(other + mine).published == "2021-05-04"


def test_graph_references_are_followed() -> None:
    head = (
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "author": {"@id": "#p"}},'
        '{"@type": "Person", "@id": "#p", "name": "Ada Byron"}]}</script>'
    )
    assert read(head).authors == ("Ada Byron",)


@pytest.mark.parametrize("broken", ['{"a": [1, 2,],', "{not json", '<!-- {"@type": "NewsArticle", } -->', "[[[[" * 900])
def test_broken_json_is_mended_or_skipped(broken: str) -> None:
    head = f'<script type="application/ld+json">{broken}</script>' + meta("article:published_time", "2021-05-04")
    assert read(head).published == "2021-05-04"


def test_trailing_commas_and_line_breaks_in_json_are_mended() -> None:
    node = '{"@type": "NewsArticle", "headline": "A\nB", "keywords": ["Sea",],}'
    head = f'<script type="application/ld+json">{node}</script>'
    assert read(head).tags == ("Sea",)


def test_people_come_before_the_publisher() -> None:
    head = meta("og:site_name", "Courier") + linked(author={"@type": "Organization", "name": "Courier"})
    assert read(head + meta("article:author", "Ada Byron")).authors == ("Ada Byron",)
    assert read(head).authors == ("Courier",)


def test_names_lose_their_by_and_their_addresses() -> None:
    assert read(linked(author="By Ada Byron and Bo Poe, bo@courier.example")).authors == ("Ada Byron", "Bo Poe")
    assert read(meta("author", "https://facebook.com/courier")).authors == ()
    assert read(linked(author={"@type": "Person", "name": "Staff"})).authors == ()


def test_a_byline_names_the_author_where_no_metadata_does() -> None:
    assert read(above='<h1>Wall</h1><span class="byline">By Ada Byron</span>').authors == ("Ada Byron",)


def test_names_above_the_story_come_before_the_publisher() -> None:
    head = meta("og:site_name", "Courier") + linked(author={"@type": "Organization", "name": "Courier"})
    article = read_html(
        page(head).replace(b'<div class="article-body">', b'<div class="article-body"><p>Ada Byron</p>'), "a"
    )
    assert article.article.authors == ("Ada Byron",)
    assert not article.article.body.startswith("Ada Byron")


def test_linked_authors_complete_the_metadata() -> None:
    above = '<a rel="author" href="/a">Bo Poe</a><a rel="author" href="/b">Ada Byron</a>'
    assert read(linked(author="Ada Byron"), above).authors == ("Bo Poe", "Ada Byron")


def test_tags_lose_doubles_and_the_name_of_the_site_but_not_their_case() -> None:
    head = meta("og:site_name", "Courier") + meta("keywords", "Harbour, EU law, harbour, Courier, news")
    assert read(head).tags == ("Harbour", "EU law")


def test_tags_made_of_the_headline_give_way_to_real_ones() -> None:
    head = meta("og:title", "Council rebuilds harbour wall") + meta("keywords", "council,rebuilds,harbour,wall")
    assert read(head + meta("article:tag", "Coastal defence") + meta("article:tag", "Eastbridge")).tags == (
        "Coastal defence",
        "Eastbridge",
    )


def test_links_to_topics_are_tags_where_no_metadata_has_any() -> None:
    below = '<ul class="article-tags"><li><a href="/t/1">Harbours</a></li><li><a href="/t/2">Storms</a></li></ul>'
    article = read(above="<h1>Wall</h1>", below=below)
    assert (article.tags, article.provenance["tags"]) == (("Harbours", "Storms"), "links to topics")


def test_section_language_source_and_address() -> None:
    head = meta("article:section", "Local") + meta("og:site_name", "Courier") + f'<link rel="canonical" href="{URL}-2">'
    article = read(head)
    assert (article.section, article.language, article.source) == ("Local", "en", "Courier")
    assert article.url == article.id == URL + "-2"


def test_a_canonical_link_to_the_front_page_is_not_the_address() -> None:
    assert read('<link rel="canonical" href="https://courier.example/">').url == URL
