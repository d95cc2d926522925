"""extraction.py PAGES [SET ...]: how well and how fast articles are read, by the scores of PAGES/score.py.

PAGES holds score.py and folders (SET: aeb, fundus, trafilatura, ...), each with a gold.json that names its gzipped
pages and their addresses. The pages are read one after the other in this process; the time is its CPU time. With
--dumps they are first turned into text dumps, as careless scrapers leave them (needs inscriptis). Not a test.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from index.article import Article
from index.errors import ExtractionFailed
from index.extract.html import read_html
from index.extract.text import read_text

Reader = Callable[[], Article]


def readers(folder: Path, style: str) -> Iterator[tuple[str, Reader]]:
    for key, gold in json.loads((folder / "gold.json").read_text()).items():
        data = gzip.decompress((folder / gold["file"]).read_bytes())
        if not style:
            yield key, partial(page_article, data, key, gold["url"])
        else:
            yield key, partial(dump_article, dump(data.decode("utf-8", "replace"), style), key)


def page_article(data: bytes, key: str, url: str) -> Article:
    return read_html(data, key, url).article


def dump_article(text: str, key: str) -> Article:
    return read_text(text, key).article


def dump(html: str, style: str) -> str:
    from learn_dump import STYLES  # only this needs inscriptis

    return STYLES[style](html)


def predictions(folder: Path, style: str) -> tuple[dict[str, Any], float, list[str]]:
    found: dict[str, Any] = {}
    failed: list[str] = []
    seconds = 0.0
    for key, read in readers(folder, style):
        started = time.process_time()
        try:
            article = read()
            found[key] = {name: getattr(article, name) for name in ("title", "published", "authors", "tags", "body")}
        except ExtractionFailed:
            failed.append(key)
        seconds += time.process_time() - started
    return found, seconds, failed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pages", type=Path)
    options.add_argument("sets", nargs="*")
    options.add_argument("--dumps", default="", help="stripped or inscriptis: read dumps of the pages made so")
    options.add_argument("--worst", default="0", help="list so many pages with the lowest body score")
    chosen = options.parse_args()
    sets = chosen.sets or sorted(path.parent.name for path in chosen.pages.glob("*/gold.json"))
    for name in sets:
        found, seconds, failed = predictions(chosen.pages / name, chosen.dumps)
        speed = f"{len(found) / seconds:.1f} a second"
        print(f"{name} {chosen.dumps}: {len(found)} read, {speed}, {len(failed)} without article {failed}", flush=True)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(found, file)
            file.flush()
            score = [sys.executable, str(chosen.pages / "score.py"), name, file.name, "--worst", chosen.worst]
            subprocess.run(score, check=True)


if __name__ == "__main__":
    main()
