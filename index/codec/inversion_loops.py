"""The loops of `inversion`, for numba."""

from __future__ import annotations

import numpy as np

from index.codec.compiled import jit
from index.codec.inversion import BESIDE, Bounds
from index.codec.inverted import I64, U32

TERM = BESIDE - 1
FIRST, STAMP, HEADER = int(Bounds.FIRST), int(Bounds.STAMP), int(Bounds.HEADER)


@jit("none", "const u4[:]", "const i8[:]", "const u4[:]", "i8[:]", "u4[:]")
def expand(forms: U32, starts: I64, entries: U32, ends: I64, tokens: U32) -> None:
    """See inversion.expand."""
    form, written = 0, 0
    for text in range(len(ends)):
        while form < ends[text]:
            for at in range(starts[forms[form]], starts[forms[form] + 1]):
                tokens[written] = entries[at]
                written += 1
            form += 1
        ends[text] = written


@jit("i8", "const u4[:]", "const i8[:]")
def expanded(forms: U32, starts: I64) -> int:
    """See inversion.expanded."""
    total = 0
    for form in forms:
        total += starts[form + 1] - starts[form]
    return total


@jit("none", "const u4[:]", "const i8[:]", "i8[:,:]", "i8[:]")
def count(tokens: U32, bounds: I64, cursors: I64, met: I64) -> None:
    """See inversion.count."""
    for text in range(len(bounds) - HEADER - 1):
        stamp = bounds[STAMP] + bounds[FIRST] + text
        for at in range(bounds[HEADER + text], bounds[HEADER + text + 1]):
            term = np.int64(tokens[at]) & TERM
            if cursors[term, 0] != stamp:
                if cursors[term, 0] < bounds[STAMP]:
                    met[0] += 1
                    met[met[0]] = term
                    cursors[term, 1] = cursors[term, 2] = 0
                cursors[term, 0] = stamp
                cursors[term, 1] += 1
            cursors[term, 2] += 1


@jit("none", "const u4[:]", "const i8[:]", "i8[:,:]", "u4[:,:]", "u4[:]")
def fill(tokens: U32, bounds: I64, cursors: I64, postings: U32, positions: U32) -> None:
    """See inversion.fill."""
    for text in range(len(bounds) - HEADER - 1):
        doc, position = bounds[FIRST] + text, -1
        stamp = bounds[STAMP] + doc
        for at in range(bounds[HEADER + text], bounds[HEADER + text + 1]):
            term = np.int64(tokens[at]) & TERM
            if tokens[at] < BESIDE:
                position += 1
            if cursors[term, 0] != stamp:
                cursors[term, 0] = stamp
                postings[0, cursors[term, 1]] = doc
                postings[1, cursors[term, 1]] = 0
                cursors[term, 1] += 1
            postings[1, cursors[term, 1] - 1] += 1
            positions[cursors[term, 2]] = position
            cursors[term, 2] += 1
