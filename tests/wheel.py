"""Builds the wheel, installs it into an empty environment elsewhere, and runs the demo and a search from there.

    python -m tests.wheel

Needs a package index to install the dependencies from; `.ci/run` calls it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pressmark-wheel-") as name:
        elsewhere = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", name, str(ROOT), cwd=elsewhere)
        (wheel,) = elsewhere.glob("*.whl")
        venv.create(elsewhere / "environment", with_pip=True)
        run(str(elsewhere / "environment/bin/pip"), "install", "-q", str(wheel), cwd=elsewhere)
        try_demo(elsewhere / "environment/bin/pressmark", elsewhere)
    print("wheel: built, installed, demo served, search answered")


def try_demo(command: Path, elsewhere: Path) -> None:
    arguments = [str(command), "demo", "--index", "archive", "--port", "0"]
    with subprocess.Popen(arguments, cwd=elsewhere, stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            address = next(word for line in demo.stdout for word in line.split() if word.startswith("http://"))
            with urllib.request.urlopen(f"{address}api/search?q=mandela", timeout=60) as answer:
                assert json.load(answer)["total"] >= 1
            with urllib.request.urlopen(f"{address}search?q=mandela", timeout=60) as page:
                assert "<mark>" in page.read().decode()
        finally:
            demo.terminate()
    found = run(str(command), "search", "mandela", "--index", "archive", "--json", cwd=elsewhere)
    assert json.loads(found)["total"] >= 1


def run(*arguments: str, cwd: Path) -> str:
    return subprocess.run(arguments, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
