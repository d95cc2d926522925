"""Written dates -> ISO 8601, exactly as precise as they were written. No clock, no locale, no invented zone."""

from __future__ import annotations

import re
from datetime import date, time

_ISO = re.compile(
    r"\s*(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?)?)?\s*",
    re.IGNORECASE,
)
_DATE_ONLY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>GMT|UTC|Z)?"
_DAY = r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<month>[^\W\d_]{3,9})\.?,?\s+(?P<year>\d{4}))"
_AMERICAN = r"(?:(?P<month>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4}))"
_WRITTEN = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (rf"{_CLOCK}\s*,?\s*{_DAY}", rf"{_DAY}(?:,?\s*(?:at|-|\|)?\s*{_CLOCK})?",
                    rf"{_AMERICAN}(?:,?\s*(?:at|-|\|)?\s*{_CLOCK})?")
]  # fmt: skip


def iso_date(text: str) -> str:
    """The date in ISO 8601, or "" where the text is none: "2021-07-25 10:34Z" -> "2021-07-25T10:34+00:00"."""
    if _DATE_ONLY.fullmatch(text):
        return text if _is_day(text) else ""
    match = _ISO.fullmatch(text)
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone = match.groups()
    written = "-".join(part for part in (year, month, day) if part)
    if not _is_day(written):
        return ""
    return written + _clock(hour, minute, second, zone) if hour else written


def find_date(text: str) -> str:
    """The first date written out in the text ("10:34 GMT25 July 2021", "July 25, 2021 at 3:05 pm"), or ""."""
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            found = _from_match(match.groupdict())
            if found:
                return found
    return ""


def _from_match(part: dict[str, str | None]) -> str:
    month = _MONTHS.get((part["month"] or "").casefold())
    if month is None:
        return ""
    written = f"{part['year']}-{month:02d}-{int(part['day'] or 0):02d}"
    if not _is_day(written):
        return ""
    if part["hour"] is None:
        return written
    hour = int(part["hour"])
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].casefold().startswith("p") else 0)
    return written + _clock(f"{hour:02d}", part["minute"], None, part["zone"])


def _clock(hour: str, minute: str | None, second: str | None, zone: str | None) -> str:
    """The time part, "" where there is no such time of day."""
    try:
        time(int(hour), int(minute or 0), int(second or 0))
    except ValueError:
        return ""
    seconds = f":{second}" if second and second != "00" else ""
    return f"T{hour}:{minute}{seconds}{_offset(zone)}"


def _offset(zone: str | None) -> str:
    if not zone:
        return ""
    if zone.upper() in ("Z", "UTC", "GMT"):
        return "+00:00"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat((written + "-01-01")[:10]).year >= 1600
    except ValueError:
        return False
