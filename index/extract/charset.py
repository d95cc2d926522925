"""Bytes -> text: byte order mark, then the transport's header, then the page's own declaration, then detection."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from index.errors import ExtractionFailed

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(
    rb"""<(?:meta\b[^>]{0,300}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_DETECTION_BYTES = 65_536
# What pages mean when they say Latin-1 (WHATWG Encoding Standard).
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
          "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
          "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-9": "cp1254", "tis-620": "cp874"}  # fmt: skip


def decode(data: bytes, header: str = "", markup: bool = False) -> str:
    """Decode a document; a byte that fits nothing becomes U+FFFD. Raises ExtractionFailed on binary data."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if _is_binary(data):
        raise ExtractionFailed("a binary file, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(data, header, markup)


def to_utf8(data: bytes, header: str = "", markup: bool = False) -> bytes:
    """The same document in UTF-8; most are, and pass as they stand. Raises ExtractionFailed on binary data."""
    marked = any(data.startswith(mark) for mark, _ in _MARKS)
    if not marked and not _is_binary(data) and _is_utf8(data):
        return data
    return decode(data, header, markup).encode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        return data.isascii() or data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def _is_binary(data: bytes) -> bool:
    head = data[:8192]
    return sum(map(head.count, range(9))) > len(head) // 50


def _decode_other(data: bytes, header: str, markup: bool) -> str:
    declared = _DECLARED.search(data[:8192]) if markup else None
    for name in (header, declared.group(1).decode("ascii") if declared else ""):
        encoding = _known(name)
        # UTF-8 with a few broken bytes is still UTF-8; a wrong label is not.
        if encoding and (text := data.decode(encoding, "replace")).count("\ufffd") <= len(text) // 200:
            return text
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") <= len(text) // 200:
        return text
    return data.decode(_detected(data), "replace")


def _known(name: str) -> str:
    name = _MEANT.get(name.strip().lower(), name.strip().lower())
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""


def _detected(data: bytes) -> str:
    best = from_bytes(data[:_DETECTION_BYTES]).best()
    return best.encoding if best else "cp1252"
