"""The fields and the words of an archive, as Whoosh describes them. Only writing, and Whoosh itself, need it so."""

from __future__ import annotations

from collections.abc import Iterator

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token as WhooshToken
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from index.analysis import Analyzer
from index.schema import DATE_FIELDS, NO_DATE, STORED_ONLY, TEXT_FIELDS


def whoosh_schema(analyzer: Analyzer) -> Schema:
    """Return the schema of an archive whose words follow `analyzer`."""
    words = whoosh_analyzer(analyzer)
    schema = Schema()
    schema.add("id", ID(stored=True, unique=True, sortable=True))
    schema.add("language", ID(stored=True))
    for name in TEXT_FIELDS:
        schema.add(name, TEXT(analyzer=words, stored=True))
    for name in DATE_FIELDS:
        schema.add(name, COLUMN(NumericColumn("q", default=NO_DATE)))
    for name in STORED_ONLY:
        schema.add(name, STORED())
    return schema


def whoosh_analyzer(analyzer: Analyzer) -> WhooshAnalyzer:
    """Wrap an Analyzer for Whoosh's text fields: the same terms at the same positions."""
    return _WhooshAnalyzer(analyzer)


class _WhooshAnalyzer(WhooshAnalyzer):  # type: ignore[misc]  # Whoosh has no types
    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer

    def __call__(self, value: str, **kwargs: object) -> Iterator[WhooshToken]:
        token = WhooshToken(positions=True, chars=True)
        for found in self.analyzer.tokens(value):
            token.text, token.pos = found.text, found.position
            token.startchar, token.endchar = found.start, found.end
            token.stopped, token.boost = False, 1.0
            yield token
