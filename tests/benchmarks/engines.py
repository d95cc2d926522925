"""Pressmark and the engines it is measured against, given the same words and asked the same questions.

Every engine indexes one text field of words that have been cut and lower-cased beforehand, with positions and without
stemming, stores id and title, and answers with the ids and titles of the best ten. All use one thread.
"""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from index.analysis import Analyzer
from index.article import Article
from index.codec.compiled import compile_kernels
from index.writer import open_writer
from search.engine import Request
from search.local_engine import LocalEngine
from search.query import And, Or, Phrase, Prefix, Query, Term

TOP = 10
Answer = list[tuple[str, str]]


class Document(NamedTuple):
    """An article for the comparison: its text is words with one blank between them."""

    id: str
    title: str
    text: str


class Measured(Protocol):
    """An engine under measurement. `open` is given a folder that `build` has filled."""

    def build(self, documents: Iterable[Document], folder: Path) -> None: ...

    def open(self, folder: Path) -> None: ...

    def prepare(self, kind: str, words: Sequence[str]) -> Any:
        """The query as the engine takes it, None where it has no such query: made before the clock starts."""

    def search(self, prepared: Any) -> Answer: ...


class Ours:
    """Pressmark, through its seam."""

    def build(self, documents: Iterable[Document], folder: Path) -> None:
        with open_writer(folder, Analyzer(stem=False)) as writer:
            for document in documents:
                writer.put(Article(id=document.id, title=document.title, body=document.text))
            writer.commit()

    def open(self, folder: Path) -> None:
        compile_kernels()
        self.engine = LocalEngine(folder)
        self.engine.status()

    def prepare(self, kind: str, words: Sequence[str]) -> Request:
        return Request(self.query(kind, words), limit=TOP)

    def query(self, kind: str, words: Sequence[str]) -> Query:
        if kind.startswith("phrase"):
            return Phrase("body", tuple(words))
        if kind == "prefix":
            return Prefix("body", words[0])
        terms = tuple(Term("body", word) for word in words)
        return terms[0] if kind == "term" else (And if kind.startswith("and") else Or)(terms)

    def search(self, prepared: Request) -> Answer:
        return [(hit.id, hit.title) for hit in self.engine.search(prepared).hits]


class Tantivy:
    """tantivy-py, whose searches count all matches unless told otherwise, as ours do."""

    def build(self, documents: Iterable[Document], folder: Path) -> None:
        tantivy = importlib.import_module("tantivy")
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("title", stored=True, tokenizer_name="raw")
        builder.add_text_field("text", stored=False)
        writer = tantivy.Index(builder.build(), path=str(folder)).writer(heap_size=500_000_000, num_threads=1)
        for document in documents:
            writer.add_document(tantivy.Document(**document._asdict()))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        self.tantivy = importlib.import_module("tantivy")
        self.index = self.tantivy.Index.open(str(folder))
        self.searcher = self.index.searcher()

    def prepare(self, kind: str, words: Sequence[str]) -> Any:
        query, schema = self.tantivy.Query, self.index.schema
        if kind.startswith("phrase"):
            return query.phrase_query(schema, "text", list(words))
        if kind == "prefix":
            return query.regex_query(schema, "text", f"{words[0]}.*")
        terms = [query.term_query(schema, "text", word) for word in words]
        occur = self.tantivy.Occur.Must if kind.startswith("and") else self.tantivy.Occur.Should
        return terms[0] if kind == "term" else query.boolean_query([(occur, term) for term in terms])

    def search(self, prepared: Any) -> Answer:
        found = (self.searcher.doc(address) for _, address in self.searcher.search(prepared, TOP).hits)
        return [(document["id"][0], document["title"][0]) for document in found]


