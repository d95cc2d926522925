"""The loops of `scanner`, for numba.

Bytes and code points are int64, hashes uint64: mixed, numba would go on in floating point.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from index.codec.compiled import jit
from index.codec.inverted import I64, U8, U32
from index.codec.scanner import FIRST_MIX, SECOND_MIX, U64, Kind, Text, Work

Int, U = np.int64, np.uint64

TEXTS, NEXT, WRITTEN, FORMS = int(Work.TEXTS), int(Work.NEXT), int(Work.WRITTEN), int(Work.FORMS)
POOL, CAPACITY, MODE_NOW, HEADER = int(Work.POOL), int(Work.CAPACITY), int(Work.MODE), int(Work.HEADER)
BREAK = int(Kind.BREAK)
START, END, MODE = int(Text.START), int(Text.END), int(Text.MODE)
OUT_END, WIDTH = int(Text.OUT_END), int(Text.WIDTH)
LETTER, DIGIT, WORD, DOT, JOIN = int(Kind.LETTER), int(Kind.DIGIT), int(Kind.WORD), int(Kind.DOT), int(Kind.JOIN)
AMPERSAND, QUOTE, HASH, CURRENCY = int(Kind.AMPERSAND), int(Kind.QUOTE), int(Kind.HASH), int(Kind.CURRENCY)
PLUS, PERCENT, LONE, BEYOND = int(Kind.PLUS), int(Kind.PERCENT), int(Kind.LONE), int(Kind.BEYOND)

# A call with arrays costs as much as a short word does, so what every word needs is copied to where it is needed.
inlined = numba.njit(nogil=True, error_model="numpy", inline="always")

FIRST, SECOND = U(FIRST_MIX), U(SECOND_MIX)
SIZE = U((1 << 48) - 1)
FORM = U(0xFFFFFFFF)


@jit()
def width(text: U8, at: Any) -> Any:
    """How many bytes the character beyond ASCII at `at` takes."""
    lead = Int(text[at])
    return 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


@jit()
def decoded(text: U8, at: Any) -> Any:
    """The code point of the character beyond ASCII at `at`."""
    lead = Int(text[at])
    code = (Int(text[at + 1]) & 0x3F) | (lead & 0x1F) << 6
    if lead >= 0xE0:
        code = (code & 0x3FF) << 6 | (Int(text[at + 2]) & 0x3F)
    if lead >= 0xF0:
        code = (code & 0x7FFF) << 6 | (Int(text[at + 3]) & 0x3F)
    return code


@jit()
def kind_at(text: U8, alphabet: I64, at: Any) -> Any:
    """The Kind of the character at `at`."""
    kind = alphabet[text[at]]
    if kind != BEYOND:
        return kind
    code = decoded(text, at)
    span = 256
    while code > alphabet[span + 1]:
        span += 3
    return alphabet[span + 2] if code >= alphabet[span] else Int(WORD)


@jit()
def in_word(text: U8, alphabet: I64, at: Any) -> Any:
    """Whether a character of a word stands at `at`."""
    kind = kind_at(text, alphabet, at)
    return LETTER <= kind <= WORD


@jit()
def opened(text: U8, alphabet: I64, at: Any) -> Any:
    """Where the beginning of a chunk at `at` ends: a sign before it, its first character or its dotted letters.

    0 where no chunk begins.
    """
    kind = alphabet[text[at]]
    if kind == HASH or kind == CURRENCY:
        at += 1
        kind = alphabet[text[at]]
    if kind == LETTER and alphabet[text[at + 1]] == DOT:
        end = at + 2
        while alphabet[text[end]] == LETTER and alphabet[text[end + 1]] == DOT:
            end += 2
        return end if end - at > 2 or alphabet[text[end]] == LETTER else at + 1
    if kind == BEYOND:
        return at + width(text, at) if kind_at(text, alphabet, at) == WORD else 0
    return at + 1 if LETTER <= kind <= DIGIT else 0


@jit()
def joined(text: U8, alphabet: I64, at: Any) -> Any:
    """Where the character that goes on with a chunk at `at` ends, or `at` if none does."""
    kind = kind_at(text, alphabet, at)
    after = at + (1 if text[at] < 128 else width(text, at))
    if kind == WORD:
        return after
    if kind == QUOTE:
        return after if in_word(text, alphabet, after) else at
    wanted = LETTER if kind == AMPERSAND else DIGIT if kind == DOT or kind == JOIN else -1
    return after if alphabet[text[at - 1]] == wanted and alphabet[text[after]] == wanted else at


@jit()
def signed(text: U8, alphabet: I64, at: Any) -> Any:
    """Where a sign after a word at `at` ends, or `at` if there is none."""
    kind = alphabet[text[at]]
    if kind != PLUS and kind != HASH and kind != PERCENT:
        return at
    end = at + (2 if kind == PLUS and alphabet[text[at + 1]] == PLUS else 1)
    return at if in_word(text, alphabet, end) else end


@inlined
def easy_end(text: U8, alphabet: I64, at: Any) -> Any:
    """What `chunk_end` says of most chunks, letters before a space or before a full stop and a space; 0 for others."""
    end = U(at)
    while LETTER <= alphabet[text[end]] <= DIGIT:
        end += U(1)
    if end == U(at):
        return 0
    kind = alphabet[text[end]]
    plain = kind == BREAK or ((kind == DOT or kind == JOIN) and alphabet[text[end + U(1)]] == BREAK)
    return Int(end) if plain else 0


@jit()
def chunk_end(text: U8, alphabet: I64, at: Any) -> Any:
    """Where the chunk that begins at `at` ends; 0 where none begins."""
    if kind_at(text, alphabet, at) == LONE:
        return at + width(text, at)
    end = opened(text, alphabet, at)
    if end == 0:
        return end
    while True:
        while LETTER <= alphabet[text[end]] <= DIGIT:
            end += 1
        further = joined(text, alphabet, end)
        if further == end:
            return signed(text, alphabet, end)
        end = further


@inlined
def word_at(text: U8, at: Any) -> Any:
    """Eight bytes as a number, the first one lowest."""
    # Of an unsigned index nobody asks whether it is negative, and then the eight loads become one.
    at = U(at)
    low = U(text[at]) | U(text[at + U(1)]) << U(8) | U(text[at + U(2)]) << U(16) | U(text[at + U(3)]) << U(24)
    at += U(4)
    high = U(text[at]) | U(text[at + U(1)]) << U(8) | U(text[at + U(2)]) << U(16) | U(text[at + U(3)]) << U(24)
    return low | high << U(32)


@inlined
def part(text: U8, start: Any, size: Any, k: Any) -> Any:
    """The k-th eight bytes of a chunk, filled with zeros."""
    word, left = word_at(text, start + 8 * k), size - 8 * k
    return word if left >= 8 else word & ((U(1) << U(8 * left)) - U(1))


@jit()
def mixed(key: Any, word: Any) -> Any:
    """One step of the hash of a long form."""
    key = (key ^ word) * SECOND
    return key ^ key >> U(29)


@jit()
def key_of(text: U8, start: Any, size: Any) -> Any:
    """The key of a form; see scanner."""
    if size <= 8:
        return part(text, start, size, 0)
    key = U(size)
    for k in range((size + 7) // 8):
        key = mixed(key, part(text, start, size, k))
    return key << U(8)


@inlined
def slot_of(key: Any, tag: Any, capacity: Any) -> Any:
    """Where the search for a form begins."""
    return Int(((key ^ key >> U(32)) + tag) * FIRST >> U(32) & U(capacity - 1))


@jit()
def same(memory: U64, at: Any, text: U8, start: Any, size: Any) -> Any:
    """Whether the form in the pool at `at` is the chunk."""
    if Int(memory[at] & SIZE) != size:
        return False
    for k in range((size + 7) // 8):
        if memory[at + 1 + k] != part(text, start, size, k):
            return False
    return True


@jit()
def found(memory: U64, capacity: Any, tag: Any, key: Any, slot: Any) -> Any:
    """The first slot from `slot` on that is free or holds the key under the tag."""
    while memory[2 * slot + 1] != U(0):
        if memory[2 * slot] == key and memory[2 * slot + 1] >> U(32) == tag:
            return slot
        slot = (slot + 1) & (capacity - 1)
    return slot


@jit()
def added(text: U8, start: Any, size: Any, work: I64, memory: U64) -> Any:
    """Put a chunk into the pool as the next form of work[MODE_NOW]; -1 where there is no room."""
    form, at, words = work[FORMS], work[POOL], (size + 7) // 8
    if 2 * (form + 1) > work[CAPACITY] or at + 1 + words > len(memory):
        return Int(-1)
    memory[at] = U(size) | U(work[MODE_NOW]) << U(48)
    for k in range(words):
        memory[at + 1 + k] = part(text, start, size, k)
    memory[2 * work[CAPACITY] + form] = U(at)
    work[FORMS], work[POOL] = form + 1, at + 1 + words
    return form


@inlined
def known(text: U8, start: Any, size: Any, work: I64, memory: U64) -> Any:
    """What `form_of` says of most chunks, forms of up to 16 bytes in their first slot; -1 for others."""
    tag, key, second = U(work[MODE_NOW] + 1), part(text, start, min(size, 8), 0), U(0)
    first = key
    if size > 8:
        second = part(text, start, min(size, 16), 1)
        key = mixed(mixed(U(size), first), second) << U(8)
    slot = U(2) * U(slot_of(key, tag, work[CAPACITY]))
    value = memory[slot + U(1)]
    if memory[slot] != key or value >> U(32) != tag or size > 16:
        return Int(-1)
    if size > 8:
        at = memory[U(2) * U(work[CAPACITY]) + (value & FORM)]
        if memory[at] & SIZE != U(size) or memory[at + U(1)] != first or memory[at + U(2)] != second:
            return Int(-1)
    return Int(value & FORM)


@jit()
def form_of(text: U8, start: Any, size: Any, work: I64, memory: U64) -> Any:
    """The number of a form, which may be new; -1 where there is no room for it."""
    capacity, tag = work[CAPACITY], U(work[MODE_NOW] + 1)
    key = key_of(text, start, size)
    slot = found(memory, capacity, tag, key, slot_of(key, tag, capacity))
    while memory[2 * slot + 1] != U(0):
        form = Int(memory[2 * slot + 1] & FORM)
        if size <= 8 or same(memory, Int(memory[2 * capacity + form]), text, start, size):
            return form
        slot = found(memory, capacity, tag, key, (slot + 1) & (capacity - 1))
    form = added(text, start, size, work, memory)
    if form >= 0:
        memory[2 * slot], memory[2 * slot + 1] = key, tag << U(32) | U(form)
    return form


@jit("none", "const u1[:]", "i8[:]", "const i8[:]", "u8[:]", "u4[:]")
def scan(text: U8, work: I64, alphabet: I64, memory: U64, out: U32) -> None:
    """See scanner.scan."""
    for number in range(work[NEXT], work[TEXTS]):
        facts = HEADER + WIDTH * number
        at, end, written = work[facts + START], work[facts + END], work[WRITTEN]
        work[MODE_NOW] = work[facts + MODE]
        while at < end:
            if alphabet[text[at]] < LETTER:
                at += 1
                continue
            after = easy_end(text, alphabet, at)
            if after == 0:
                after = chunk_end(text, alphabet, at)
                if after == 0:
                    at += 1 if text[at] < 128 else width(text, at)
                    continue
            form = known(text, at, after - at, work, memory)
            if form < 0:
                form = form_of(text, at, after - at, work, memory)
                if form < 0:
                    return
            out[written] = form
            written += 1
            at = after
        work[WRITTEN] = work[facts + OUT_END] = written
        work[NEXT] = number + 1


@jit("none", "i8[:]", "u8[:]", "const i8[:]", "const u8[:]")
def rehash(work: I64, memory: U64, old_capacity: I64, old: U64) -> None:
    """See scanner.rehash."""
    before, capacity = old_capacity[0], work[CAPACITY]
    move = (capacity - before) * 5 // 2
    for at in range(before * 5 // 2, work[POOL]):
        memory[at + move] = old[at]
    work[POOL] += move
    for form in range(work[FORMS]):
        memory[2 * capacity + form] = old[2 * before + form] + U(move)
    for slot in range(before):
        key, value = old[2 * slot], old[2 * slot + 1]
        if value != U(0):
            # A later key under the same tag is looked for further on, so the first free slot will do.
            to = slot_of(key, value >> U(32), capacity)
            while memory[2 * to + 1] != U(0):
                to = (to + 1) & (capacity - 1)
            memory[2 * to], memory[2 * to + 1] = key, value
