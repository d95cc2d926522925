"""A value with the rule that gave it: what every reader of one field returns."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_NOT_WORD = re.compile(r"[\W_]+")
_FOLDED = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


class Found(NamedTuple):
    """One value and its rule, as ("2021-07-25", "json-ld datePublished"); both "" where nothing was found."""

    value: str = ""
    rule: str = ""


class FoundSeveral(NamedTuple):
    """Several values and their rule."""

    values: tuple[str, ...] = ()
    rule: str = ""


def fold(text: str) -> str:
    """The text without case, punctuation and ligatures, for comparing what two places of a page say."""
    if text.isascii():
        return " ".join(text.translate(_FOLDED).split())
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKD", text).casefold()).strip()


def one_line(text: str | None) -> str:
    """The text with every run of white space as one space, and without invisible marks."""
    return " ".join((text or "").replace("\u200b", "").replace("\ufeff", "").split())
