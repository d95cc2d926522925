"""Who may import whom: the folder rule, held over every import, those inside functions included."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for package in ("index", "search") for path in (ROOT / package).rglob("*.py"))
FLASK_MODULES = {"search.web", "search.api", "search.feeds"}
DOORS = {"search.web", "search.cli"}
HOLDS_THE_DOORS = {"search.serve_commands"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_follow_the_folder_rule(path: Path) -> None:
    name, imported = name_of(path), set(imports_of(path))
    packages = {module.split(".")[0] for module in imported}
    if name.startswith("index"):
        assert not packages & {"search", "flask"}, f"{name} must not look up at its callers"
    if name not in FLASK_MODULES:
        assert "flask" not in packages, f"{name} must not know of HTTP"
    if name not in HOLDS_THE_DOORS:
        assert not imported & DOORS, f"nobody imports {imported & DOORS}"


def test_there_are_modules_to_walk() -> None:
    assert {"index.article", "search.engine"} <= {name_of(path) for path in MODULES}


# What nobody should wait for who only searches: readers, servers, and numba.
OTHERS = {"bs4", "dateparser", "feedparser", "flask", "jinja2", "lxml", "numba", "pebble", "platformdirs", "rich"}
OTHERS |= {"trafilatura", "waitress", "warcio", "whoosh"}
# Of the standard library, what takes a millisecond or more; numpy and click may have it from one release to another.
SLOW = {"asyncio", "difflib", "email", "hashlib", "html", "http", "logging", "multiprocessing", "tempfile", "traceback"}
OURS = {"index.codec.loading", "index.codec.prepared", "index.codec.columns_writer", "index.codec.postings_writer"}
OURS |= {"index.fingerprint", "index.writer"}
OURS |= {"search.document", "search.explain", "search.reading", "search.relaxations"}
COMMAND = """
from search.cli import main
main(["search", "--index", sys.argv[1], "moon landing"], standalone_mode=False)
"""
LIBRARY = """
from search.engine import Request
from search.local_engine import LocalEngine
from search.parse import parse
engine = LocalEngine(sys.argv[1])
assert engine.search(Request(parse("moon landing", engine.analyzer()).query)).total
"""
# Numba is loaded by a thread, when the first query has been answered: kept from it, so that no clock decides.
UNCOMPILED = "from index.codec import compiled; compiled.compile_in_background = lambda: None"
FLOOR = "import click, dataclasses, json, numpy, numpy.typing, orjson, pathlib, threading, xxhash, zstandard"


def loaded_by(code: str, *arguments: str | Path) -> set[str]:
    whole = f"import sys\n{code}\nprint('\\n', *sys.modules)"
    command = [sys.executable, "-c", whole, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("code", [COMMAND, LIBRARY], ids=["command", "library"])
def test_a_search_waits_for_nothing_that_it_does_not_need(code: str, seeded: Path) -> None:
    loaded = loaded_by(f"{UNCOMPILED}\n{code}", seeded)
    assert "search.execution" in loaded
    assert not {name.split(".")[0] for name in loaded} & OTHERS
    assert not loaded & OURS
    assert not (loaded - loaded_by(FLOOR)) & SLOW


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted by the proc file system of Linux")
def test_a_command_starts_no_threads_for_linear_algebra() -> None:
    code = "import os, search.cli; search.cli.main.get_command(None, 'search'); print(os.listdir('/proc/self/task'))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert len(done.stdout.split()) == 1, done.stdout
