"""Position -> opaque text that fits into an address, and back: how a program goes on behind any result.

    checksum    uint32     CRC-32 of what follows
    version     uint8      2
    asked       4 bytes    xxh32 of the query and the order: positions in one ranking mean nothing in another
    score       float64
    published   int64      seconds since 1970 UTC
    id          UTF-8      to the end

in base64 for addresses (RFC 4648, section 5), without padding. The numbers are big-endian.
"""

from __future__ import annotations

import math
import struct
from base64 import b64decode, urlsafe_b64encode
from zlib import crc32

import xxhash

from index.schema import NO_DATE
from search.engine import Position, Sort
from search.errors import BadRequest

VERSION = 2
HEAD = struct.Struct(">B4sdq")


def cursor_text(position: Position, q: str, sort: Sort) -> str:
    """The position as text, good for this query in this order."""
    head = HEAD.pack(VERSION, _asked(q, sort), position.score, position.published)
    packed = head + position.id.encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(crc32(packed).to_bytes(4) + packed).rstrip(b"=").decode("ascii")


def read_cursor(text: str, q: str, sort: Sort) -> Position:
    """The position that `cursor_text` was given. Raises BadRequest for any other text and for another search."""
    try:
        position, asked = _unpacked(b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (ValueError, struct.error):
        detail = "is not one that this service gave. Pass on next_cursor as it came, or begin again without it."
        raise BadRequest("cursor", detail) from None
    if asked != _asked(q, sort):
        raise BadRequest("cursor", "belongs to another search: q and sort must be those of the answer that gave it.")
    return position


def _unpacked(data: bytes) -> tuple[Position, bytes]:
    checksum, packed = int.from_bytes(data[:4]), data[4:]
    version, asked, score, published = HEAD.unpack_from(packed)
    if checksum != crc32(packed) or version != VERSION or not math.isfinite(score) or abs(published) > abs(NO_DATE):
        raise ValueError("no cursor")
    return Position(score, published, packed[HEAD.size :].decode("utf-8", "surrogatepass")), asked


def _asked(q: str, sort: Sort) -> bytes:
    return xxhash.xxh32_digest(f"{sort} {q}".encode("utf-8", "surrogatepass"))
