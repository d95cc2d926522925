"""Saved page (.mht) or letter (.eml) -> its HTML, or a record of its text."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, NamedTuple

from index.errors import ExtractionFailed


class SavedPage(NamedTuple):
    """The HTML of a saved page, where it was saved from, and its charset."""

    data: bytes
    url: str
    charset: str


def read_mail(data: bytes) -> SavedPage | dict[str, Any]:
    """The page inside a MIME file, else a record of its plain text. Raises ExtractionFailed where there is neither."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        return _page(message) or _letter(message)
    except ExtractionFailed:
        raise
    except Exception as error:
        # The standard library's e-mail parser lets many kinds of exception through on malformed headers.
        raise ExtractionFailed(f"not a readable MIME file: {error}") from error


def _page(message: EmailMessage) -> SavedPage | None:
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            url = str(part.get("Content-Location") or message.get("Snapshot-Content-Location") or "")
            if isinstance(payload, bytes):
                return SavedPage(payload, url if url.startswith("http") else "", part.get_content_charset() or "")
    return None


def _letter(message: EmailMessage) -> dict[str, Any]:
    part = message.get_body(preferencelist=("plain",))
    if part is None or not (message.get("From") or message.get("Subject") or message.get("Date")):
        raise ExtractionFailed("a MIME file without HTML and without a letter")
    sender = message.get("From")
    names = [address.display_name for address in sender.addresses] if sender is not None else []
    return {
        "title": str(message.get("Subject") or ""),
        "body": str(part.get_content()),
        "date": str(message.get("Date") or ""),
        "authors": names,
    }
