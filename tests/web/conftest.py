"""An index of a few articles, and clients of the application over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from search.engine import Engine
from search.web import create_app
from search.whoosh_engine import WhooshEngine
from tests.articles import write
from tests.web.archives import NEWS


@pytest.fixture(scope="session")
def news_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("web") / "index", NEWS)


@pytest.fixture(scope="session")
def news(news_folder: Path) -> Iterator[Engine]:
    engine = WhooshEngine(news_folder)
    yield engine
    engine.close()


@pytest.fixture
def client(news: Engine) -> FlaskClient:
    return create_app(news).test_client()


@pytest.fixture
def without_index(tmp_path: Path) -> FlaskClient:
    return create_app(WhooshEngine(tmp_path / "nothing")).test_client()
