"""What a reader does, in a real browser against a real server."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Open
from tests.web.archives import DEAL, HOSTILE

PHONE = {"width": 320, "height": 640}
ARTICLE = f"/articles/{quote(DEAL.id, safe='')}?q=fishing"
PAGES = {
    "home": "/",
    "empty": "/search?q=",
    "results": "/search?q=harbour",
    "last page": "/search?q=harbour&page=3",
    "past the end": "/search?q=harbour&page=9",
    "none found": "/search?q=horizonn+title:harbour+autor:smith",
    "article": ARTICLE,
    "hostile article": f"/articles/{quote(HOSTILE.id, safe='')}?q=harbour",
    "endless words": "/articles/long?q=harbour",
    "help": "/help",
    "json help": "/help/api",
    "bad request": "/search?q=storm&page=x",
    "missing": "/articles/nowhere",
}


def search(page: Page, query: str) -> None:
    page.get_by_label("Search the archive").fill(query)
    page.get_by_role("button", name="Search").click()


def marked(page: Page) -> set[str]:
    return {text.lower() for text in page.locator(".body mark").all_inner_texts()}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_reader_searches_opens_a_result_and_sees_the_marked_words(site: str, open_page: Open, scripts: bool) -> None:
    page = open_page(site, java_script_enabled=scripts)
    search(page, "fishing talks")
    expect(page.get_by_role("status")).to_contain_text("1 article")
    page.get_by_role("link", name=DEAL.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DEAL.title)
    assert marked(page) == {"fishing", "talks"}
    page.get_by_role("link", name="go to the first").click()
    expect(page.locator("#first mark").first).to_be_in_viewport()
    page.get_by_role("link", name="Results for fishing talks").click()
    expect(page.get_by_label("Search the archive")).to_have_value("fishing talks")


def test_a_reader_needs_no_mouse(site: str, open_page: Open) -> None:
    page = open_page(site)
    expect(page.get_by_label("Search the archive")).to_be_focused()
    page.keyboard.type("fishing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=fishing")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    result = page.get_by_role("link", name=DEAL.title)
    for _ in range(8):
        page.keyboard.press("Tab")
        if result.evaluate("link => link === document.activeElement"):
            break
    expect(result).to_be_focused()
    assert result.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(DEAL.title)
    assert marked(page) == {"fishing"}


def test_a_reader_turns_the_pages_and_the_order(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search?q=harbour")
    first = page.locator(".results h2").all_inner_texts()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Page 2 of 3")).to_be_visible()
    assert not set(first) & set(page.locator(".results h2").all_inner_texts())
    page.get_by_role("link", name="Newest").click()
    expect(page.get_by_role("link", name="Newest")).to_have_attribute("aria-current", "true")
    assert page.locator(".results h2").first.inner_text() == DEAL.title


def test_a_reader_who_finds_nothing_is_led_on(site: str, open_page: Open) -> None:
    page = open_page(site)
    search(page, "fishing horizonn")
    page.get_by_role("link", name="Without horizonn").click()
    expect(page.get_by_role("status")).to_contain_text("2 articles")


def test_every_page_fits_a_narrow_phone(site: str, open_page: Open) -> None:
    page = open_page(site, viewport=PHONE)
    widths = {}
    for name, address in PAGES.items():
        page.goto(site + address)
        widths[name] = page.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > PHONE["width"]} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_accessibility(site: str, open_page: Open, scheme: str) -> None:
    page = open_page(site, color_scheme=scheme)
    broken = {}
    for name, address in PAGES.items():
        page.goto(site + address)
        rules = Axe().run(page).response["violations"]
        broken[name] = [(rule["id"], node["html"][:200]) for rule in rules for node in rule["nodes"]]
    assert {name: rules for name, rules in broken.items() if rules} == {}


def test_the_page_without_an_index_fits_and_breaks_no_rule(empty_site: str, open_page: Open) -> None:
    page = open_page(empty_site, viewport=PHONE)
    expect(page.get_by_text("pressmark reindex SOURCE")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not Axe().run(page).response["violations"]


def test_no_request_leaves_for_another_host(site: str, open_page: Open) -> None:
    page = open_page(site)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    for address in PAGES.values():
        page.goto(site + address)
    assert len(asked) > len(PAGES)
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(site).netloc}


def test_a_hostile_article_runs_nothing(site: str, open_page: Open) -> None:
    page = open_page(site)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for address in ("/", "/search?q=harbour", PAGES["hostile article"], '/search?q="><script>alert(1)</script>'):
        page.goto(site + address)
        assert page.evaluate("document.scripts.length") == 0
    page.goto(site + PAGES["hostile article"])
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE.title)


def _lightness(page: Page, selector: str, property_name: str) -> float:
    colour = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{property_name}")
    red, green, blue = (float(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3])
    return (red + green + blue) / 3


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_colours_follow_the_reader(site: str, open_page: Open, scheme: str, dark: bool) -> None:
    page = open_page(site + PAGES["article"], color_scheme=scheme)
    assert (_lightness(page, "body", "backgroundColor") < _lightness(page, "body", "color")) is dark


def test_marks_are_told_apart_where_the_reader_sets_the_colours(site: str, open_page: Open) -> None:
    page = open_page(site + PAGES["article"], forced_colors="active")
    backgrounds = {
        page.locator(part).first.evaluate("element => getComputedStyle(element).backgroundColor")
        for part in ("body", "mark")
    }
    assert len(backgrounds) == 2
