"""An index written segment by segment from articles, with nothing of the writer but the files' own writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from whoosh.util.numeric import length_to_byte

from index.analysis import Analyzer
from index.article import Article
from index.codec.columns_writer import ColumnsWriter, columns_of
from index.codec.commit import publish
from index.codec.inverted import Inverted, inverted
from index.codec.postings_writer import PostingsWriter
from index.codec.prepared import prepare
from index.codec.run import stored_texts
from index.codec.segment import COLUMNS, STORED, Segment
from index.codec.stored import Compressor, StoredWriter
from index.codec.toc import Toc
from index.folder import ensure_manifest
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS
from index.whoosh_schema import whoosh_schema

ANALYZER = Analyzer()
Places = dict[bytes, dict[int, list[int]]]


def texts(article: Article) -> dict[str, str]:
    """The searched fields of an article."""
    return {
        "id": article.id, "language": article.language, "title": article.title, "body": article.body,
        "tags": "\n".join(article.tags), "authors": "\n".join(article.authors), "section": article.section,
        "source": article.source,
    }  # fmt: skip


def terms_of(name: str, text: str) -> list[tuple[str, int]]:
    if name in KEYWORD_FIELDS:
        return [(text, 0)] if text else []
    return [(token.text, token.position) for token in ANALYZER.tokens(text)]


def field_of_articles(articles: Sequence[Article], name: str) -> tuple[Inverted, list[int]]:
    places: Places = {}
    lengths = []
    for number, article in enumerate(articles):
        found = terms_of(name, texts(article)[name])
        lengths.append(len(found))
        for text, position in found:
            places.setdefault(text.encode("utf-8", "surrogatepass"), {}).setdefault(number, []).append(position)
    postings = {
        term: [(doc, len(where), sorted(where)) for doc, where in sorted(by_doc.items())]
        for term, by_doc in places.items()
    }
    return inverted(postings, with_positions=name in TEXT_FIELDS), lengths


def write_segment(folder: Path, name: str, articles: Sequence[Article], deleted: Sequence[int] = ()) -> Segment:
    made = Segment(name, len(articles), np.array(deleted, "<u4").tobytes())
    with PostingsWriter(folder / made.segment_id(), len(articles)) as writer:
        for field in (*TEXT_FIELDS, *KEYWORD_FIELDS):
            postings, lengths = field_of_articles(articles, field)
            coded = np.array(list(map(length_to_byte, lengths)), np.uint8)
            writer.begin(field, coded, sum(lengths), with_positions=field in TEXT_FIELDS)
            writer.add(postings)
        writer.close()
    columns = ColumnsWriter(made.path(folder, COLUMNS))
    prepared = prepare(articles, [""] * len(articles))
    columns.append(columns_of(prepared))
    columns.close()
    stored = StoredWriter(made.path(folder, STORED), b"")
    stored.append(Compressor(b"").pack(stored_texts(prepared)))
    stored.close()
    return made


def write_index(
    folder: Path,
    batches: Sequence[Sequence[Article]],
    deleted: Mapping[int, Sequence[int]] | None = None,
    number: int = 1,
) -> list[Segment]:
    """Publish one generation with a segment for each batch; `deleted` lists documents by segment."""
    ensure_manifest(folder, ANALYZER)
    segments = [
        write_segment(folder, f"g{number}s{place}", batch, (deleted or {}).get(place, ()))
        for place, batch in enumerate(batches)
    ]
    publish(folder, Toc(number, "2021-07-25T10:34:00+00:00", tuple(segments)), segments, whoosh_schema(ANALYZER))
    return segments
