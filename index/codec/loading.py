"""Modules of loops, loaded with what numba has compiled of them before; for compiled.py, once there is time for it."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

_IMPORT = re.compile(rb"^from ([\w.]+) import", re.MULTILINE)
_LOADING = threading.RLock()
_LOG = logging.getLogger(__name__)


def load(module: str) -> Any:
    """Import a module of loops, compiling what the cache does not hold. Raises ImportError without numba."""
    with _LOADING:
        if module not in sys.modules:
            for needed in _loops_of(module):
                with _cache_folder(needed):
                    importlib.import_module(needed)
        return sys.modules[module]


def warn(kernel: str) -> None:
    """Log the exception being handled as the reason why a kernel's loop cannot be used."""
    _LOG.warning("%s is not compiled; the slower numpy version answers", kernel, exc_info=True)


def _loops_of(module: str) -> list[str]:
    """Modules of loops that `module` is made of: those it imports first, itself last."""
    before = [loops for name in _imported(module) if name.endswith("_loops") for loops in _loops_of(name)]
    return [*dict.fromkeys(before), module]


def _imported(module: str) -> list[str]:
    """Modules, other than the standard library's, that `module` imports names from."""
    # Parsing the sources would take as long as loading all that is compiled.
    found = [name.decode("ascii") for name in _IMPORT.findall(_source(module))]
    return [name for name in found if name not in sys.stdlib_module_names]


def _source(module: str) -> bytes:
    spec = importlib.util.find_spec(module)
    assert spec and spec.origin, f"no source of {module}"
    return Path(spec.origin).read_bytes()


@contextmanager
def _cache_folder(module: str) -> Iterator[None]:
    """Let numba keep what it compiles of `module` in a folder that is named after the sources it depends on.

    Numba itself looks at the time stamp of one file, and so misses a change in a helper or a constant from another
    module, and a new release whose files carry the same times.
    """
    names = [name for loops in _loops_of(module) for name in (*_imported(loops), loops)]
    sources = hashlib.blake2b(b"".join(map(_source, names)), digest_size=8).hexdigest()
    config = importlib.import_module("numba").config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(_writable(Path(before) if before else user_cache_path("pressmark"), f"{module}-{sources}"))
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _writable(base: Path, name: str) -> Path:
    folder = base / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # Private to this process: numba's cache holds pickles, so a shared temporary folder would run others' code.
        return Path(tempfile.mkdtemp(prefix="pressmark-"))
    return folder
