"""A served archive and a browser: Debian's Chromium, found on the path, never downloaded."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

from search.web import create_app
from search.whoosh_engine import WhooshEngine
from tests.articles import article, write
from tests.web.archives import NEWS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

FILLER = [
    article(
        f"https://news.example/{n}", f"Filler about harbours, number {n}. " * 20, title=f"Filler {n}", section="Filler"
    )
    for n in range(25)
]
LONG = article("long", "Unbroken" * 400 + " harbour", title="Harbour" * 60, tags=("tag" * 80,), section="sec" * 90)

Open = Callable[..., Page]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    engine = WhooshEngine(folder)
    server = create_server(create_app(engine), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)
    engine.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(write(tmp_path_factory.mktemp("browser") / "index", [*NEWS, LONG, *FILLER])) as address:
        yield address


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("browser") / "nothing") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on the path; install Debian's package chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens an address in a fresh context with the given settings; fails the test on any error in the console."""
    contexts = []
    errors: list[str] = []

    def opened(address: str, **settings: object) -> Page:
        context = browser.new_context(**settings)  # type: ignore[arg-type]  # Playwright's own keyword arguments
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not [error for error in errors if "status of" not in error]
