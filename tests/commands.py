"""The command as a person or a script runs it: a real process, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1"}


def pressmark(*arguments: str | Path, text: str | bytes = "") -> subprocess.CompletedProcess[str]:
    given = text.encode() if isinstance(text, str) else text
    done = subprocess.run(command(*arguments), input=given, capture_output=True, env=ENVIRONMENT, timeout=120)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "search.cli", *map(str, arguments)]


def answer(*arguments: str | Path, text: str = "") -> dict[str, Any]:
    done = pressmark(*arguments, "--json", text=text)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def record(article_id: str, body: str = "storm", **fields: Any) -> str:
    return json.dumps({"id": article_id, "title": f"Headline {article_id}", "body": body, **fields}) + "\n"


def ids(found: dict[str, Any]) -> list[str]:
    return [result["id"] for result in found["results"]]


class serving:  # noqa: N801  # reads as a verb where it is used
    """A served index in a process of its own; its address while inside."""

    def __init__(self, *arguments: str | Path, verb: str = "serve") -> None:
        self.process = subprocess.Popen(
            command(verb, *arguments, "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                return next(word for word in line.split() if word.startswith("http://"))
        self.__exit__()
        raise AssertionError("the server said no address")

    def __exit__(self, *raised: object) -> None:
        self.process.terminate()
        _, said = self.process.communicate(timeout=30)
        assert self.process.returncode == 0 and "Traceback" not in said, said
