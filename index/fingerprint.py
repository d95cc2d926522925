"""Article -> the hash that tells a changed article from an unchanged one. Pure."""

from __future__ import annotations

import hashlib

from index.article import Article
from index.compact import encode


def content_hash(article: Article) -> str:
    """Fingerprint of all that a reader could notice: 32 hexadecimal digits, equal for equal articles."""
    return content_digest(article, encode(article.body)).hex()


def content_digest(article: Article, body: bytes) -> bytes:
    """The 16 bytes of `content_hash`, given the body as UTF-8: most of an article, and whoever asks has it so.

    Provenance is left out: a better rule that finds the same words has not changed the article.
    """
    texts = [
        article.url, article.published, article.modified, article.section, article.source, article.language,
        str(len(article.tags)), *article.tags, str(len(article.authors)), *article.authors,
        str(len(article.related)), *article.related,
    ]  # fmt: skip
    # Each text is preceded by its length, so that no two articles run together to the same bytes.
    before = f"{len(article.id)}:{article.id}{len(article.title)}:{article.title}{len(article.body)}:"
    after = "".join([f"{len(text)}:{text}" for text in texts])
    return hashlib.blake2b(b"".join((encode(before), body, encode(after))), digest_size=16).digest()
