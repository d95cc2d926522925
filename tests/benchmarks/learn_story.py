"""learn_story.py PAGES [--folds 4] [--write]: learn the weights of index/extract/story.py from known pages.

PAGES holds folders, each with a gold.json and the gzipped pages that it names: {key: {"file", "url", and either "body",
or "summary" and "sections", or the snippets "with" and "without"}}. Without --write the models are judged on sites that
they have not seen, and nothing is changed. Needs scikit-learn. Not a test: it takes minutes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from sklearn.linear_model import LogisticRegression

from index.errors import ExtractionFailed
from index.extract import judge, story
from index.extract.blocks import BIT, Block, blocks_of
from index.extract.found import fold
from index.extract.html import hints_of
from index.extract.metadata import read_metadata
from index.extract.page import parse_page
from index.extract.shapes import NAMES, shapes

WEIGHTS = Path(__file__).parents[2] / "index" / "extract" / "story_weights.json"
_WORD = re.compile(r"\w+")
# Pages with a few wanted and unwanted snippets say less than pages with the whole text.
_SNIPPET_PAGE = 0.35
_STRENGTH = 0.3


@dataclass
class Known:
    """A page with what is known of it: a label per block (1 story, 0 not, -1 unknown) and its weight."""

    gold: dict[str, Any]
    blocks: list[Block]
    features: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    fold: int


def shingles(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text)
    return [tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3))] if words else []


def gold_text(gold: dict[str, Any]) -> str:
    if isinstance(gold.get("body"), str):
        return gold["body"]
    parts = list(gold.get("summary") or [])
    for section in gold.get("sections") or []:
        parts += [*(section.get("headline") or []), *(section.get("paragraphs") or [])]
    return "\n".join(parts)


def labels_of(gold: dict[str, Any], texts: list[str]) -> tuple[list[int], list[float]]:
    if "with" in gold:
        return [_by_snippets(gold, text) for text in texts], [1.0] * len(texts)
    whole = gold_text(gold)
    known, lines = Counter(shingles(whole)), {fold(line) for line in whole.split("\n")}
    labels = [_by_text(text, known, lines) for text in texts]
    return labels, [max(1, len(_WORD.findall(text)) - 3) ** 0.5 for text in texts]


def _by_snippets(gold: dict[str, Any], text: str) -> int:
    if any(" ".join(snippet.split()) in text for snippet in gold["with"]):
        return 1
    return 0 if any(" ".join(snippet.split()) in text for snippet in gold["without"]) else -1


def _by_text(text: str, known: Counter[tuple[str, ...]], lines: set[str]) -> int:
    parts = shingles(text)
    if not parts:
        return -1
    if len(_WORD.findall(text)) < 4:
        return int(fold(text) in lines)
    return int(sum(part in known for part in parts) >= 0.6 * len(parts))


def marks_matrix(blocks: list[Block]) -> np.ndarray:
    bits = list(BIT.values())
    tags = [*story.TAGS, "other"]
    rows = np.zeros((len(blocks), 2 * len(bits) + len(tags)), dtype=np.float32)
    for row, block in zip(rows, blocks, strict=True):
        row[: len(bits)] = [block.near & bit > 0 for bit in bits]
        row[len(bits) : 2 * len(bits)] = [block.far & bit > 0 for bit in bits]
        row[2 * len(bits) + tags.index(block.tag if block.tag in tags else "other")] = 1
    return rows


def read_page(folder: Path, gold: dict[str, Any], folds: int) -> Known | None:
    try:
        page = parse_page(gzip.decompress((folder / gold["file"]).read_bytes()), gold["url"])
        hints = hints_of(read_metadata(page))
    except ExtractionFailed:
        return None
    blocks = blocks_of(page.tree)
    if not blocks:
        return None
    labels, weight = labels_of(gold, [block.text for block in blocks])
    kept = np.where(np.array(labels) < 0, 0, weight)
    share = (_SNIPPET_PAGE if "with" in gold else 1.0) * 100 / (kept.sum() or 1)
    site = ".".join(urlsplit(gold["url"]).netloc.split(".")[-2:])
    part = int(hashlib.md5(site.encode()).hexdigest(), 16) % folds
    features = np.hstack([marks_matrix(blocks), shapes(blocks, hints)]).astype(np.float32)
    return Known(gold, blocks, features, np.array(labels), kept * share, part)


def fit(pages: list[Known], features: list[np.ndarray]) -> LogisticRegression:
    data, labels = np.concatenate(features), np.concatenate([page.labels for page in pages])
    weight, known = np.concatenate([page.weight for page in pages]), labels >= 0
    return LogisticRegression(C=_STRENGTH, max_iter=500).fit(data[known], labels[known], sample_weight=weight[known])


def unseen(pages: list[Known], features: list[np.ndarray], folds: int) -> list[np.ndarray]:
    """The probabilities for each page by a model that has not seen its site."""
    found: list[np.ndarray] = [np.zeros(0)] * len(pages)
    for part in range(folds):
        train = [at for at, page in enumerate(pages) if page.fold != part]
        model = fit([pages[at] for at in train], [features[at] for at in train])
        for at, page in enumerate(pages):
            if page.fold == part:
                found[at] = model.predict_proba(features[at])[:, 1]
    return found


def with_context(page: Known, first: np.ndarray) -> np.ndarray:
    around = judge.context(first.astype(np.float64), story.lengths(page.blocks), story.groups(page.blocks))
    return np.hstack([page.features, around]).astype(np.float32)


def report(name: str, pages: list[Known], found: list[np.ndarray]) -> None:
    pairs = [(page, chance) for page, chance in zip(pages, found, strict=True)]
    whole = [scores(p, c) for p, c in pairs if "with" not in p.gold]
    if whole:
        precision, recall = (sum(column) / len(whole) for column in zip(*whole, strict=True))
        both = 2 * precision * recall / (precision + recall)
        print(f"{name}: body precision {precision:.4f} recall {recall:.4f} F1 {both:.4f}")
    wanted = sum(len(p.gold["with"]) for p, _ in pairs if "with" in p.gold)
    got = sum(hits(p, c, "with") for p, c in pairs if "with" in p.gold)
    wrong = sum(hits(p, c, "without") for p, c in pairs if "with" in p.gold)
    if wanted:
        print(f"{name}: segments F {2 * got / (wanted + got + wrong):.4f}")


def kept_text(page: Known, chance: np.ndarray) -> str:
    return "\n".join(block.text for block, value in zip(page.blocks, chance, strict=True) if value > story.KEPT)


def scores(page: Known, chance: np.ndarray) -> tuple[float, float]:
    gold, found = Counter(shingles(gold_text(page.gold))), Counter(shingles(kept_text(page, chance)))
    both = sum((gold & found).values())
    return both / max(1, sum(found.values())), both / max(1, sum(gold.values()))


def hits(page: Known, chance: np.ndarray, key: str) -> int:
    text = kept_text(page, chance)
    return sum(" ".join(snippet.split()) in text for snippet in page.gold[key])


def table_of(first: LogisticRegression, second: LogisticRegression) -> dict[str, Any]:
    """The weights by name, [first model, second model]; those of the neighbours only in the second."""
    one, two = first.coef_[0], second.coef_[0]
    names = [("near", name) for name in BIT] + [("far", name) for name in BIT]
    names += [("tag", name) for name in (*story.TAGS, "other")] + [("shape", name) for name in NAMES]
    table: dict[str, Any] = {"bias": [float(first.intercept_[0].round(4)), float(second.intercept_[0].round(4))]}
    for at, (group, name) in enumerate(names):
        table.setdefault(group, {})[name] = [round(float(one[at]), 4), round(float(two[at]), 4)]
    around = [*judge.NEIGHBOURS, *(f"{way}-{name}" for way in ("parent", "outer") for name in judge.GROUP)]
    table["context"] = {name: round(float(value), 4) for name, value in zip(around, two[len(names) :], strict=True)}
    return table


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pages", type=Path)
    options.add_argument("--folds", type=int, default=4)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    sets = [(path.parent, json.loads(path.read_text())) for path in sorted(chosen.pages.glob("*/gold.json"))]
    named = [(folder.name, read_page(folder, gold, chosen.folds)) for folder, golds in sets for gold in golds.values()]
    pages = [page for _, page in named if page is not None]
    first = unseen(pages, [page.features for page in pages], chosen.folds)
    wider = [with_context(page, chance) for page, chance in zip(pages, first, strict=True)]
    second = unseen(pages, wider, chosen.folds)
    for name in dict.fromkeys(name for name, _ in named):
        mine = [at for at, (other, _) in enumerate((n, p) for n, p in named if p is not None) if other == name]
        report(name, [pages[at] for at in mine], [second[at] for at in mine])
    if chosen.write:
        models = fit(pages, [page.features for page in pages]), fit(pages, wider)
        WEIGHTS.write_text(json.dumps(table_of(*models), indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
