"""The postings of one term as stock Whoosh's matchers see them."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import Any

from whoosh.formats import Frequency, Positions
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.system import pack_uint
from whoosh.util.numeric import byte_to_length

from index.codec.impacts import MANY
from index.codec.layout import FieldPostings
from index.codec.packing import BLOCK


class ArrayMatcher(LeafMatcher):  # type: ignore[misc]  # Whoosh has no types
    """Steps through one term's documents. A posting's weight is its frequency; block quality is by blocks of 128."""

    def __init__(self, field: FieldPostings, number: int, format_: Any, term: tuple[str, bytes], scorer: Any) -> None:
        self.format = format_
        self.scorer = scorer
        self._field = field
        self._number = number
        self._term = term
        self._first_block = int(field.first_blocks[number])
        docs, freqs = field.postings(number)
        self._ids: list[int] = docs.tolist()
        self._freqs: list[int] = freqs.tolist()
        self._i = 0

    def copy(self) -> ArrayMatcher:
        """A matcher of the same term at the same place."""
        other = ArrayMatcher(self._field, self._number, self.format, self._term, self.scorer)
        other._i = self._i
        return other

    def is_active(self) -> bool:
        """Whether there is a current posting."""
        return self._i < len(self._ids)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._i = 0

    def id(self) -> int:
        """The current document; behind the end still the last one, because Whoosh's SpanNot looks there."""
        return self._ids[min(self._i, len(self._ids) - 1)]

    def all_ids(self) -> Any:
        """All documents of the term."""
        return iter(self._ids)

    def weight(self) -> float:
        """How often the term stands in the current document."""
        return float(self._freqs[self._i])

    def value(self) -> bytes | None:
        """The posting as Whoosh's own formats encode it; None where there is nothing to say."""
        if isinstance(self.format, Positions):
            return bytes(self.format.encode(self._positions_here()))
        return bytes(pack_uint(self._freqs[self._i])) if isinstance(self.format, Frequency) else None

    def value_as(self, astype: str) -> Any:
        """The posting as `astype`, without encoding and decoding what is at hand."""
        if astype == "positions" and isinstance(self.format, Positions):
            return self._positions_here()
        return self.format.decoder(astype)(self.value())

    def next(self) -> bool:
        """Go to the next posting; tells whether another block begins."""
        if not self.is_active():
            raise ReadTooFar
        self._i += 1
        return self._i % BLOCK == 0 or not self.is_active()

    def skip_to(self, id: int) -> None:
        """Go to the first posting from here on whose document is not smaller."""
        if not self.is_active():
            raise ReadTooFar
        self._i = bisect_left(self._ids, id, self._i)

    def skip_to_quality(self, minquality: float) -> int:
        """Go to the first block from here on that may exceed the quality; returns how many were skipped."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._i = min((self._i // BLOCK + 1) * BLOCK, len(self._ids))
            skipped += 1
        return skipped

    def block_min_id(self) -> int:
        """The first document of the current block."""
        return self._ids[self._i // BLOCK * BLOCK]

    def block_max_id(self) -> int:
        """The last document of the current block."""
        return self._ids[min(self._i // BLOCK * BLOCK + BLOCK, len(self._ids)) - 1]

    def block_max_weight(self) -> float:
        """The greatest frequency in the current block."""
        most = int(self._field.impacts[self._block(), 0])
        return float(most if most < MANY else max(self._freqs[self._block_slice()]))

    def block_min_length(self) -> int:
        """The smallest length among the documents of the current block."""
        return int(byte_to_length(int(self._field.impacts[self._block(), -1])))

    def block_max_length(self) -> int:
        """The greatest length among the documents of the current block."""
        return int(byte_to_length(int(self._field.lengths[self._ids[self._block_slice()]].max())))

    def _block(self) -> int:
        return self._first_block + self._i // BLOCK

    def _block_slice(self) -> slice:
        start = self._i // BLOCK * BLOCK
        return slice(start, min(start + BLOCK, len(self._ids)))

    def _positions_here(self) -> list[int]:
        return self._positions[self._ends[self._i] : self._ends[self._i + 1]]

    @cached_property
    def _positions(self) -> list[int]:
        positions = self._field.decode(self._number, self._number + 1).positions
        return [] if positions is None else positions.tolist()

    @cached_property
    def _ends(self) -> list[int]:
        ends = [0]
        for freq in self._freqs:
            ends.append(ends[-1] + freq)
        return ends
