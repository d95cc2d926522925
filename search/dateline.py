"""An ISO 8601 date as precise as its source -> words for a reader. The same on every machine, whatever its locale."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.dates import PARTIAL, seconds

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dateline:
    """`words` to read; `machine` for <time datetime>, "" where the text is no date and is shown as it came."""

    words: str
    machine: str = ""


def dateline(iso: str) -> Dateline:
    """Put a date into words, no more precise than it is: "2021-07" is July 2021, and no zone is made up."""
    match = PARTIAL.fullmatch(iso.strip())
    if match is None or seconds(iso) is None:
        return Dateline(iso)
    year, month, day, hour, minute, _, offset = match.groups()
    date = " ".join(part for part in (day and str(int(day)), month and _MONTHS[int(month) - 1], year) if part)
    machine = "-".join(part.zfill(2) for part in (year, month, day) if part)
    if hour is None:
        return Dateline(date, machine)
    clock = f"{int(hour):02}:{minute}"
    return Dateline(f"{date}, {clock}{_zone(offset)}", f"{machine}T{clock}{_normal(offset)}")


def _zone(offset: str | None) -> str:
    if offset is None:
        return ""
    plain = _normal(offset)
    if plain in ("Z", "+00:00", "-00:00"):
        return " UTC"
    hours, minutes = plain[1:].split(":")
    sign = "+" if plain[0] == "+" else "\N{MINUS SIGN}"
    return f" UTC{sign}{int(hours)}" + (f":{minutes}" if minutes != "00" else "")


def _normal(offset: str | None) -> str:
    return re.sub(r"([+-]\d\d):?(\d\d)", r"\1:\2", offset or "")
