"""ISO 8601 dates as articles carry them: as precise as the source, with the offset as written or none at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARTIAL = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII,
)


# Many articles have a date in common.
@lru_cache(maxsize=4096)
def seconds(text: str) -> int | None:
    """First moment of an ISO 8601 date, in seconds since 1970 UTC; None where it is no date.

    A time without an offset is read as UTC: good for ordering, never shown as a zone.
    """
    found = span(text)
    return None if found is None else found[0]


def span(text: str) -> tuple[int, int] | None:
    """All the seconds that a date of its precision covers, as [start, end): "2021-07" is the whole month."""
    match = PARTIAL.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        start = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))
        end = _following(start, match.lastindex or 1, second is not None)
    except (ValueError, OverflowError):
        return None
    shift = _offset_seconds(offset)
    return _since_epoch(start) - shift, _since_epoch(end) - shift


def _following(start: datetime, precision: int, to_the_second: bool) -> datetime:
    if precision == 1:
        return start.replace(year=start.year + 1)
    if precision == 2:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    if precision == 3:
        return start + timedelta(days=1)
    return start + (timedelta(seconds=1) if to_the_second else timedelta(minutes=1))


def _offset_seconds(offset: str | None) -> int:
    if offset is None or offset == "Z":
        return 0
    digits = offset[1:].replace(":", "")
    distance = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -distance if offset[0] == "-" else distance


def _since_epoch(moment: datetime) -> int:
    return int((moment.replace(tzinfo=UTC) - EPOCH).total_seconds())
