"""Which pieces of a document are its story: two linear models, the second knowing what the first said around.

    base      [[score, score2], ...]  float64   per piece: what its own features weigh in the first and the second model
    lengths   [112, 23, ...]          float64   characters per piece
    groups    ([0, 0, 1, ...], ...)   int64     per way of grouping: the number of its group (its parent element, ...)

The weights were learnt by logistic regression on pages with known stories (tests/benchmarks/learn_story.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Weights = Mapping[str, Any]

NEIGHBOURS = (
    "own", "before", "after", "before2", "after2", "to-last-strong", "to-next-strong", "between-strong", "before-first",
    "after-last", "cluster-share", "in-main", "from-main", "past-main", "own-in-main", "around-4", "around-12",
)  # fmt: skip
GROUP = ("mean", "share")
# Fewer dropped pieces than this between two kept ones, and they are one cluster.
_JOIN = 7
_FAR = 10


@lru_cache(maxsize=4)
def weights(name: str) -> Weights:
    """The learnt weights by group and feature, as {"shape": {"prose": [first, second]}, ..., "context": {...}}."""
    loaded: Weights = json.loads(files("index.extract").joinpath(f"{name}_weights.json").read_text("utf-8"))
    return loaded


def settle(base: Floats, lengths: Floats, groups: Sequence[Ints], context_weights: Floats) -> Floats:
    """The probability of each piece to be story."""
    if len(base) == 0:
        return np.zeros(0)
    return _logistic(base[:, 1] + context(_logistic(base[:, 0]), lengths, groups) @ context_weights)


def context(first: Floats, lengths: Floats, groups: Sequence[Ints]) -> Floats:
    """What surrounds each piece, given the first model's probabilities: columns NEIGHBOURS, then GROUP per grouping."""
    own: Floats = np.log((first + 1e-3) / (1 - first + 1e-3))
    padded: Floats = np.concatenate((np.full(2, -4.0), own, np.full(2, -4.0)))
    columns: list[Floats] = [own, padded[1:-3], padded[3:-1], padded[:-4], padded[4:]]
    columns += _distances((first > 0.6) & (lengths > 60))
    share, inside, distance, past = _clusters(first, lengths)
    columns.extend((share, inside, distance, past * distance, inside * own))
    columns += [_window(first * lengths, lengths, 4), _window(first * lengths, lengths, 12)]
    for group in groups:
        columns += _group(first * lengths, lengths, group)
    return np.stack(columns, axis=1)


def _logistic(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -50, 50))))


def _distances(strong: npt.NDArray[np.bool_]) -> list[Floats]:
    at = np.arange(len(strong))
    last = np.maximum.accumulate(np.where(strong, at, -1000))
    last = np.concatenate(([-1000], last[:-1]))
    following = np.minimum.accumulate(np.where(strong, at, len(strong) + 1000)[::-1])[::-1]
    following = np.concatenate((following[1:], [len(strong) + 1000]))
    before, after = at - last, following - at
    found = np.flatnonzero(strong)
    low, high = (found[0], found[-1]) if len(found) else (0, len(strong))
    near = (before <= 3) & (after <= 3)
    return [
        np.minimum(before, _FAR) / _FAR,
        np.minimum(after, _FAR) / _FAR,
        near * 1.0,
        (at < low) * 1.0,
        (at > high) * 1.0,
    ]


def runs(kept: npt.NDArray[np.bool_], join: int = _JOIN) -> list[tuple[int, int]]:
    """The [first, last] of each cluster of kept pieces."""
    at = np.flatnonzero(kept)
    if not len(at):
        return []
    breaks = np.flatnonzero(np.diff(at) > join)
    starts, ends = np.concatenate(([0], breaks + 1)), np.concatenate((breaks, [len(at) - 1]))
    return [(int(at[start]), int(at[end])) for start, end in zip(starts, ends, strict=True)]


def _clusters(first: Floats, lengths: Floats) -> list[Floats]:
    size = len(first)
    share, distance = np.zeros(size), np.ones(size)
    found = runs(first > 0.5)
    if not found:
        return [share, share, distance, share]
    mass = [float((first[low : high + 1] * lengths[low : high + 1]).sum()) for low, high in found]
    for (low, high), weight in zip(found, mass, strict=True):
        share[low : high + 1] = weight / sum(mass)
    low, high = found[int(np.argmax(mass))]
    at = np.arange(size)
    away = np.maximum(low - at, 0) + np.maximum(at - high, 0)
    inside, past = (away == 0).astype(np.float64), (at > high).astype(np.float64)
    return [share, inside, np.asarray(np.minimum(away, 40) / 40, dtype=np.float64), past]


def _window(mass: Floats, lengths: Floats, reach: int) -> Floats:
    """The share of story among the characters of the pieces up to `reach` away."""
    whole, part = np.concatenate(([0.0], np.cumsum(lengths))), np.concatenate(([0.0], np.cumsum(mass)))
    at = np.arange(len(lengths))
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(lengths))
    return np.asarray((part[high] - part[low]) / np.maximum(whole[high] - whole[low], 1))


def _group(mass: Floats, lengths: Floats, group: Ints) -> list[Floats]:
    sums, totals = np.bincount(group, mass), np.bincount(group, lengths)
    return [sums[group] / np.maximum(totals[group], 1), sums[group] / (mass.sum() or 1)]
