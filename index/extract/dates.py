"""Written dates -> ISO 8601, exactly as precise as they were written. No clock, no locale, no invented zone.

"3 hours ago" is not a date: nobody knows when it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache

# Before this nothing is news, and a number that reads as a later day than any of these pages is none.
_FIRST_YEAR, _LAST_YEAR = 1600, 2200

_DATE_ONLY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?(?:\[[\w/+-]+\])?\s*",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d))?(Z|[+-]\d\d:?\d\d)?)?")
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?")

# Zones whose letters mean one offset. ET, CST, IST and the like mean several, so they are left out.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120,
    "eet": 120, "sast": 120, "eest": 180, "msk": 180, "мск": 180, "trt": 180, "wib": 420, "hkt": 480, "sgt": 480,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "est": -300, "edt": -240, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
_LANGUAGES = (
    "en de fr es it pt nl sv da nb nn fi is pl cs sk sl hr sr bs hu ro bg ru uk be lt lv et el tr az id sw zu af ca gl"
    " eu ga cy sq mk he ar fa hi bn vi"
).split()  # fmt: skip
_WORD = r"[^\W\d_]{3,12}"
_GAP = (
    r"(?:[\s,|•·–—@(/-]|\bat\b|\bum\b|\bon\b|\bkl\b\.?|\bklo\b|\bà\b|\bas\b|\bàs\b|\ba las\b|\bore\b|\balle\b|\bin\b"
    r"|\bo\b|\bв\b|о|\bsaat\b|T){0,8}"
)
_CLOCK = re.compile(
    r"(?P<hour>[01]?\d|2[0-3])\s?(?:[:.hH]|時|시\s?|点|時間)\s?(?P<minute>[0-5]\d)(?!\d)(?:[:.](?P<second>[0-5]\d))?\s?(?:分|분)?"
    r"\s{0,2}(?P<half>[ap]\.?\s?m\b\.?)?\s{0,2}(?:Uhr|hrs|IST|ET|h\b)?\s{0,2}"
    r"(?P<zone>GMT|UTC|Z|[A-Z]{3,4}(?![a-z])|МСК)?(?P<offset>\s?[+-]\d\d?(?::?\d\d)?(?!\d))?",
    re.IGNORECASE,
)
_DAYS = re.compile(
    r"(?P<iso>(?<!\d)(?:1[6-9]|20)\d\d-\d\d-\d\d(?!\d))"
    rf"|(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|º|er|er\.|\.|-)?\s?(?:de\s|of\s|d['’])?\s?(?P<m1>{_WORD})\.?,?[\s-](?:de\s|del\s|,)?\s?(?P<y1>\d{{4}})(?!\d)"
    rf"|(?<!\w)(?P<m2>{_WORD})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?:at\s)?(?P<y2>\d{{4}})(?!\d)"
    r"|(?<!\d)(?P<y3>(?:1[6-9]|20)\d\d)\s?[年년./]\s?(?P<n3>\d{1,2})\s?[月월./]\s?(?P<d3>\d{1,2})(?:\s?[日일.])?(?!\d)"
    r"|(?<![\d.,/])(?P<a4>\d{1,2})(?P<dot>[./-])(?P<b4>\d{1,2})(?P=dot)(?P<y4>(?:1[6-9]|20)?\d\d)(?![\d/]|[.,]\d)",
    re.IGNORECASE,
)


def iso_date(text: str) -> str:
    """The date in ISO 8601, or "" where the text is none: "2021-07-25 10:34Z" -> "2021-07-25T10:34+00:00"."""
    if _DATE_ONLY.fullmatch(text):
        return text if _is_day(text) else ""
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone = match.groups()
    written = f"{year}-{month}-{day}"
    if not _is_day(written):
        return ""
    return written + _clock(hour, minute, second, zone) if hour else written


def read_date(text: str, month_first: bool = False) -> str:
    """A field that holds one date in whatever notation (ISO, e-mail, seconds since 1970, prose), or ""."""
    text = text.strip()
    return iso_date(text) or _epoch(text) or find_date(text[:200], month_first) if text else ""


def find_date(text: str, month_first: bool = False) -> str:
    """The first date written out in the text ("10:34 GMT25 July 2021", "July 25, 2021 at 3:05 pm"), or "".

    `month_first` decides 03/04/2021, which alone says nothing.
    """
    return next(find_dates(text, month_first), "")


def find_dates(text: str, month_first: bool = False) -> Iterator[str]:
    """All dates written out in the text, in its order."""
    for match in _DAYS.finditer(text):
        day = _day(match, month_first)
        if day:
            yield day + _time_beside(text, match.start(), match.end())


def has_date(text: str) -> bool:
    """Whether a date is written out in the text."""
    return bool(find_date(text))


def _epoch(text: str) -> str:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return ""
    return datetime.fromtimestamp(int(match.group(1)), UTC).isoformat()


def _day(match: re.Match[str], month_first: bool) -> str:
    part = match.groupdict()
    if part["iso"]:
        return part["iso"] if _is_day(part["iso"]) else ""
    if part["m1"] or part["m2"]:
        month = month_number(part["m1"] or part["m2"])
        return _joined(part["y1"] or part["y2"], month, int(part["d1"] or part["d2"])) if month else ""
    if part["y3"]:
        return _joined(part["y3"], int(part["n3"]), int(part["d3"]))
    first, second, year = int(part["a4"]), int(part["b4"]), part["y4"]
    if len(year) == 2:
        # Two figures of a year are a date only in the dotted notation; 3/4/21 may be anything.
        if part["dot"] != ".":
            return ""
        year = f"20{year}"
    swapped = second > 12 or (month_first and first <= 12 and part["dot"] == "/")
    return _joined(year, *((first, second) if swapped else (second, first)))


def _joined(year: str, month: int, day: int) -> str:
    written = f"{year}-{month:02d}-{day:02d}"
    return written if _is_day(written) else ""


_AFTER = re.compile(_GAP + r"$")


def _time_beside(text: str, start: int, end: int) -> str:
    """The time of day that stands right after a date, or right before it."""
    after = _CLOCK.search(text, end, end + 40)
    if after and _AFTER.fullmatch(text, end, after.start()):
        return _from_clock(after)
    clocks = list(_CLOCK.finditer(text, max(0, start - 40), start))
    before = clocks[-1] if clocks else None
    if before and len(re.sub(r"\W|\b\w{2,10}\b", "", text[before.end() : start])) == 0 and start - before.end() <= 14:
        return _from_clock(before)
    return ""


def _from_clock(match: re.Match[str]) -> str:
    hour, minute, second, half, zone, offset = (
        match[name] for name in ("hour", "minute", "second", "half", "zone", "offset")
    )
    if half:
        hour = str(int(hour) % 12 + (12 if half[0].lower() == "p" else 0))
    return _clock(hour.zfill(2), minute, second, _zone(zone, offset))


def _zone(zone: str | None, offset: str | None) -> str | None:
    if offset and (not zone or zone.upper() in ("GMT", "UTC")):
        sign, _, digits = offset.strip()[0], None, offset.strip()[1:].replace(":", "")
        return sign + (digits.zfill(2).ljust(4, "0") if len(digits) <= 2 else digits.zfill(4))
    minutes = _ZONES.get((zone or "").casefold())
    if minutes is None:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


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
    return f"{zone[0]}{digits[:2]}:{digits[2:]}" if digits[:2] < "15" and digits[2:] < "60" else ""


def _is_day(written: str) -> bool:
    try:
        return _FIRST_YEAR <= date.fromisoformat((written + "-01-01")[:10]).year < _LAST_YEAR
    except ValueError:
        return False


def month_number(word: str) -> int:
    """The month a word means in English or any of 50 languages, full or shortened; 0 for any other word."""
    word = word.casefold().rstrip(".")
    return _ENGLISH.get(word) or (0 if word in _NO_MONTHS else _months().get(word.translate(_ARABIC), 0))


_ENGLISH = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
# English words beside a number that some language counts among its months.
_NO_MONTHS = frozenset(("the", "and", "for", "mas", "age", "ago"))


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Month names and their inflections; where two languages disagree (srpen, lis), the first listed wins."""
    # Imported where the first foreign month is met: it takes longer than to start a search, which meets none.
    from dateparser.languages.loader import default_loader

    found = {"märz": 3, "mär": 3, "sept": 9, "févr": 2, "dez": 12}
    for locale in default_loader.get_locales(languages=_LANGUAGES, use_given_order=True):
        for number, month in enumerate(_MONTHS, start=1):
            for name in locale.info.get(month, ()):
                found.setdefault(name.casefold().rstrip("."), number)
    return found


# dateparser spells Persian names with the Arabic letters.
_ARABIC = str.maketrans("یک", "يك")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