class Bm25s:
    """bm25s with its numba backend: scores of all terms computed beforehand, any of some words only."""

    def build(self, documents: Iterable[Document], folder: Path) -> None:
        shown, words = [], []
        for document in documents:
            shown.append((document.id, document.title))
            words.append(document.text.split())
        model = importlib.import_module("bm25s").BM25(backend="numba")
        model.index(words, show_progress=False)
        model.save(str(folder))
        (folder / "shown.json").write_text(json.dumps(shown), "utf-8")

    def open(self, folder: Path) -> None:
        self.model = importlib.import_module("bm25s").BM25.load(str(folder), mmap=True)
        self.model.backend = "numba"
        self.model.activate_numba_scorer()
        self.shown = [tuple(each) for each in json.loads((folder / "shown.json").read_text("utf-8"))]

    def prepare(self, kind: str, words: Sequence[str]) -> list[list[str]] | None:
        return [list(words)] if kind in ("term", "or2", "or4") else None

    def search(self, prepared: Any) -> Answer:
        documents, _ = self.model.retrieve(prepared, k=TOP, show_progress=False)
        return [self.shown[number] for number in documents[0]]


class Fts5:
    """SQLite's full-text index without a copy of the text, and a table of what is shown."""

    def build(self, documents: Iterable[Document], folder: Path) -> None:
        connection = sqlite3.connect(folder / "articles.db")
        connection.execute("create virtual table words using fts5(text, content='')")
        connection.execute("create table shown(id text, title text)")
        for number, document in enumerate(documents, start=1):
            connection.execute("insert into words(rowid, text) values (?, ?)", (number, document.text))
            connection.execute("insert into shown(rowid, id, title) values (?, ?, ?)", (number, *document[:2]))
        connection.execute("insert into words(words) values ('optimize')")
        connection.commit()
        connection.close()

    def open(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "articles.db")

    def prepare(self, kind: str, words: Sequence[str]) -> str:
        quoted = [f'"{word}"' for word in words]
        if kind.startswith("phrase"):
            return f'"{" ".join(words)}"'
        return f"{words[0]}*" if kind == "prefix" else (" AND " if kind.startswith("and") else " OR ").join(quoted)

    def search(self, prepared: str) -> Answer:
        best = "select rowid from words where words match ? order by rank limit ?"
        rows = self.connection.execute(best, (prepared, TOP)).fetchall()
        return [self.connection.execute("select id, title from shown where rowid = ?", row).fetchone() for row in rows]


class StockWhoosh:
    """Whoosh as it comes."""

    def build(self, documents: Iterable[Document], folder: Path) -> None:
        analysis, fields = (importlib.import_module(f"whoosh.{name}") for name in ("analysis", "fields"))
        words = analysis.SpaceSeparatedTokenizer()
        schema = fields.Schema(id=fields.STORED, title=fields.STORED, text=fields.TEXT(analyzer=words))
        writer = importlib.import_module("whoosh.index").create_in(str(folder), schema).writer(limitmb=512)
        for document in documents:
            writer.add_document(**document._asdict())
        writer.commit(optimize=True)

    def open(self, folder: Path) -> None:
        self.searcher = importlib.import_module("whoosh.index").open_dir(str(folder)).searcher()

    def prepare(self, kind: str, words: Sequence[str]) -> Any:
        query = importlib.import_module("whoosh.query")
        if kind.startswith("phrase"):
            return query.Phrase("text", list(words))
        if kind == "prefix":
            return query.Prefix("text", words[0])
        terms = [query.Term("text", word) for word in words]
        return terms[0] if kind == "term" else (query.And if kind.startswith("and") else query.Or)(terms)

    def search(self, prepared: Any) -> Answer:
        return [(hit["id"], hit["title"]) for hit in self.searcher.search(prepared, limit=TOP)]


ENGINES: dict[str, Callable[[], Measured]] = {
    "ours": Ours, "tantivy": Tantivy, "bm25s": Bm25s, "fts5": Fts5, "whoosh": StockWhoosh,
}  # fmt: skip
