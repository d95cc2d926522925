"""Articles -> how many of them have each field, and by which rule it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from index.article import Article

FIELDS = (
    "title",
    "body",
    "published",
    "modified",
    "section",
    "tags",
    "authors",
    "source",
    "language",
    "url",
    "related",
)


@dataclass
class Coverage:
    """How many articles have each field, and by which rule."""

    articles: int = 0
    rules: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIELDS})

    @classmethod
    def of(cls, articles: Iterable[Article]) -> Self:
        """Count the fields of articles."""
        coverage = cls()
        # Records of one shape share their provenance.
        shapes: dict[int, tuple[Mapping[str, str], int]] = {}
        for article in articles:
            coverage.articles += 1
            rules = article.provenance
            shapes[id(rules)] = (rules, shapes.get(id(rules), (rules, 0))[1] + 1)
        for rules, count in shapes.values():
            for name, rule in rules.items():
                if name in coverage.rules:
                    coverage.rules[name][rule] += count
        return coverage

    def add(self, other: Coverage) -> None:
        """Count what another one has counted as well."""
        self.articles += other.articles
        for name, rules in other.rules.items():
            self.rules[name].update(rules)

    def shares(self) -> dict[str, float]:
        """The share of articles that have each field, 0 to 1."""
        return {name: sum(rules.values()) / max(1, self.articles) for name, rules in self.rules.items()}

    def as_json(self) -> dict[str, Any]:
        """Per field the count and the counts by rule, most frequent first."""
        return {
            name: {"articles": rules.total(), "rules": dict(rules.most_common())} for name, rules in self.rules.items()
        }
