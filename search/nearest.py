"""A name that is none of those known -> the one that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the most similar of the known names, "" where none is similar."""
    # Imported at the first slip of a pen: a search without one need not wait for it.
    found: list[str] = import_module("difflib").get_close_matches(name, list(known), n=1)
    return found[0] if found else ""
