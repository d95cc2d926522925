"""The story of a page that is drawn by a script: a long text with markup in the data that the script carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from index.extract.found import fold
from index.extract.page import Page, plain_text, text_in

# A string of JSON or JavaScript long enough to be a story, and what tells a story from code.
_STRING = re.compile(r'"((?:[^"\\]|\\.){400,})"')
_PARAGRAPH = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_MOST_BYTES = 3_000_000


def story_in_scripts(page: Page, title: str) -> str:
    """The paragraphs of that text, or ""; of several, the one that shares the most words with the title."""
    scripts = (text_in(script) for script in page.elements["script"])
    texts = [text for script in scripts for text in _texts(script[:_MOST_BYTES], 2)]
    words = set(fold(title).split())
    return max(texts, key=lambda text: (len(words.intersection(fold(text).split())), len(text)), default="")


def _texts(script: str, depth: int) -> Iterator[str]:
    for match in _STRING.finditer(script):
        try:
            value = json.loads(f'"{match.group(1)}"', strict=False)
        except ValueError:
            continue
        # Data inside data: the string of a script may hold JSON of its own.
        inner = list(_texts(value, depth - 1)) if depth > 1 and '"' in value else []
        if inner:
            yield from inner
        elif _PARAGRAPH.search(value):
            yield plain_text(value)
