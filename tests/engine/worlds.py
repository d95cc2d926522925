"""Small archives and query trees drawn from a seed, full of ties, repeats and words that share beginnings."""

from __future__ import annotations

import random

from index.article import Article
from search.query import (
    And,
    DateRange,
    Everything,
    Fuzzy,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Wildcard,
)
from tests.articles import article

WORDS = [*(f"w{n}" for n in range(40)), "ba", "bank", "banks", "band", "storm", "storms", "store", "stone"]
COMMONNESS = [1 / (rank + 1) for rank in range(len(WORDS))]
DATES = ["", "2020", "2019-12-31T23:59+02:00", *(f"2021-03-0{day}" for day in range(1, 10))]
PATTERNS = ["w?", "*an*", "st*e", "b*", "w1?", "*s", "?a*", "*", "b**k"]
MOMENTS = [None, 1577836800, 1614988800]


class World:
    """A source of articles and queries; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def articles(self, count: int) -> list[Article]:
        return [self.article(f"/{number}") for number in range(count)]

    def article(self, article_id: str) -> Article:
        return article(
            article_id,
            self.text(self.random.randint(0, 60)),
            title=self.text(self.random.randint(1, 6)),
            tags=tuple(self.text(1) for _ in range(self.random.randint(0, 2))),
            published=self.random.choice(DATES),
        )

    def text(self, words: int) -> str:
        return " ".join(self.random.choices(WORDS, COMMONNESS, k=words))

    def query(self, depth: int | None = None) -> Query:
        levels = self.random.randint(0, 3) if depth is None else depth
        if levels == 0 or self.random.random() < 0.3:
            return self.leaf()
        children = tuple(self.query(levels - 1) for _ in range(self.random.randint(1, 4)))
        kind = self.random.random()
        if kind < 0.4:
            return And(children)
        if kind < 0.8:
            return Or(children, self.random.choice([1, 1, 1, 2, 3]))
        return And((*children, Not(self.query(levels - 1)))) if kind < 0.9 else Not(children[0])

    def leaf(self) -> Query:
        kind, field = self.random.random(), self.random.choice(["title", "body", "body", "tags"])
        word, boost = self.random.choice([*WORDS, "absent"]), self.random.choice([1.0, 1.0, 2.0, 0.5, 1.5])
        if kind < 0.6:
            return Term(field if kind > 0.02 else "unknown", word, boost)
        if kind < 0.75:
            words = tuple(self.text(self.random.randint(1, 3)).split())
            return Phrase(field, words, self.random.choice([1, 1, 2, 5]), boost)
        if kind < 0.88:
            return self.pattern(field, word, boost)
        if kind < 0.96:
            return DateRange("published", self.random.choice(MOMENTS), self.random.choice(MOMENTS))
        return self.random.choice([Everything(), Nothing()])

    def pattern(self, field: str, word: str, boost: float) -> Query:
        kind = self.random.random()
        if kind < 0.4:
            return Prefix(field, word[: self.random.randint(1, 3)], boost)
        if kind < 0.7:
            return Wildcard(field, self.random.choice(PATTERNS), boost)
        return Fuzzy(field, word, self.random.randint(1, 2), self.random.randint(0, 2), boost)
