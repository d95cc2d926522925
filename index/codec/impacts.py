"""How well a posting of a block can score at best, said without knowing how scores will be made.

A posting scores more the oftener its term stands in it, and the shorter its document is. So of a block it is enough to
know some corners, pairs of a frequency and a length byte, such that every posting has a corner that is at least as
frequent and at most as long: what no corner scores, no posting does, whatever the average length is by then.

    length
      |      o   .   .            o  a corner: falling frequencies, falling lengths
      |   o  .                    .  a posting
      |   .  .
      |o
      +------------- frequency (from the greatest to the smallest)

Of most blocks all such pairs that no posting beats fit (Lucene's impacts are the same idea); of the others those
neighbours are joined to one corner that promise least, by frequency over length.
"""

from __future__ import annotations

import numpy as np

from index.codec.compiled import kernel
from index.codec.inverted import I64, U8, U32
from index.codec.lengths import LENGTHS

CORNERS = 4
# A frequency of so many stands for that or more.
MANY = 255
# What a frequency is divided by, for each length byte.
WORDS = LENGTHS.astype(np.float64) + 1
Corner = tuple[int, int]


@kernel("index.codec.impacts_loops")
def measure_impacts(freqs: U32, lengths: U8, starts: I64, impacts: U8) -> None:
    """Fill `impacts`, uint8[B, 2 * CORNERS], with the corners of each block: frequency, length byte, the next one.

    The greatest frequency comes first, the smallest length last; where there are fewer corners the last is repeated.
    `freqs` and `lengths` are of each posting, block b are the postings starts[b] to starts[b + 1]: none is empty.
    """
    most = np.minimum(freqs, MANY)
    alone = np.flatnonzero(np.diff(starts) == 1)
    single = starts[:-1][alone]
    impacts[alone] = np.tile(np.stack([most[single], lengths[single]], axis=1), CORNERS)
    for block in np.flatnonzero(np.diff(starts) > 1).tolist():
        here = slice(int(starts[block]), int(starts[block + 1]))
        corners = _joined(_corners(set(zip(most[here].tolist(), lengths[here].tolist(), strict=True))))
        corners += corners[-1:] * (CORNERS - len(corners))
        impacts[block] = np.array(corners).ravel()


def _corners(pairs: set[Corner]) -> list[Corner]:
    """The pairs that no other one beats, by falling frequency."""
    kept: list[Corner] = []
    for freq, length in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if not kept or length < kept[-1][1]:
            kept.append((freq, length))
    return kept


def _joined(corners: list[Corner]) -> list[Corner]:
    """At most CORNERS corners that hold for the same postings."""
    while len(corners) > CORNERS:
        common = [(freq, length) for (freq, _), (_, length) in zip(corners, corners[1:], strict=False)]
        promised = [freq / WORDS[length] for freq, length in common]
        least = promised.index(min(promised))
        corners[least : least + 2] = common[least : least + 1]
    return corners
