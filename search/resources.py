"""Where the pages and the sample articles are: at the top of a checkout, inside this package in an installed wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """Return the folder of the Flask templates and, in its `static`, what they refer to."""
    return _folder("templates")


def seeds_folder() -> Path:
    """Return the folder of the sample articles."""
    return _folder("seeds")


def _folder(name: str) -> Path:
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name
