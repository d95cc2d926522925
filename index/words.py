"""Text -> words, before they become terms: where words begin and end, and how each is written.

Two steps, so that a fast scanner can do the first and remember the second:

1. `chunk_pattern` cuts text into chunks. It is coarse, and simple enough to be repeated over UTF-8 bytes.
2. `words(chunk)` says what a chunk means. It sees nothing but the chunk, so equal chunks always mean the same.

Characters as step 1 sees them; every other ASCII character, and the spaces, dashes and quotation marks of U+2000 to
U+206F and U+3000 to U+303F, only separate:

    ASCII letters and digits      make words
    X    all beyond ASCII         may make words; step 2 knows which of them do
    Q    ' U+2018 U+2019          joins where a character of a word stands on both sides
    .    ,    /                   join digits; the dot also joins single letters at the beginning
    &                             joins letters
    #    $                        before a word
    +    ++    #    %             after a word
    lone CJK and Hangul           each character is a chunk by itself
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal, NamedTuple

# First and last code points beyond ASCII: those that only separate, and those that stand alone.
BREAKS = (
    (0xA0, 0xA1), (0xAB, 0xAB), (0xBB, 0xBB), (0xBF, 0xBF),
    (0x2000, 0x200B), (0x200E, 0x2017), (0x201A, 0x205F), (0x2061, 0x206F),
    (0x3000, 0x3004), (0x3008, 0x303F),
)  # fmt: skip
LONE = ((0x3005, 0x3007), (0x3040, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
QUOTES = (0x27, 0x2018, 0x2019)

# Scripts that write no spaces between words: each letter is a word, with the marks that follow it.
SPACELESS = (*LONE, (0xE00, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xFF66, 0xFF9D), (0xFFA0, 0xFFDC))

# Longer words, mostly not written by anybody, are known by their beginning.
LONGEST = 64


def _character_class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_SEPARATORS = ((0x00, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7F))  # ASCII but for letters and digits
_Q = "['\u2018\u2019]"


def _chunk_pattern(beyond: tuple[tuple[int, int], ...], lone: tuple[tuple[int, int], ...]) -> re.Pattern[str]:
    v = f"[^{_character_class((*_SEPARATORS, *beyond, *lone))}]"
    return re.compile(
        rf"""
          [A-Za-z0-9]++ (?= [\ \n"();:?!-] | [.,][\ \n"] | \Z )  # most chunks, sooner; the next line says the same
        | [#$]? (?: (?:[A-Za-z]\.){{2,}}+ | [A-Za-z]\.(?=[A-Za-z]) | {v} )
          (?: {v}++ | (?<=[0-9])[.,/](?=[0-9]) | (?<=[A-Za-z])&(?=[A-Za-z]) | {_Q}(?={v}) )*+
          (?: (?: \+\+ | \+(?!\+) | [#%] ) (?!{v}) )?
        {"|" if lone else ""} {f"[{_character_class(lone)}]" if lone else ""}
        """,
        re.VERBOSE,
    )


_ASCII_CHUNK = _chunk_pattern((), ())
# Searched for, not compared with the greatest character of a text: that takes four times as long.
_PERHAPS_LONE = re.compile(f"[{chr(LONE[0][0])}-\U0010ffff]")


@cache
def _chunk_beyond_ascii(lone: bool) -> re.Pattern[str]:
    return _chunk_pattern((*BREAKS, (0x2018, 0x2019)), LONE if lone else ())


def chunk_pattern(text: str) -> re.Pattern[str]:
    """Return what cuts this text into chunks."""
    # The more characters a pattern knows, the longer it takes to compile, up to 10 ms: more than most searches take.
    return _ASCII_CHUNK if text.isascii() else _chunk_beyond_ascii(_PERHAPS_LONE.search(text) is not None)


# Step 2 reads a chunk's shape: one class a character, l letter, d ASCII digit, c letter of a spaceless script, ' quote.
_WORD = re.compile(
    r"""
      (?P<prefix>[#$])?
      (?: (?P<dotted>  l(?:\.l)+\.?) (?![ld])
        | (?P<grouped> d{1,3}(?:,ddd)+(?:\.d+)?) (?!,?d) [ld]*
        | (?P<slashed> d+(?:/d+)+) (?![ld])
        | (?P<joined>  [ld]{1,3}(?:&[ld]{1,3})+) (?![ld&])
        | [ld]+ (?:(?<=d)\.d[ld]*)*
      )
      (?:'[ld]+)*
      (?P<suffix>\+\+|[+#%])?
    | (?P<spaceless>cm*)
    """,
    re.VERBOSE,
)
_ASCII_SHAPE = {
    code: "d" if chr(code).isdigit() else "l" if chr(code).isalpha() else chr(code) if chr(code) in "'.,/&#$+%" else " "
    for code in range(128)
}
_QUOTE = re.compile(_Q)
_QUOTES = frozenset(map(chr, QUOTES))
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+")
_ASCII_RUN = re.compile("([\x00-\x7f]+)")
_CONTRACTED = {"s", "ll", "re", "ve", "d", "m"}
_ELIDED = {
    "fr": frozenset("l d j m t s n c qu jusqu lorsqu puisqu quoiqu".split()),
    "it": frozenset("l d un c s m t v dell nell sull all dall coll quell quest".split()),
    "ca": frozenset("l d m t s n".split()),
}


class Word(NamedTuple):
    """A word of a chunk, at `start` to `end` of its characters.

    `folded` is what it is to a reader in a hurry: no case, no diacritics, no signs. `exact` is how this one is written,
    "" where `folded` says it all; `capitals` tells that only its capitals make the difference.
    """

    start: int
    end: int
    folded: str
    exact: str = ""
    capitals: bool = False


def words(chunk: str, language: str = "en") -> tuple[Word, ...]:
    """Return the words of one chunk in order; none where it holds no letter and no digit."""
    if chunk.isascii() and chunk.isalnum():
        capitals = _is_acronym(chunk)
        return (Word(0, len(chunk), chunk.lower()[:LONGEST], chunk if capitals else "", capitals),)
    return tuple(word for match in _WORD.finditer(_shape(chunk)) for word in _read(chunk, match, language))


def simple_word(chunk: str) -> str:
    """Return the folded form of a chunk that is one word with no other form, whatever its language: most are.

    "" for a chunk that `words` has to read.
    """
    if chunk.isascii() and chunk.isalnum():
        return "" if _is_acronym(chunk) else chunk.lower()[:LONGEST]
    if chunk[-2:-1] in _QUOTES and chunk[-1] in "sS":
        owner = chunk[:-2]
        return owner.lower()[:LONGEST] if owner.isascii() and owner.isalnum() and not _is_acronym(owner) else ""
    return chunk.replace(",", "")[:LONGEST] if _NUMBER.fullmatch(chunk) else ""


def fold(text: str) -> str:
    """Return text as terms are written, with compatible characters, case and diacritics made one; keep ASCII signs."""
    return "".join(_without_diacritics(_caseless(part)) for part in _ASCII_RUN.split(text))


def _read(chunk: str, match: re.Match[str], language: str) -> Iterator[Word]:
    start, end = match.span()
    if match["spaceless"]:
        yield from _characters(_caseless(chunk[start:end]), start, end)
        return
    prefix, suffix = chunk[start : start + 1] if match["prefix"] else "", match["suffix"] or ""
    parts = _QUOTE.split(chunk[start + len(prefix) : end - len(suffix)])
    if len(parts) > 1 and parts[-1].casefold() in _CONTRACTED:
        parts.pop()
    if len(parts) > 1 and parts[0].casefold() in _ELIDED.get(language, ()) and _caseless("".join(parts[1:])):
        start += len(parts.pop(0)) + 1
    plain = "".join(parts)
    if match["dotted"] or match["grouped"]:
        plain = _undotted(plain, match)
    yield from _word(plain, (prefix, suffix), bool(match["dotted"]), (start, end))


def _undotted(plain: str, match: re.Match[str]) -> str:
    return plain.replace(".", "") if match["dotted"] else plain.replace(",", "")


def _word(plain: str, signs: tuple[str, str], dotted: bool, span: tuple[int, int]) -> Iterator[Word]:
    caseless = _caseless(plain)
    folded = _without_diacritics(caseless)
    if "c" in _shape(folded):
        yield from _characters(folded, *span)
    elif folded:
        exact = _exact(plain, caseless, signs, dotted)
        yield Word(*span, folded[:LONGEST], exact[:LONGEST] if exact != folded else "", exact.isupper() and not dotted)


def _exact(plain: str, caseless: str, signs: tuple[str, str], dotted: bool) -> str:
    if any(signs):
        return f"{signs[0]}{caseless}{signs[1]}"
    return plain.upper() if dotted or _is_acronym(plain) else caseless


def _characters(text: str, start: int, end: int) -> Iterator[Word]:
    """Words of a spaceless script: any text in it is found as a phrase of its characters."""
    for match in _WORD.finditer(_shape(text)):
        yield Word(start, end, text[match.start() : match.end()][:LONGEST])


def _is_acronym(plain: str) -> bool:
    return plain.isupper() and 2 <= len(plain) <= 6 and plain.isalpha()


def _caseless(text: str) -> str:
    """Unicode's caseless compatibility form, without what is invisible."""
    if text.isascii():
        return text.lower()
    compatible = unicodedata.normalize("NFKC", text)
    # "5½" is not "51⁄2".
    kind: Literal["NFC", "NFKC"] = "NFC" if "\u2044" in compatible else "NFKC"
    form = unicodedata.normalize(kind, unicodedata.normalize(kind, text).casefold())
    return "".join(c for c in form if c in "./&" or (_class_of(c) in "ldcm" and unicodedata.category(c) != "Cf"))


def _without_diacritics(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    for c in unicodedata.normalize("NFD", text):
        if c not in _DIACRITICS or (c == "\u0306" and kept and "\u0400" <= kept[-1] <= "\u052f"):
            kept.append(_UNDECOMPOSED.get(c, c))
    return unicodedata.normalize("NFC", "".join(kept))


# Latin, Greek and Cyrillic; Hebrew and Arabic points. The Cyrillic breve makes another letter, not another accent.
_DIACRITICS = frozenset(map(chr, [*range(0x300, 0x370), *range(0x591, 0x5C8), *range(0x64B, 0x660), 0x670]))

# Letters whose stroke or ligature Unicode does not take apart.
_UNDECOMPOSED = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}


def _shape(chunk: str) -> str:
    if chunk.isascii():
        return chunk.translate(_ASCII_SHAPE)
    shape: list[str] = []
    for c in chunk:
        kind = _class_of(c)
        shape.append(_marked(shape[-1] if shape else " ") if kind == "m" else kind)
    return "".join(shape)


def _marked(before: str) -> str:
    """A mark belongs to the letter before it; alone it is nothing."""
    return before if before in "ld" else "m" if before in "cm" else " "


@lru_cache(maxsize=65536)
def _class_of(c: str) -> str:
    code, category = ord(c), unicodedata.category(c)
    if code < 128:
        return _ASCII_SHAPE[code]
    if category == "Sc":
        return "$"
    if category[0] == "M" or category == "Cf" or code in (0xFF9E, 0xFF9F):
        return "m"
    if category[0] not in "LN":
        return "'" if code in QUOTES else " "
    return "c" if any(first <= code <= last for first, last in SPACELESS) else "l"
