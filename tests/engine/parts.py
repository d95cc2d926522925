"""Segments of generated postings as kernels take them: large enough for many blocks and windows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.codec.bitmaps import ROW_WORDS
from index.codec.bitmaps import rows as bitmap_rows
from index.codec.impacts import CORNERS
from index.codec.inverted import I64, Inverted, offsets_of
from index.codec.layout import PostingsReader
from index.codec.postings_writer import PostingsWriter
from search.kernels.leaves import Leaf, Part, Sum, as_bits
from search.score import norms

DOCUMENTS = 30_000
FIELD = "body"
# From one posting to nearly everybody, with the borders of a block among them.
DOC_FREQS = (1, 2, 127, 128, 129, 400, 3_000, 12_000, 29_000)


@dataclass(frozen=True)
class Generated:
    """One field of generated postings; term t stands in DOC_FREQS[t % 9] documents."""

    part: Part
    dates: I64
    rows: I64

    def terms(self, numbers: list[int], weights: list[float]) -> Sum:
        return self.rows[numbers], np.array(weights)


def generated(folder: Path, seed: int = 0, deleted: bool = False) -> Generated:
    random = np.random.default_rng(seed)
    field = _postings(random, 2 * len(DOC_FREQS))
    # Few lengths and few dates: documents that tie are what pruning gets wrong first.
    lengths = random.integers(30, 36, DOCUMENTS).astype(np.uint8)
    with PostingsWriter(folder / "segment", DOCUMENTS) as writer:
        writer.begin(FIELD, lengths, DOCUMENTS * 40)
        writer.add(field)
        writer.close()
    reader = PostingsReader.open(folder / "segment")
    allowed = as_bits(random.random(DOCUMENTS) < 0.9) if deleted else np.zeros(0, np.uint64)
    file = reader.files[0]
    positions = reader.files[1]
    part = (
        file.whole(np.uint32), file.whole(np.uint8), norms(40.0).reshape(1, 256), allowed, positions.whole(np.uint32)
    )  # fmt: skip
    postings = reader.field(FIELD)
    assert postings is not None
    return Generated(part, random.integers(0, 20, DOCUMENTS), _rows(reader))


def _postings(random: np.random.Generator, terms: int) -> Inverted:
    counts = np.array([DOC_FREQS[term % len(DOC_FREQS)] for term in range(terms)])
    docs = np.concatenate([np.sort(random.choice(DOCUMENTS, count, replace=False)) for count in counts])
    freqs = np.minimum(random.geometric(0.6, len(docs)), 8)
    # Positions 0 to 39, so that many terms meet.
    positions = np.concatenate([np.sort(random.choice(40, freq, replace=False)) for freq in freqs])
    names = [f"term{term:02}".encode() for term in range(terms)]
    return Inverted(
        np.frombuffer(b"".join(names), np.uint8), offsets_of([len(name) for name in names]), offsets_of(counts),
        docs.astype(np.uint32), freqs.astype(np.uint32), positions.astype(np.uint32),
    )  # fmt: skip


def _rows(reader: PostingsReader) -> I64:
    postings, file = reader.fields[FIELD], reader.files[0]
    first = postings.first_blocks.astype(np.int64)
    rows = np.zeros((len(postings), len(Leaf)), np.int64)
    rows[:, Leaf.BLOCKS] = np.diff(first)
    rows[:, Leaf.FIRST] = file.offset(f"{FIELD}/blocks") // 4 + 4 * first[:-1]
    rows[:, Leaf.WORDS] = file.offset(f"{FIELD}/words") // 4
    rows[:, Leaf.IMPACTS] = file.offset(f"{FIELD}/impacts") + 2 * CORNERS * first[:-1]
    rows[:, Leaf.LENGTHS] = file.offset(f"{FIELD}/lengths")
    rows[:, Leaf.POSITIONS] = reader.files[1].offset(f"{FIELD}/words") // 4
    rows[:, Leaf.POSTINGS] = postings.doc_freqs(0, len(postings))
    dense = postings.dense_terms.astype(np.int64)
    bitmap = bitmap_rows(DOCUMENTS) * ROW_WORDS
    rows[dense, Leaf.BITMAP] = file.offset(f"{FIELD}/bitmaps") // 4 + bitmap * np.arange(len(dense))
    return rows
