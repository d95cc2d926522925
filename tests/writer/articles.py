"""Articles for tests: made up by hand, or by hypothesis with all that scraped text can hold."""

from __future__ import annotations

from hypothesis import strategies as st

from index.article import Article

# Lone surrogates, NULs and characters beyond the BMP come out of broken pages.
TEXTS = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\0\ud800\udfff\n\\\"\x01😀"), max_size=30)
DATES = st.sampled_from(["", "2021", "2021-07", "2021-07-25", "2021-07-25T10:34", "2021-07-25T10:34+02:00", "soon"])
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
ARTICLES = st.builds(
    Article,
    id=TEXTS.filter(bool),
    title=TEXTS.filter(bool),
    body=TEXTS,
    url=TEXTS,
    published=DATES,
    modified=DATES,
    section=TEXTS,
    tags=LISTS,
    authors=LISTS,
    source=TEXTS,
    language=st.sampled_from(["", "en", "de"]),
    related=LISTS,
)

WORDS = "storm bank river vote strike harbour flood goal bond court mayor train island embassy drought".split()


def article(number: int, words: int = 30, **fields: object) -> Article:
    """The article of a number: always the same, and different from its neighbours."""
    chosen = [WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(words)]
    texts = {
        "id": f"/{number}",
        "title": f"{WORDS[number % len(WORDS)]} number {number}",
        "body": " ".join(chosen) + f" word{number}.",
        "published": f"2021-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "section": ("World", "Business", "Sport")[number % 3],
        "tags": (WORDS[number % 5], "news"),
    }
    return Article(**{**texts, **fields})  # type: ignore[arg-type]  # fields are those of an Article
