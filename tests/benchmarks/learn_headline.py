"""learn_headline.py PAGES [--write]: learn the weights of index/extract/headlines.py from known titles.

The dumps are those of learn_dump.py. Without --write the model is judged on sites that it has not seen, and nothing is
changed. Needs scikit-learn and inscriptis.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from learn_dump import STYLES
from sklearn.linear_model import LogisticRegression

from index.extract import headlines
from index.extract.found import fold
from index.extract.lines import lines_of, story_lines
from index.extract.text import story_core

WEIGHTS = Path(__file__).parents[2] / "index" / "extract" / "headline_weights.json"
_FOLDS = 4


def examples(folder: Path) -> list[tuple[int, np.ndarray, np.ndarray]]:
    found = []
    for gold in json.loads((folder / "gold.json").read_text()).values():
        if not gold.get("title"):
            continue
        html = gzip.decompress((folder / gold["file"]).read_bytes()).decode("utf-8", "replace")
        for dump in STYLES.values():
            lines = lines_of(dump(html))
            chances = story_lines(lines)
            if not lines:
                continue
            first = story_core(lines, chances)
            window = headlines.candidates(lines, first)
            labels = np.array([fold(lines[at].text) == fold(gold["title"]) for at in window])
            part = int(hashlib.md5(str(gold["url"]).split("/")[2].encode()).hexdigest(), 16) % _FOLDS
            found.append((part, headlines.shapes(lines, chances, first), labels))
    return found


def fit(chosen: list[tuple[int, np.ndarray, np.ndarray]]) -> LogisticRegression:
    known = [(shapes, labels) for _, shapes, labels in chosen if labels.any()]
    data, labels = np.concatenate([s for s, _ in known]), np.concatenate([y for _, y in known])
    weight = np.concatenate([np.where(y, 1.0 / y.sum(), 0.2) for _, y in known])
    return LogisticRegression(C=1.0, max_iter=1000).fit(data, labels, sample_weight=weight)


def main() -> None:
    folders = [path.parent for path in sorted(Path(sys.argv[1]).glob("*/gold.json"))]
    found = {folder.name: examples(folder) for folder in folders}
    every = [example for examples_ in found.values() for example in examples_]
    for name, mine in found.items():
        hits = present = 0
        for part in range(_FOLDS):
            model = fit([example for example in every if example[0] != part]) if mine else None
            for _, shapes, labels in (example for example in mine if example[0] == part):
                present += bool(labels.any())
                hits += bool(labels[int(np.argmax(model.decision_function(shapes)))])
        if mine:
            there, chosen = present / len(mine), hits / len(mine)
            print(f"{name}: {len(mine)} dumps, title among the candidates {there:.3f}, chosen {chosen:.3f}")
    if "--write" in sys.argv:
        model = fit(every)
        shape = {name: round(float(value), 4) for name, value in zip(headlines.NAMES, model.coef_[0], strict=True)}
        WEIGHTS.write_text(json.dumps({"bias": round(float(model.intercept_[0]), 4), "shape": shape}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
