"""The pages, as a browser receives them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import Analyzer
from search.parse import parse
from search.problems import KINDS
from search.web import create_app
from search.whoosh_engine import WhooshEngine
from tests.articles import article, write
from tests.web.archives import DEAL, HOSTILE, STORM, BrokenEngine, CannedEngine

PAGES = ["/", "/search", "/search?q=harbour", "/search?q=xyzzy", "/articles/storm?q=storm", "/articles/none", "/help",
         "/help/api", "/search?q=a&page=x", "/nothing"]  # fmt: skip


def soup(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status
    return BeautifulSoup(response.text, "html.parser")


def one(page: BeautifulSoup, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, f"{selector}: {found}"
    return found[0]


def text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def test_the_front_page_has_the_box_and_what_is_new(client: FlaskClient) -> None:
    page = soup(client, "/")
    assert "3 articles" in text(one(page, ".hero-count"))
    assert one(page, "main form[role=search] input[type=search][name=q]")
    assert [text(link) for link in page.select(".latest li > a")][:2] == [DEAL.title, STORM.title]


def test_results_are_an_ordered_list_with_marked_words(client: FlaskClient) -> None:
    page = soup(client, "/search?q=fishing")
    assert text(one(page, "h1")) == "Results for fishing"
    assert text(one(page, "[role=status]")).startswith("2 articles")
    results = page.select("ol.results > li")
    assert [text(one(result, "h2")) for result in results] == [DEAL.title, STORM.title]  # type: ignore[arg-type]
    assert text(one(results[0], "h2 mark")) == "fishing"  # type: ignore[arg-type]
    assert [text(mark) for mark in results[1].select(".snippet mark")] == ["fishing", "Fishing"]
    assert text(results[0].select("time")[0]) == "25 July 2021, 10:34 UTC"
    assert results[1].select("time")[0]["datetime"] == "2020-02"


def test_a_result_leads_to_the_article_with_its_words_marked(client: FlaskClient) -> None:
    link = one(soup(client, "/search?q=talks"), ".results h2 a")["href"]
    assert link == f"/articles/{quote(DEAL.id, safe='')}?q=talks"
    page = soup(client, str(link))
    assert text(one(page, "h1")) == DEAL.title
    assert [text(p) for p in page.select(".body p")] == DEAL.body.replace("\n", " ").split("  ")
    assert {text(mark) for mark in page.select("mark")} == {"talks"}
    assert one(page, "#first mark")
    assert one(page, 'a.jump[href="#first"]')
    assert text(one(page, ".back a:not(.jump)")) == "← Results for talks"


def test_an_article_links_to_its_source_its_author_its_section_and_its_tags(client: FlaskClient) -> None:
    page = soup(client, f"/articles/{quote(DEAL.id, safe='')}")
    assert one(page, "a.original")["href"] == DEAL.url
    asked = [parse_qs(urlsplit(str(a["href"])).query)["q"][0] for a in page.select("main a[href^='/search?']")]
    assert asked == ['section:"Sea & Coast"', 'author:"Ada Quill"', 'author:"Ben Sole"', 'tags:"fishing"',
                     'tags:"North Sea"', "Harbour walls to be raised"]  # fmt: skip
    for query in asked[:-1]:
        found = soup(client, f"/search?q={quote(query)}")
        assert DEAL.title in [text(h2) for h2 in found.select(".results h2")], query
    assert not page.select("mark, .jump, .back")


def test_an_empty_query_says_what_to_do(client: FlaskClient) -> None:
    page = soup(client, "/search?q=+")
    assert "Nothing was typed yet" in text(one(page, "[role=status]"))
    assert page.select(".ways code") and not page.select(".results")


def test_no_results_offers_queries_that_find_something(client: FlaskClient) -> None:
    page = soup(client, "/search?q=storm+horizonn")
    assert text(one(page, "h1")) == "Nothing found for storm horizonn"
    offers = page.select(".relaxations a")
    assert [text(offer) for offer in offers][0] == "Without horizonn storm 1 article"
    for offer in offers:
        assert soup(client, str(offer["href"])).select(".results li")


def test_no_index_says_which_command_to_run_on_every_page(without_index: FlaskClient) -> None:
    for path in ("/", "/search?q=a", "/search", "/articles/a"):
        page = soup(without_index, path, 503)
        assert "pressmark reindex SOURCE --index" in text(one(page, ".detail")), path
    assert soup(without_index, "/help").h1


def test_an_index_made_while_serving_is_found(tmp_path: Path) -> None:
    client = create_app(WhooshEngine(tmp_path / "index")).test_client()
    assert client.get("/search?q=storm").status_code == 503
    write(tmp_path / "index", [STORM])
    assert text(one(soup(client, "/search?q=storm"), ".results h2")) == STORM.title


@pytest.mark.parametrize("path", ["/nothing", "/articles/none", "/articles/", "/static/none.css"])
def test_a_missing_page_is_a_page(client: FlaskClient, path: str) -> None:
    assert text(soup(client, path, 404).select("h1")[0]) == "There is no such page"


def test_a_page_that_cannot_be_met_says_why_and_leads_on(client: FlaskClient) -> None:
    page = soup(client, "/search?q=storm&page=abc", 400)
    assert "page must be a whole number" in text(one(page, ".detail"))
    assert one(page, "main a")["href"] == "/search?q=storm"
    assert soup(client, "/search?q=a&q=b", 400).select(".detail")


def test_an_unknown_parameter_is_ignored_aloud(client: FlaskClient) -> None:
    page = soup(client, "/search?q=storm&form-date=2020&utm_source=mail")
    assert page.select(".results li")
    assert [text(note) for note in page.select(".notices li")] == [
        "Ignored: form-date is not a parameter of this service. Known are: q, page, page_size, sort, snippets.",
        "Ignored: utm_source is not a parameter of this service. Known are: q, page, page_size, sort, snippets.",
    ]


def test_warnings_about_the_query_are_shown(client: FlaskClient) -> None:
    page = soup(client, "/search?q=storm+autor:smith")
    assert "There is no field “autor”" in text(one(page, ".notices"))


def test_a_failure_shows_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    response = create_app(BrokenEngine(STORM)).test_client().get("/search?q=storm")
    assert response.status_code == 500
    assert "secret" not in response.text and "Traceback" not in response.text
    assert "secret inside" in caplog.text


def test_the_order_and_the_page_size_stay_while_paging(client: FlaskClient) -> None:
    page = soup(client, "/search?q=harbour&sort=oldest&page_size=1")
    following = one(page, "nav.pager a[rel=next]")
    assert following["href"] == "/search?q=harbour&page=2&page_size=1&sort=oldest"
    assert text(one(page, ".sorts a[aria-current]")) == "Oldest"
    assert {i["name"]: i["value"] for i in page.select(".masthead input")} == {
        "q": "harbour", "sort": "oldest", "page_size": "1"}  # fmt: skip
    assert one(soup(client, str(following["href"])), "ol.results")["start"] == "2"


def test_a_page_past_the_last_leads_back(client: FlaskClient) -> None:
    page = soup(client, "/search?q=harbour&page=5")
    assert [link["href"] for link in page.select(".advice a")] == ["/search?q=harbour", "/search?q=harbour"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_built(client: FlaskClient, path: str) -> None:
    page = BeautifulSoup(client.get(path).text, "html.parser")
    assert page.html and page.html["lang"] == "en" and page.title and text(page.title).endswith("Pressmark")
    for landmark in ("header.masthead", "main#main", "footer.colophon", "h1"):
        assert one(page, landmark)
    assert one(page, "body > a.skip")["href"] == "#main"
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False)), levels
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for field in page.select("input:not([type=hidden])"):
        assert page.select(f'label[for="{field["id"]}"]')
    for nav in page.select("nav, ul.tags, [role=search]"):
        assert nav.get("aria-label"), nav
    assert not page.select("script, style, [style], iframe, object, embed")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_a_page_leads_a_browser_elsewhere_by_itself(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    for tag in BeautifulSoup(response.text, "html.parser").select("link, img, source, [src]"):
        address = str(tag.get("href") or tag.get("src"))
        assert address.startswith("/static/"), address
        with client.get(address) as loaded:
            assert loaded.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'")
    assert "unsafe" not in policy and "http" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_the_stylesheet_and_the_icon_ask_nobody_else(client: FlaskClient) -> None:
    for name in ("pressmark.css", "favicon.svg"):
        with client.get(f"/static/{name}") as response:
            content = response.text.replace("http://www.w3.org/2000/svg", "")
        assert "http" not in content and "url(" not in content and "@import" not in content


def test_every_example_in_the_help_is_understood(client: FlaskClient) -> None:
    examples = soup(client, "/help").select("a.example")
    assert len(examples) > 20
    for example in examples:
        asked = parse_qs(urlsplit(str(example["href"])).query)["q"][0]
        assert asked == text(example)
        parsed = parse(asked, Analyzer())
        assert not parsed.warnings and parsed.sentence, asked
    for code in soup(client, "/").select(".ways dt code"):
        assert not parse(text(code), Analyzer()).warnings


def test_every_kind_of_problem_is_explained(client: FlaskClient) -> None:
    page = soup(client, "/help/api")
    assert {str(term["id"]) for term in page.select(".problems dt")} == set(KINDS)


def elements(page: BeautifulSoup) -> set[str]:
    return {tag.name for tag in page.find_all(True)}


# What the templates themselves use; anything else came out of an article or a query.
OURS = {"html", "head", "meta", "title", "link", "body", "a", "header", "div", "svg", "rect", "path", "span", "form",
        "label", "input", "button", "nav", "main", "h1", "h2", "h3", "p", "strong", "ol", "li", "article", "time",
        "mark", "ul", "footer", "section", "code", "dl", "dt", "dd"}  # fmt: skip


def assert_harmless(page: BeautifulSoup) -> None:
    assert elements(page) <= OURS
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")], tag
        for name in ("href", "src", "action"):
            assert str(tag.get(name, "/")).startswith(("/", "#", "https://news.example/")), tag


@pytest.mark.parametrize("q", ["harbour", '"><script>alert(1)</script>', "harbour' onfocus='alert(1)", "<mark>harbour"])
def test_hostile_articles_and_queries_stay_text(client: FlaskClient, q: str) -> None:
    assert_harmless(soup(client, f"/search?q={quote(q)}"))
    assert_harmless(soup(client, f"/search?q={quote(q)}&page=x", 400))
    page = soup(client, f"/articles/{quote(HOSTILE.id, safe='')}?q={quote(q)}")
    assert_harmless(page)
    assert text(one(page, "h1")) == HOSTILE.title
    assert not page.select("a.original")


# One application for all examples: compiling its templates is what takes time.
CANNED = CannedEngine()
CANNED_CLIENT = create_app(CANNED).test_client()


@given(st.text(st.sampled_from("<>\"'&/abc \x00{}%")), st.text(st.sampled_from("<>\"'&/abc {}%"), min_size=1))
@settings(deadline=None, max_examples=60)
def test_no_text_becomes_markup(q: str, anything: str) -> None:
    hostile = article(
        f"x{anything}", anything * 3, title=anything, url=anything, section=anything, tags=(anything,),
        authors=(anything,), source=anything, language=anything, related=(anything,), published=anything,
        modified=anything,
    )  # fmt: skip
    CANNED.stored, CANNED.total = {hostile.id: hostile}, 1
    for response in (
        CANNED_CLIENT.get("/search", query_string={"q": q}),
        CANNED_CLIENT.get(f"/articles/{quote(hostile.id, safe='')}", query_string={"q": q}),
        CANNED_CLIENT.get("/"),
    ):
        assert response.status_code == 200
        assert_harmless(BeautifulSoup(response.text, "html.parser"))


def test_a_very_long_headline_and_query_are_shown_whole_where_it_matters() -> None:
    long = article("long", "storm", title="Storm" * 2_000, url="https://news.example/" + "a" * 20_000)
    client = create_app(CannedEngine(long)).test_client()
    page = soup(client, "/articles/long?q=storm")
    assert text(one(page, "h1")) == long.title and len(text(page.title)) < 120  # type: ignore[arg-type]
    assert len(text(one(soup(client, "/search?q=" + "word+" * 10_000), "h1"))) < 200


def test_half_a_surrogate_pair_in_an_article_breaks_no_page() -> None:
    client = create_app(
        CannedEngine(article("a", "storm \ud800 storm", title="\udfff", authors=("\udc00",)))
    ).test_client()
    for path in ("/", "/search?q=storm", "/articles/a", "/api/search?q=storm", "/api/articles/a"):
        assert client.get(path).status_code == 200, path
