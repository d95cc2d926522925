"""Scraped text (a page as a scraper left it, navigation and all) -> Article. Pure: text in, article out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.article import Article
from index.errors import ExtractionFailed
from index.extract.dates import find_date
from index.extract.reading import Reading

# Words of section names as papers print them above a story. A line made of them alone is the section.
_SECTION_WORDS = frozenset(
    """africa america americas arts asia australia books business canada china climate community crime culture
    economics economy education elections energy entertainment environment europe fashion film finance football global
    health india international investigations justice latin law life lifestyle local markets media middle east military
    money music national news nation obituaries opinion pacific politics regional russia science society space sport
    sports technology tech travel uk ukraine us usa weather women world""".split()
)
_JOINTS = frozenset({"&", "and", "the", "of", "/", "-", "|"})
_SENTENCE = re.compile(r"(.+?[.!?][\"”’»)]*)(?=\s+[A-Z\"“‘«(]|$)")


@dataclass(frozen=True, slots=True)
class _Story:
    head: list[str]
    body: list[str]
    tail: list[str]


def read_text(text: str, id: str) -> Reading:
    """Find the article inside a text dump. Raises ExtractionFailed where there is no prose."""
    lines = [line for line in (" ".join(raw.split()) for raw in text.splitlines()) if line]
    story = _divide(lines)
    tags = _tag_line(story.tail)
    related = _related(story.tail, tags)
    section = next((line for line in story.head if _is_section(line)), "")
    published = next(filter(None, map(find_date, story.head)), "")
    title, rule = _title(story)
    taken = {section, *related, title, ", ".join(tags)}
    article = Article(
        id=id,
        title=title,
        body="\n\n".join(story.body),
        published=published,
        section=section,
        tags=tags,
        related=related,
        provenance=_provenance(title=rule, published=published and "text date line", body="text prose run",
                               section=section and "text section line", tags=tags and "text tag line",
                               related=related and "text lines after the story"),
    )  # fmt: skip
    return Reading(article, tuple(line for line in story.head + story.tail if line not in taken))


def _provenance(**rules: object) -> dict[str, str]:
    return {field: str(rule) for field, rule in rules.items() if rule}


def _is_prose(line: str) -> bool:
    words = line.count(" ") + 1
    return words >= 25 or (words >= 8 and line.rstrip('"”’»)')[-1:] in ".!?:")


def _divide(lines: list[str]) -> _Story:
    """Split at the run of lines whose prose outweighs its short lines the most."""
    best, best_range, total, start = 0, (0, 0), 0, 0
    for at, line in enumerate(lines):
        total += len(line) if _is_prose(line) else -120
        if total <= 0:
            total, start = 0, at + 1
        elif total > best:
            best, best_range = total, (start, at + 1)
    if not best:
        raise ExtractionFailed("no run of prose in this text")
    first, last = best_range
    return _Story(lines[:first], lines[first:last], lines[last:])


def _tag_line(tail: list[str]) -> tuple[str, ...]:
    for line in tail:
        parts = [part.strip() for part in line.split(",")]
        if len(parts) >= 2 and line[-1] not in ".!?" and all(0 < len(part.split()) <= 4 for part in parts):
            return tuple(dict.fromkeys(parts))
    return ()


def _related(tail: list[str], tags: tuple[str, ...]) -> tuple[str, ...]:
    """The headlines between the story and the line of tags."""
    found: list[str] = []
    for line in tail:
        if line == ", ".join(tags) or len(line.split()) < 4:
            break
        found.append(line)
    return tuple(found)


def _is_section(line: str) -> bool:
    words = line.casefold().split()
    return 0 < len(words) <= 4 and all(word in _SECTION_WORDS or word in _JOINTS for word in words)


def _title(story: _Story) -> tuple[str, str]:
    for line in reversed(story.head):
        if 4 <= len(line.split()) <= 30 and not find_date(line):
            return line, "text headline"
    lede = story.body[0]
    match = _SENTENCE.match(lede)
    return match.group(1) if match else lede, "derived from the lede"
