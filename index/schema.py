"""What is indexed, stored and sortable, said once.

| field          | searched as   | stored | sortable | from                               |
|----------------|---------------|--------|----------|------------------------------------|
| id             | one keyword   | yes    | yes      | identity: the same id replaces     |
| url            | -             | yes    |          |                                    |
| title          | words         | yes    |          |                                    |
| body           | words         | yes    |          |                                    |
| tags           | words         | yes    |          | the tags, one a line               |
| section        | words         | yes    |          |                                    |
| authors        | words         | yes    |          | the authors, one a line            |
| source         | words         | yes    |          |                                    |
| language       | one keyword   | yes    |          | ISO 639-1, lower case              |
| published      | range         | yes    | yes      | seconds since 1970 UTC             |
| modified       | range         | yes    | yes      | seconds since 1970 UTC             |
| content_hash   | -             | yes    |          | tells changed from unchanged       |
| related        | -             | yes    |          | headlines of other articles        |
| dates          | -             | yes    |          | published and modified as written  |
"""

from __future__ import annotations

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from index.analysis import Analyzer, whoosh_analyzer

TEXT_FIELDS = ("title", "body", "tags", "section", "authors", "source")
KEYWORD_FIELDS = ("id", "language")
DATE_FIELDS = ("published", "modified")
STORED_ONLY = ("url", "dates", "content_hash", "related")

# Sorts before every date, so articles without one come last among the newest; fits Whoosh's signed 64-bit column.
NO_DATE = -(2**62)


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
