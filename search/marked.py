"""Text with some of its words marked: what every door shows of a match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Control characters have no place on a page, and some end it early. One for one with spaces, so that offsets hold.
_SHOWABLE = {code: " " for code in [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]} | dict.fromkeys(
    range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"
)


def showable(text: str) -> str:
    """Return the text on one line, of the same length, without characters that a page or a terminal would act on."""
    return text.translate(_SHOWABLE)


@dataclass(frozen=True, slots=True)
class Marked:
    """A plain text and the spans of it to mark: offsets in characters (code points), rising and never overlapping.

    `field` is where the text is from: title, tags or body.
    """

    text: str
    offsets: tuple[tuple[int, int], ...] = ()
    field: str = "body"

    def __post_init__(self) -> None:
        edges = [0, *(edge for span in self.offsets for edge in span), len(self.text)]
        assert edges == sorted(edges), f"{self.offsets=} in {len(self.text)} characters"

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def parts(self) -> Iterator[tuple[str, bool]]:
        """Yield the text in pieces, each with whether it is marked."""
        done = 0
        for start, end in self.offsets:
            yield from ((self.text[done:start], False), (self.text[start:end], True))
            done = end
        yield self.text[done:], False


def cut(text: str, spans: Iterable[tuple[int, int]], start: int, end: int, field: str = "body") -> Marked:
    """Cut characters `start` to `end` out of a text whose marked spans are given."""
    inside = tuple((max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start)
    return Marked(showable(text[start:end]), inside, field)
