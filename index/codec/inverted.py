"""Postings of one field as plain arrays: what inversion and merging produce, and what the postings writer takes.

    term_blob     b"bankstorm"      uint8    terms in the order of their UTF-8 bytes, each once, end to end
    term_offsets  [0, 4, 9]         int64    term t is term_blob[term_offsets[t]:term_offsets[t + 1]]
    starts        [0, 1, 3]         int64    postings of term t are starts[t] to starts[t + 1]
    docs          [4, 0, 4]         uint32   document of each posting, rising within a term
    freqs         [1, 2, 1]         uint32   how often the term stands in that document, at least 1
    positions     [7, 0, 5, 3]      uint32   where it stands: freqs[p] of them for posting p, rising; or None

Here "bank" stands once in document 4, and "storm" twice in document 0 and once in document 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Inverted:
    """Postings of one field of a batch, a run or a segment, or of a slice of its terms; drawn above."""

    term_blob: U8
    term_offsets: I64
    starts: I64
    docs: U32
    freqs: U32
    positions: U32 | None

    def __post_init__(self) -> None:
        assert len(self.starts) == len(self.term_offsets), f"{len(self.starts)=} {len(self.term_offsets)=}"
        assert int(self.starts[-1]) == len(self.docs) == len(self.freqs), f"{self.starts[-1]=} {len(self.docs)=}"

    def __len__(self) -> int:
        return len(self.starts) - 1

    def term(self, number: int) -> bytes:
        """Return the bytes of a term."""
        return self.term_blob[self.term_offsets[number] : self.term_offsets[number + 1]].tobytes()


def offsets_of(counts: Sequence[int] | NDArray[np.integer]) -> I64:
    """Where each of several runs begins when they lie end to end, and where the last one ends: int64[len + 1]."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


Occurrences = Iterable[tuple[int, int, Sequence[int]]]


def inverted(postings: Mapping[bytes, Occurrences], with_positions: bool = True) -> Inverted:
    """Lay out postings given as {term: [(document, frequency, positions), ...]}, documents rising within a term."""
    terms = sorted(postings)
    found = [list(postings[term]) for term in terms]
    flat = [posting for each in found for posting in each]
    return Inverted(
        np.frombuffer(b"".join(terms), np.uint8),
        offsets_of([len(term) for term in terms]),
        offsets_of([len(each) for each in found]),
        np.array([doc for doc, _, _ in flat], np.uint32),
        np.array([freq for _, freq, _ in flat], np.uint32),
        np.array([at for _, _, where in flat for at in where], np.uint32) if with_positions else None,
    )
