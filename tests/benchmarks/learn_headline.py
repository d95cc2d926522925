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
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from index.extract import headlines
from index.extract.found import fold
from index.extract.lines import lines_of, story_lines
from index.extract.text import may_be_headline, story_core

WEIGHTS = Path(__file__).parents[2] / "index" / "extract" / "headline_weights.json"
_FOLDS = 4
# How strongly weights are held near nothing.
_RIDGE = 4.0
# A page of a newspaper counts like so many of shops, blogs and recipes.
_NEWS, _NEWS_SET = 3, "fundus"


Example = tuple[int, np.ndarray, np.ndarray]


def examples(folder: Path) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {style: [] for style in STYLES}
    for gold in json.loads((folder / "gold.json").read_text()).values():
        if not gold.get("title"):
            continue
        html = gzip.decompress((folder / gold["file"]).read_bytes()).decode("utf-8", "replace")
        for style, dump in STYLES.items():
            lines = lines_of(dump(html))
            chances = story_lines(lines)
            if not lines:
                continue
            first = story_core(lines, chances)
            window = headlines.candidates(lines, first)
            chosen = [may_be_headline(lines[at].text) for at in window]
            if not any(chosen):
                continue
            labels = np.array([fold(lines[at].text) == fold(gold["title"]) for at in window])[chosen]
            part = int(hashlib.md5(str(gold["url"]).split("/")[2].encode()).hexdigest(), 16) % _FOLDS
            found[style].append((part, headlines.shapes(lines, chances, first)[chosen], labels))
    return found


def fit(chosen: list[Example]) -> tuple[np.ndarray, float]:
    """Weights under which the title stands out among the lines of its dump, and the bias that makes them log odds."""
    known = [(shapes, labels) for _, shapes, labels in chosen if labels.any()]
    data, labels = np.concatenate([s for s, _ in known]), np.concatenate([y for _, y in known])
    spread = data.std(axis=0) + 1e-6
    dumps = np.repeat(np.arange(len(known)), [len(y) for _, y in known])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = data @ (weights / spread)
        highest = np.full(len(known), -np.inf)
        np.maximum.at(highest, dumps, scores)
        mass = np.exp(scores - highest[dumps])
        whole, right = np.bincount(dumps, mass), np.bincount(dumps, mass * labels)
        slope = (data / spread).T @ (mass / whole[dumps] - mass * labels / right[dumps])
        return float(-np.log(right / whole).sum() + _RIDGE * weights @ weights), slope + 2 * _RIDGE * weights

    weights = minimize(loss, np.zeros(data.shape[1]), jac=True, method="L-BFGS-B").x / spread
    scale = LogisticRegression().fit((data @ weights)[:, None], labels)
    return weights * scale.coef_[0][0], float(scale.intercept_[0])


def main() -> None:
    folders = [path.parent for path in sorted(Path(sys.argv[1]).glob("*/gold.json"))]
    found = {(folder.name, style): mine for folder in folders for style, mine in examples(folder).items()}
    every = [example for (name, _), mine in found.items() for example in mine * (_NEWS if name == _NEWS_SET else 1)]
    for (name, style), mine in found.items():
        hits = present = 0
        for part in range(_FOLDS):
            weights, _ = fit([example for example in every if example[0] != part]) if mine else (None, 0.0)
            for _, shapes, labels in (example for example in mine if example[0] == part):
                present += bool(labels.any())
                hits += bool(labels[int(np.argmax(shapes @ weights))])
        if mine:
            there, chosen = present / len(mine), hits / len(mine)
            print(f"{name} {style}: {len(mine)} dumps, title among the candidates {there:.3f}, chosen {chosen:.3f}")
    if "--write" in sys.argv:
        weights, bias = fit(every)
        shape = {name: round(float(value), 4) for name, value in zip(headlines.NAMES, weights, strict=True)}
        WEIGHTS.write_text(json.dumps({"bias": round(bias, 4), "shape": shape}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
