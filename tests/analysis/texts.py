"""Texts that meet the rules of words: generated ones, and real articles where they are at hand."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import strategies as st

ARTICLES = Path(__file__).resolve().parents[3] / "shared" / "articles" / "news.jsonl.gz"

# Words, signs and separators of many scripts, to stand together in one string.
PIECES = [
    "US", "us", "U.S.", "u.s", "CIA", "the", "WHO", "O'Brien", "Trump’s", "she'll", "Zürich", "zu\u0308rich",
    "thé", "É", "C++", "C#", "#metoo", "R&D", "AT&T", "F-35", "9/11", "1,000,000", "1,2", "3.5%", "$1.5bn",
    "£5", "½", "CO²", "x\u00adray", "l'homme", "東京", "ガ", "カ\u3099", "ｶﾞ", "한국", "\u1112\u1161\u11ab", "ไทย",
    "हिन्दी", "новый", "Ёлка", "İ", "ß", "ﬁn", "\u2060", "\ufe0f", "\u0301", "\u200d", "\x00", "\ud800",
    "\U0001f600", "\u00a0", "—", "“", "”", "‘", ".", ",", "/", "&", "#", "+", "'", "’", "$", "%", "-", "_", "@",
    " ", "\n", "a", "B", "7",
]  # fmt: skip
MIXED = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)
TEXTS = st.text(alphabet=st.characters(exclude_categories=()), max_size=60) | MIXED


def real_articles(count: int) -> list[list[str]]:
    """Title, tags and body of real articles; skips the test where there are none."""
    if not ARTICLES.exists():
        pytest.skip("../shared/articles is not here")
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, count)]
    return [[record["title"], "\n".join(record["tags"]), record["body"]] for record in records]
