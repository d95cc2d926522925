"""learn_dump.py PAGES [--folds 4] [--write]: learn the weights of index/extract/lines.py from dumps of known pages.

The dumps are made here from the pages in the ways of careless scrapers; the rest is as in learn_story.py. Needs
scikit-learn and inscriptis.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from bs4 import BeautifulSoup
from inscriptis import get_text
from learn_story import Known, fit, gold_text, labels_of, unseen
from sklearn.linear_model import LogisticRegression

from index.extract import judge, lines

WEIGHTS = Path(__file__).parents[2] / "index" / "extract" / "dump_weights.json"
KEPT = 0.5


def soup_dump(html: str) -> str:
    soup = BeautifulSoup(html, "lxml")
    for tag in soup(["script", "style", "noscript", "template"]):
        tag.decompose()
    return (soup.body or soup).get_text("\n")


def stripped_dump(html: str) -> str:
    return "\n".join(line.strip() for line in soup_dump(html).splitlines() if line.strip())


STYLES = {"stripped": stripped_dump, "inscriptis": get_text}


def read_dump(text: str, gold: dict[str, Any], folds: int) -> Known | None:
    found = lines.lines_of(text)
    if not found:
        return None
    labels, weight = labels_of(gold, [line.text for line in found])
    kept = np.where(np.array(labels) < 0, 0, weight)
    share = (0.25 if "with" in gold else 1.0) * 100 / (kept.sum() or 1)
    site = ".".join(urlsplit(gold["url"]).netloc.split(".")[-2:])
    part = int(hashlib.md5(site.encode()).hexdigest(), 16) % folds
    features = lines.shapes(found).astype(np.float32)
    return Known(gold, found, features, np.array(labels), kept * share, part)  # type: ignore[arg-type]  # lines for blocks


def with_context(page: Known, first: np.ndarray) -> np.ndarray:
    around = judge.context(first.astype(np.float64), lines.lengths(page.blocks), ())  # type: ignore[arg-type]  # as above
    return np.hstack([page.features, around]).astype(np.float32)


def report(name: str, pages: list[Known], found: list[np.ndarray]) -> None:
    whole = [scores(p, c) for p, c in zip(pages, found, strict=True) if "with" not in p.gold]
    if whole:
        precision, recall = (sum(column) / len(whole) for column in zip(*whole, strict=True))
        both = 2 * precision * recall / (precision + recall)
        print(f"{name}: precision {precision:.4f} recall {recall:.4f} F1 {both:.4f}")


def scores(page: Known, chance: np.ndarray) -> tuple[float, float]:
    text = "\n".join(line.text for line, value in zip(page.blocks, chance, strict=True) if value > KEPT)
    gold, found = _shingles(gold_text(page.gold)), _shingles(text)
    both = sum((gold & found).values())
    return both / max(1, sum(found.values())), both / max(1, sum(gold.values()))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))


def table_of(first: LogisticRegression, second: LogisticRegression) -> dict[str, Any]:
    one, two = first.coef_[0], second.coef_[0]
    shape = {name: [round(float(one[at]), 4), round(float(two[at]), 4)] for at, name in enumerate(lines.NAMES)}
    around = zip(judge.NEIGHBOURS, two[len(lines.NAMES) :], strict=True)
    bias = [round(float(first.intercept_[0]), 4), round(float(second.intercept_[0]), 4)]
    return {"bias": bias, "shape": shape, "context": {name: round(float(value), 4) for name, value in around}}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pages", type=Path)
    options.add_argument("--folds", type=int, default=4)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    named: list[tuple[str, Known]] = []
    for path in sorted(chosen.pages.glob("*/gold.json")):
        for gold in json.loads(path.read_text()).values():
            html = gzip.decompress((path.parent / gold["file"]).read_bytes()).decode("utf-8", "replace")
            for style, dump in STYLES.items():
                page = read_dump(dump(html), gold, chosen.folds)
                if page is not None:
                    named.append((f"{path.parent.name} {style}", page))
    pages = [page for _, page in named]
    first = unseen(pages, [page.features for page in pages], chosen.folds)
    wider = [with_context(page, chance) for page, chance in zip(pages, first, strict=True)]
    second = unseen(pages, wider, chosen.folds)
    for name in dict.fromkeys(name for name, _ in named):
        mine = [at for at, (other, _) in enumerate(named) if other == name]
        report(name, [pages[at] for at in mine], [second[at] for at in mine])
    if chosen.write:
        models = fit(pages, [page.features for page in pages]), fit(pages, wider)
        WEIGHTS.write_text(json.dumps(table_of(*models), indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
