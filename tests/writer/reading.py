"""What an index holds, read plainly: the measure for what the writer wrote."""

from __future__ import annotations

from pathlib import Path

from index.analysis import Analyzer
from index.article import Article
from index.codec.inverted import Inverted
from index.codec.opened import OpenSegment
from index.codec.run import VALUES
from index.codec.toc import read_latest
from index.schema import TEXT_FIELDS

FILES = {".postings", ".positions", ".columns", ".stored"}
Places = dict[bytes, dict[str, list[int]]]


def segments(folder: Path) -> list[OpenSegment]:
    return [OpenSegment.open(folder, segment) for segment in read_latest(folder).segments]


def articles(folder: Path) -> dict[str, Article]:
    """The live articles by id."""
    found: dict[str, Article] = {}
    for segment in segments(folder):
        for number in segment.live.tolist():
            row, text = segment.columns.row(number), segment.texts[number]
            assert row.id not in found, f"{row.id} is live twice"
            found[row.id] = Article(body=text.body, related=text.related, **row._asdict())
    return found


def postings(found: Inverted) -> dict[bytes, list[tuple[int, int, list[int]]]]:
    """Arrays -> {term: [(document, frequency, positions)]}."""
    places = [] if found.positions is None else found.positions.tolist()
    ends = found.freqs.astype("i8").cumsum().tolist()
    return {
        found.term(t): [
            (int(found.docs[p]), int(found.freqs[p]), places[ends[p] - int(found.freqs[p]) : ends[p]])
            for p in range(int(found.starts[t]), int(found.starts[t + 1]))
        ]
        for t in range(len(found))
    }


def places(folder: Path, field: str) -> Places:
    """Where the terms of a field stand in live articles: {term: {id: positions}}."""
    found: Places = {}
    for segment in segments(folder):
        live = set(segment.live.tolist())
        field_postings = segment.postings.field(field)
        for term, each in postings(field_postings.decode()).items() if field_postings else ():
            for number, freq, at in each:
                assert not at or len(at) == freq
                if number in live:
                    found.setdefault(term, {})[segment.columns.row(number).id] = at
    return found


def expected_places(wanted: dict[str, Article], field: str, analyzer: Analyzer) -> Places:
    """What `places` must give for these articles."""
    found: Places = {}
    for article in wanted.values():
        value = VALUES[field](article)
        if field not in TEXT_FIELDS:
            if value:
                found.setdefault(value.encode("utf-8", "surrogatepass"), {})[article.id] = []
            continue
        for token in analyzer.tokens(value, article.language):
            term = token.text.encode("utf-8", "surrogatepass")
            at = found.setdefault(term, {}).setdefault(article.id, [])
            if token.position not in at:
                at.append(token.position)
    return found
