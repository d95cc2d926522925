"""Texts -> numbers of their chunks, at memory speed: the first step of `index.words`, over UTF-8.

A form is a chunk as it was written, together with a mode (what else its meaning depends on). Forms are numbered as they
first appear; whoever asks learns what a form means once, and from then on only meets its number.

    memory    uint64[*]   slots | places | pool, in this order
      slots   2 words each, work[CAPACITY] of them: key, and mode + 1 << 32 | form; 0 is a free slot
      places  work[CAPACITY] / 2 words: where in the pool a form stands
      pool    per form: its length in bytes | mode << 48, then its bytes, 8 a word, little-endian, the last word filled
              with zeros
    work      int64[*]    counters (Work), then for each text: first byte, end, mode, and where its forms end in `out`

The key of a form of up to 8 bytes is its bytes. A longer one is hashed, its key ends in a zero byte, which no chunk
begins with, and the pool is compared. At most half of the slots are used. Texts are followed by a zero byte, and the
last by at least 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from index.analysis import Analyzer
from index.codec.compiled import kernel
from index.codec.inverted import I64, U8, U32
from index.words import BREAKS, LONE, QUOTES

U64 = npt.NDArray[np.uint64]

FIRST_CAPACITY = 1 << 14
PADDING = bytes(9)

# Odd numbers with well spread bits: 2 ** 64 / golden ratio, and a multiplier of splitmix64.
FIRST_MIX, SECOND_MIX = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9
MASK64 = 2**64 - 1


class Work(IntEnum):
    """Counters at the beginning of `work`."""

    TEXTS = 0
    NEXT = 1  # the first text not scanned
    WRITTEN = 2  # forms in `out`
    FORMS = 3  # forms known
    POOL = 4  # words of memory in use, from the beginning of memory
    CAPACITY = 5  # slots
    MODE = 6  # mode of the text that is being scanned
    PLAIN = 7  # whether chunks are those of a plain analyzer
    HEADER = 8


class Text(IntEnum):
    """What `work` says of a text."""

    START = 0
    END = 1
    MODE = 2
    OUT_END = 3
    WIDTH = 4


class Kind(IntEnum):
    """What a character can do in a chunk. Those before LETTER begin none."""

    BREAK = 0
    DOT = 1
    JOIN = 2
    AMPERSAND = 3
    QUOTE = 4
    PLUS = 5
    PERCENT = 6
    LETTER = 7
    DIGIT = 8
    WORD = 9  # makes words, beyond ASCII
    HASH = 10
    CURRENCY = 11
    LONE = 12
    BEYOND = 13  # to be decoded


@kernel("index.codec.scanner_loops")
def scan(text: U8, work: I64, alphabet: I64, memory: U64, out: U32) -> None:
    """Write the forms of the texts from work[NEXT] on to `out`, adding new ones to `memory`.

    Stops before a text whose new forms find no room: work[NEXT] tells. `out` has room for a form a byte.
    """
    analyzer = Analyzer(stem=False, exact=False, plain=bool(work[Work.PLAIN]))
    seen: dict[tuple[int, str], int] = {}
    for number in range(work[Work.NEXT], work[Work.TEXTS]):
        facts = work[Work.HEADER + Text.WIDTH * number :][: Text.WIDTH]
        string = text[facts[Text.START] : facts[Text.END]].tobytes().decode("utf-8", "surrogatepass")
        chunks = [(int(facts[Text.MODE]), chunk) for chunk in analyzer.chunks(string).findall(string)]
        for key in dict.fromkeys(chunks):
            if key not in seen:
                seen[key] = _form_of(key[1].encode("utf-8", "surrogatepass"), key[0], work, memory)
                if seen[key] < 0:
                    return
        end = int(work[Work.WRITTEN]) + len(chunks)
        out[work[Work.WRITTEN] : end] = [seen[key] for key in chunks]
        work[Work.WRITTEN] = facts[Text.OUT_END] = end
        work[Work.NEXT] = number + 1


@kernel("index.codec.scanner_loops")
def rehash(work: I64, memory: U64, old_capacity: I64, old: U64) -> None:
    """Move the forms of `old`, which had old_capacity[0] slots, to `memory`, which is empty and larger."""
    places = old[2 * old_capacity[0] :]
    move = int(work[Work.CAPACITY] - old_capacity[0]) * 5 // 2
    pool = _pool_of(int(old_capacity[0]))
    memory[pool + move : work[Work.POOL] + move] = old[pool : work[Work.POOL]]
    work[Work.POOL] += move
    for form in range(work[Work.FORMS]):
        at = int(places[form]) + move
        memory[2 * work[Work.CAPACITY] + form] = at
        size, mode = int(memory[at]) & (1 << 48) - 1, int(memory[at]) >> 48
        key = _key(memory[at + 1 : at + 1 + (size + 7) // 8].tobytes(), size)
        slot = _slot(key, mode + 1, int(work[Work.CAPACITY]))
        while memory[2 * slot + 1]:
            slot = (slot + 1) % int(work[Work.CAPACITY])
        memory[2 * slot], memory[2 * slot + 1] = key, (mode + 1) << 32 | form


def _pool_of(capacity: int) -> int:
    """Where the pool begins."""
    return 2 * capacity + capacity // 2


def _form_of(chunk: bytes, mode: int, work: I64, memory: U64) -> int:
    """The number of a form, which may be new; -1 where there is no room for it."""
    capacity, tag = int(work[Work.CAPACITY]), mode + 1
    padded = chunk + bytes(-len(chunk) % 8)
    key = _key(padded, len(chunk))
    slot = _slot(key, tag, capacity)
    while found := int(memory[2 * slot + 1]):
        at = int(memory[2 * capacity + (found & 0xFFFFFFFF)])
        if found >> 32 == tag and memory[2 * slot] == key and _same(memory, at, padded, len(chunk)):
            return found & 0xFFFFFFFF
        slot = (slot + 1) % capacity
    return _add(padded, len(chunk) | mode << 48, (slot, key), work, memory)


def _same(memory: U64, at: int, padded: bytes, size: int) -> bool:
    return int(memory[at]) & (1 << 48) - 1 == size and memory[at + 1 : at + 1 + len(padded) // 8].tobytes() == padded


def _add(padded: bytes, size_and_mode: int, slot: tuple[int, int], work: I64, memory: U64) -> int:
    form, at, words = int(work[Work.FORMS]), int(work[Work.POOL]), len(padded) // 8
    if 2 * (form + 1) > work[Work.CAPACITY] or at + 1 + words > len(memory):
        return -1
    memory[at] = size_and_mode
    memory[at + 1 : at + 1 + words] = np.frombuffer(padded, np.uint64)
    memory[2 * work[Work.CAPACITY] + form] = at
    memory[2 * slot[0]], memory[2 * slot[0] + 1] = slot[1], ((size_and_mode >> 48) + 1) << 32 | form
    work[Work.FORMS], work[Work.POOL] = form + 1, at + 1 + words
    return form


def _key(padded: bytes, size: int) -> int:
    if size <= 8:
        return int.from_bytes(padded, "little")
    mixed = size
    for k in range(0, size, 8):
        mixed = (mixed ^ int.from_bytes(padded[k : k + 8], "little")) * SECOND_MIX & MASK64
        mixed ^= mixed >> 29
    return mixed << 8 & MASK64


def _slot(key: int, tag: int, capacity: int) -> int:
    return (((key ^ key >> 32) + tag) * FIRST_MIX & MASK64) >> 32 & (capacity - 1)


def alphabet_of(plain: bool) -> I64:
    """What the loops know of characters: the Kind of each byte, then ranges of code points beyond ASCII.

    int64[256 + 3 * ranges]: first, last, Kind, rising; whatever is in no range makes words.
    """
    kinds = [Kind.BEYOND if code > 127 else Kind.BREAK for code in range(256)]
    for code in range(128):
        if chr(code).isalnum():
            kinds[code] = Kind.DIGIT if chr(code).isdigit() else Kind.LETTER
    if plain:
        return np.array([*kinds, 2**40, 2**40, Kind.WORD], np.int64)
    for sign, kind in zip(".,/&'#$+%", _SIGN_KINDS, strict=True):
        kinds[ord(sign)] = kind
    ranges = [(*span, kind) for spans, kind in ((BREAKS, Kind.BREAK), (LONE, Kind.LONE)) for span in spans]
    ranges += [(code, code, Kind.QUOTE) for code in QUOTES if code > 127]
    return np.array([*kinds, *(n for span in sorted(ranges) for n in span), 2**40, 2**40, Kind.WORD], np.int64)


_SIGN_KINDS = (
    Kind.DOT, Kind.JOIN, Kind.JOIN, Kind.AMPERSAND, Kind.QUOTE, Kind.HASH, Kind.CURRENCY, Kind.PLUS, Kind.PERCENT,
)  # fmt: skip


class Scanner:
    """Numbers the forms of texts. Not to be shared between threads."""

    def __init__(self, plain: bool = False) -> None:
        self._alphabet = alphabet_of(plain)
        self._work = np.zeros(Work.HEADER, np.int64)
        self._work[Work.PLAIN] = plain
        self._memory = self._empty(FIRST_CAPACITY, 4 * FIRST_CAPACITY)
        self._work[Work.POOL] = _pool_of(FIRST_CAPACITY)
        # Kept: the system would give and take back the memory of every scan.
        self._out = np.empty(0, np.uint32)

    @property
    def forms(self) -> int:
        """How many forms are known."""
        return int(self._work[Work.FORMS])

    def scan(self, texts: Sequence[bytes], modes: Sequence[int]) -> tuple[U32, I64]:
        """Return the forms of all texts end to end, and where those of each text begin and end: int64[texts + 1].

        The forms are overwritten by the next scan.
        """
        joined = np.frombuffer(b"\0".join(texts) + PADDING, np.uint8)
        facts = np.zeros((len(texts), Text.WIDTH), np.int64)
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        facts[:, Text.END] = np.cumsum(sizes + 1) - 1
        facts[:, Text.START] = facts[:, Text.END] - sizes
        facts[:, Text.MODE] = modes
        work = np.concatenate((self._work[: Work.HEADER], facts.ravel()))
        work[Work.TEXTS], work[Work.NEXT], work[Work.WRITTEN] = len(texts), 0, 0
        if len(joined) > len(self._out):
            self._out = np.empty(len(joined), np.uint32)
        scan(joined, work, self._alphabet, self._memory, self._out)
        while work[Work.NEXT] < len(texts):
            self._memory = self._grown(work)
            scan(joined, work, self._alphabet, self._memory, self._out)
        self._work = work[: Work.HEADER].copy()
        ends = work[Work.HEADER :].reshape(-1, Text.WIDTH)[:, Text.OUT_END]
        return self._out[: work[Work.WRITTEN]], np.concatenate((np.zeros(1, np.int64), ends))

    def written(self, first: int, end: int) -> tuple[list[int], list[str]]:
        """Return the modes of the forms from number `first` to `end`, and the forms."""
        places = self._memory[2 * self._work[Work.CAPACITY] :][first:end].astype(np.int64)
        if not len(places):
            return [], []
        begin = int(places[0])
        pool = self._memory[begin : self._work[Work.POOL]]
        heads, blob = pool[places - begin], pool.tobytes()
        starts = 8 * (places - begin + 1)
        ends = starts + (heads & np.uint64((1 << 48) - 1)).astype(np.int64)
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return (heads >> np.uint64(48)).tolist(), [str(blob[a:b], "utf-8", "surrogatepass") for a, b in spans]

    def _grown(self, work: I64) -> U64:
        """A larger memory with the same forms; `work` is adapted to it."""
        capacity, old = int(work[Work.CAPACITY]), self._memory
        full = 4 * int(work[Work.FORMS]) >= capacity
        work[Work.CAPACITY] = capacity * 2 if full else capacity
        memory = self._empty(int(work[Work.CAPACITY]), 2 * (len(old) - _pool_of(capacity)))
        rehash(work, memory, np.array([capacity], np.int64), old)
        return memory

    def _empty(self, capacity: int, pool: int) -> U64:
        self._work[Work.CAPACITY] = capacity
        return np.zeros(_pool_of(capacity) + pool, np.uint64)
