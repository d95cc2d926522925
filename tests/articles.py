"""Articles made for tests, and indexes made of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from index.analysis import Analyzer
from index.article import Article
from index.writer import open_writer


def article(article_id: str, body: str = "", **fields: Any) -> Article:
    """An article with this body; its title is its id unless said otherwise."""
    return Article(**{"id": article_id, "title": f"Headline {article_id}", "body": body, **fields})


def write(folder: Path, articles: Iterable[Article], analyzer: Analyzer | None = None) -> Path:
    """Commit the articles to the index at `folder`."""
    with open_writer(folder, analyzer) as writer:
        for item in articles:
            writer.put(item)
        writer.commit()
    return folder
