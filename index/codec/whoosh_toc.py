"""A generation -> the file of its table of contents, which Whoosh's own code begins (drawn in toc.py)."""

from __future__ import annotations

import json

import xxhash
from whoosh.fields import Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.index import TOC as WhooshToc

from index.codec.segment import INDEX_NAME
from index.codec.toc import FORMAT, MAGIC, TAIL, Toc, toc_name


def encode_toc(toc: Toc, schema: Schema) -> bytes:
    """The bytes that `toc.decode_toc` reads, and stock Whoosh, too."""
    storage = RamStorage()
    WhooshToc(schema, list(toc.segments), toc.generation).write(storage, INDEX_NAME)
    table = bytes(storage.files[toc_name(toc.generation)])
    facts = json.dumps({"updated_at": toc.updated_at}).encode("ascii")
    head = table + facts
    return head + TAIL.pack(len(facts), FORMAT, xxhash.xxh3_64_intdigest(head), MAGIC)
