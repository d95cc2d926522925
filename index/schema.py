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

TEXT_FIELDS = ("title", "body", "tags", "section", "authors", "source")
KEYWORD_FIELDS = ("id", "language")
DATE_FIELDS = ("published", "modified")
STORED_ONLY = ("url", "dates", "content_hash", "related")

# Sorts before every date, so articles without one come last among the newest; fits Whoosh's signed 64-bit column.
NO_DATE = -(2**62)
