"""What several test files start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import SEEDS, answer


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded") / "index"
    report = answer("reindex", SEEDS, "--index", folder)
    assert (report["failed"], report["added"]) == (0, report["read"])
    assert report["read"] >= 40
    return folder
