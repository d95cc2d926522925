"""Articles and what is made of them once on their way to the index, whoever needs it later: UTF-8, hashes and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from index.article import Article
from index.codec.columns import HASH_BYTES, key_of
from index.codec.sections import Array
from index.compact import encode
from index.fingerprint import content_digest


@dataclass(frozen=True, slots=True)
class Prepared:
    """Some articles in a row, each with the file it was read from ("" where unknown) and its body as UTF-8.

    `hashes` are their content hashes (uint8[N, 16]), `keys` the numbers under which their ids are found (uint64[N]).
    """

    articles: Sequence[Article]
    origins: Sequence[str]
    bodies: Sequence[bytes]
    hashes: Array
    keys: Array

    def __len__(self) -> int:
        return len(self.articles)

    def only(self, chosen: Array) -> Self:
        """Those that are chosen: bool[N]."""
        if chosen.all():
            return self
        picked = np.flatnonzero(chosen).tolist()
        return type(self)(
            [self.articles[n] for n in picked],
            [self.origins[n] for n in picked],
            [self.bodies[n] for n in picked],
            self.hashes[chosen],
            self.keys[chosen],
        )


def prepare(articles: Sequence[Article], origins: Sequence[str]) -> Prepared:
    """Encode and hash articles."""
    bodies = [encode(article.body) for article in articles]
    hashes = b"".join(map(content_digest, articles, bodies))
    keys = np.fromiter((key_of(article.id) for article in articles), np.uint64, len(articles))
    return Prepared(articles, origins, bodies, np.frombuffer(hashes, np.uint8).reshape(-1, HASH_BYTES), keys)
