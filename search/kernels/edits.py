"""Terms within some edits of a word (Levenshtein: insert, delete or replace one character)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.codec.compiled import kernel
from index.codec.inverted import U8, U32


@kernel("search.kernels.edits_loops")
def within_edits(blob: U8, offsets: U32, wanted: U32, most: int, close: NDArray[np.bool_]) -> None:
    """Set `close` for the terms that at most `most` edits turn into the characters `wanted`.

    Term t is blob[offsets[t]:offsets[t + 1]], in UTF-8.
    """
    terms = [_characters(blob[a:b].tobytes()) for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    lengths = np.array([len(term) for term in terms], np.int64)
    likely = np.flatnonzero(np.abs(lengths - len(wanted)) <= most)
    if not len(likely):
        return
    table = np.zeros((len(likely), int(lengths[likely].max())), np.uint32)
    for row, number in enumerate(likely):
        table[row, : lengths[number]] = terms[number]
    close[likely] = _distances(table, lengths[likely], wanted) <= most


def _characters(term: bytes) -> list[int]:
    return [ord(character) for character in term.decode("utf-8", "surrogatepass")]


def _distances(table: U32, lengths: NDArray[np.int64], wanted: U32) -> NDArray[np.int64]:
    """Wagner & Fischer 1974, one character of all terms at a time."""
    row = np.tile(np.arange(len(wanted) + 1), (len(table), 1))
    distances = np.where(lengths == 0, len(wanted), 0)
    for column in range(table.shape[1]):
        before, row = row, np.empty_like(row)
        row[:, 0] = column + 1
        for place, character in enumerate(wanted, start=1):
            replaced = before[:, place - 1] + (table[:, column] != character)
            row[:, place] = np.minimum(replaced, np.minimum(before[:, place], row[:, place - 1]) + 1)
        distances = np.where(lengths == column + 1, row[:, -1], distances)
    return distances
