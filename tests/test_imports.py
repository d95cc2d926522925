"""Who may import whom: the folder rule, held over every import, those inside functions included."""

from __future__ import annotations

import ast
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


def test_a_search_waits_for_nothing_that_only_readers_and_servers_need() -> None:
    code = "import sys, search.cli, search.search_command; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "search" in loaded
    # Numba is loaded in the background, when the first query has been answered.
    assert not loaded & {"bs4", "flask", "lxml", "numba", "pebble", "rich", "trafilatura", "waitress", "warcio"}
