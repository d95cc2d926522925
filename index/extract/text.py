"""Scraped text (a page as a scraper left it, navigation and all) -> Article. Pure: text in, article out.

head    navigation, section, headline, byline, date
story   from the first line that is story to the last
tail    related headlines, tags, footer
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.article import Article
from index.errors import ExtractionFailed
from index.extract.dates import find_date
from index.extract.found import Found, FoundSeveral, fold, one_line
from index.extract.headlines import LEAST, candidates, headline_scores, shared_terms
from index.extract.judge import Floats, runs
from index.extract.lines import Line, lines_of, story_lines
from index.extract.people import clean_names
from index.extract.reading import Reading
from index.extract.shapes import ends, words_in

KEPT = 0.45
DERIVED = "derived from the lede"
# Between two parts of one story stand at most this many other lines; its core is broken by fewer.
_GAP, _CORE_GAP = 40, 6
# Parts of a story smaller than this share of it do not begin it.
_TRIFLE = 0.15
_MOST_RELATED = 10
# What stands before the colon of a headline is shorter than this.
_KICKER = 60

# Words of section names as papers print them above a story. A line made of them alone is the section.
_SECTION_WORDS = frozenset(
    """africa african america american americas arts asia asian australia books britain business canada china cinema
    cities climate community crime culture economics economy education elections energy entertainment environment europe
    european fashion film finance financial food football gaming global health history india international
    investigations justice latin law lifestyle local markets media middle east military money music nature national
    nation news obituaries opinion pacific planet politics property region regional religion russia science shipping
    society space sport sports stocks technology tech television theatre travel transport uk ukraine us usa weather
    women world politik wirtschaft gesellschaft kultur wissenschaft panorama ausland inland reise gesundheit économie
    monde société santé politique culture économía economía política deportes sociedad cultura mundo esportes economia
    politica cronaca esteri sport""".split()
)
_JOINTS = frozenset({"&", "and", "the", "of", "/", "-", "|", "und", "et", "y", "e"})
_SENTENCE = re.compile(r"(.+?[.!?][\"”’»)]*)(?=\s+[A-Z\"“‘«(]|$)")
_BYLINE = re.compile(r"^(?:by|von|par|por|di|af|av|door|words by|written by|text|reporting by|oleh)\b:?\s+(?=\S)", re.I)
# "By TOBIAS RENNICK in West Berlin"
_WHERE = re.compile(r"\s+(?:in|at|aus|à|en|reports from)\s+[A-ZÀ-Þ].*$")
_CHANGED = re.compile(
    r"updat|modif|aktuali[sz]|changed|edited|corrected|actuali[sz]|mis à jour|aggiorna|oppdat|uppdat", re.I
)
_PUBLISHED = re.compile(
    r"publi[sck]|veröffentlicht|posted|erstellt|lagt ut|opublikowan|yayın|опубликован|入力|입력", re.I
)
_BUTTON = re.compile(r"(?:\S+ ){0,2}(?:url|link|e-?mail|facebook|linkedin|twitter|whatsapp|bluesky)", re.IGNORECASE)
_PICTURE = re.compile(r"\b(?:photo|foto|getty|image|bild|©|credit|ap)\b|©", re.I)
_TAG_LABEL = re.compile(
    r"^(?:tags?|topics?|keywords|themen|schlagwörter|schlagworte|mots-clés|etiquetas|temas)\s*:\s*", re.I
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A dump divided, in indices into `lines`: `kept` is the body, its core begins at `first`, it ends at `last`."""

    lines: Sequence[Line]
    chances: Floats
    kept: Sequence[int]
    first: int
    last: int

    @property
    def body(self) -> list[str]:
        return [self.lines[at].text for at in self.kept]

    def tail(self) -> list[str]:
        return [line.text for line in self.lines[self.last + 1 :]]


def read_text(text: str, id: str, boilerplate: frozenset[str] = frozenset()) -> Reading:
    """Find the article inside a text dump. Raises ExtractionFailed where there is no prose.

    `boilerplate` are lines known to stand in many dumps of the same origin: they are never story.
    """
    parts = _divide(lines_of(text), boilerplate)
    at, title = _headline(parts, boilerplate)
    published, modified = _dates(parts, at)
    section, byline, tags = _section(parts, boilerplate), _byline(parts, at), _tag_line(parts.tail())
    related = _related(parts.tail(), tags, boilerplate)
    body = Found("\n\n".join(_body(parts, title)), "text story lines")
    found: dict[str, Found | FoundSeveral] = {
        "title": title, "body": body, "published": published, "modified": modified, "section": section,
        "authors": byline, "tags": tags, "related": related,
    }  # fmt: skip
    article = Article(
        id=id,
        title=title.value,
        body=body.value,
        published=published.value,
        modified=modified.value,
        section=section.value,
        authors=byline.values,
        tags=tags.values,
        related=related.values,
        provenance={name: field.rule for name, field in found.items() if field[0]},
    )
    return Reading(article, _discarded(parts, article))


def learn_boilerplate(dumps: Sequence[str]) -> frozenset[str]:
    """The lines that stand in at least three dumps of one origin and in a fifth of them."""
    times: Counter[str] = Counter()
    for dump in dumps:
        times.update({line.text for line in lines_of(dump)})
    return frozenset(line for line, count in times.items() if count >= max(3, len(dumps) / 5))


def story_core(lines: Sequence[Line], chances: Floats) -> int:
    """Where the story begins in earnest: its first part that is no trifle; a notice above may have passed for story."""
    span = _span(lines, chances, _GAP)
    if span is None:
        return 0
    parts = [(low, high) for low, high in runs(chances > KEPT, _CORE_GAP) if span[0] <= low <= span[1]]
    sizes = [_size(lines, chances, part) for part in parts]
    least = min(_TRIFLE * sum(sizes), max(sizes))
    return next(low for (low, _), size in zip(parts, sizes, strict=True) if size >= least)


def _span(lines: Sequence[Line], chances: Floats, gap: int) -> tuple[int, int] | None:
    """The first and the last line of the weightiest cluster of story lines."""
    return max(runs(chances > KEPT, gap), key=lambda part: _size(lines, chances, part), default=None)


def _size(lines: Sequence[Line], chances: Floats, part: tuple[int, int]) -> int:
    return sum(len(lines[at].text) for at in range(part[0], part[1] + 1) if chances[at] > KEPT)


def _divide(lines: Sequence[Line], boilerplate: frozenset[str]) -> _Parts:
    chances = story_lines(lines)
    if not (chances > KEPT).any():
        # The model has learnt from whole pages; a dump of a few lines is taken at its sentences.
        chances = np.array([float(_is_prose(line.text)) for line in lines])
    for at, line in enumerate(lines):
        if line.text in boilerplate:
            chances[at] = 0
    span = _span(lines, chances, _GAP)
    if span is None:
        raise ExtractionFailed("no run of prose in this text")
    kept = [at for at in range(span[0], span[1] + 1) if chances[at] > KEPT]
    return _Parts(lines, chances, kept, story_core(lines, chances), span[1])


def _is_prose(text: str) -> bool:
    return words_in(text) >= 8 and ends(text)


def _body(parts: _Parts, title: Found) -> list[str]:
    texts = parts.body
    if title.rule == DERIVED:
        return texts
    while len(texts) > 1 and (fold(texts[0]) == fold(title.value) or (len(texts[0]) < 60 and find_date(texts[0]))):
        del texts[0]
    return texts


def _headline(parts: _Parts, boilerplate: frozenset[str]) -> tuple[int, Found]:
    """Where the headline stands and what it is; the first sentence of the lede where no line looks like one."""
    scores = headline_scores(parts.lines, parts.chances, parts.first)
    window = candidates(parts.lines, parts.first)
    texts = [parts.lines[at].text for at in window]
    scores[[text in boilerplate or not may_be_headline(text) for text in texts]] = -np.inf
    best = int(np.argmax(scores))
    at = window[best]
    if scores[best] > LEAST:
        return at, Found(_whole(parts, at), "text headline")
    lede = parts.body[0]
    match = _SENTENCE.match(lede)
    return parts.first, Found(match.group(1) if match else lede, DERIVED)


def _whole(parts: _Parts, at: int) -> str:
    """The headline at `at`, with its first half where markup tore it off after a colon."""
    line, above = parts.lines[at], parts.lines[at - 1].text if at else ""
    torn = above.endswith(":") and len(above) < _KICKER and not line.blank_before
    return f"{above} {line.text}" if torn and shared_terms(above, " ".join(parts.body)) > 0.5 else line.text


def may_be_headline(text: str) -> bool:
    """Whether a line can be a headline at all: neither a label, nor a paragraph, section, date or byline."""
    few = text.isascii() and len(text.split()) < 3
    label = few or _BUTTON.fullmatch(text) or _is_section(text)
    return not (label or len(text) > 250 or find_date(text) or _bylined(text))


def _dates(parts: _Parts, headline: int) -> tuple[Found, Found]:
    published = modified = Found()
    for line in _date_lines(parts, headline):
        date = find_date(line)
        if not date:
            continue
        if _CHANGED.search(line):
            modified = modified if modified.value else Found(date, "text date line")
        elif not published.value:
            published = Found(date, "text date line")
        elif "T" not in published.value and date.startswith(published.value):
            published = Found(date, "text date line")
    if not published.value and modified.value:
        return modified, Found()
    return published, modified


def _date_lines(parts: _Parts, headline: int) -> Iterator[str]:
    """The short lines that may date the story: those that say so, then those around the headline, then the others."""
    texts = [line.text for line in parts.lines]
    top = min(headline, parts.first)
    near = [*range(top, min(len(texts), parts.first + 6)), *range(top - 1, -1, -1)]
    near += [*range(parts.first + 6, parts.last + 1), *range(parts.last + 1, min(len(texts), parts.last + 30))]
    short = [texts[at] for at in near if len(texts[at]) < 160 and not _PICTURE.search(texts[at])]
    told = [text for text in short if _PUBLISHED.search(text) and not _CHANGED.match(text)]
    return iter([*told, *short])


def _section(parts: _Parts, boilerplate: frozenset[str]) -> Found:
    """The section line nearest above the story."""
    for line in reversed(parts.lines[max(0, parts.first - 25) : parts.first]):
        if _is_section(line.text):
            return Found(line.text, "text section line")
    return Found()


def _is_section(line: str) -> bool:
    words = line.casefold().split()
    return (
        0 < len(words) <= 4 and words != ["news"] and all(word in _SECTION_WORDS or word in _JOINTS for word in words)
    )


def _byline(parts: _Parts, headline: int) -> FoundSeveral:
    low = max(0, min(headline, parts.first) - 8)
    for line in parts.lines[low : parts.first + 3]:
        names = _bylined(line.text) if len(line.text) < 120 else []
        if names:
            return FoundSeveral(tuple(dict.fromkeys(map(_capitalised, names))), "text byline")
    return FoundSeveral()


def _bylined(text: str) -> list[str]:
    """The names that a byline names; headlines begin with "by" or "von" too."""
    return [name for name in clean_names(_WHERE.sub("", text)) if _is_name(name)] if _BYLINE.match(text) else []


def _is_name(name: str) -> bool:
    words = name.split()
    capital = not name.islower() and all(word[0].isupper() or len(word) <= 3 for word in words)
    return capital and 2 <= len(words) <= 5 and not find_date(name)


def _capitalised(name: str) -> str:
    return name.title() if name.isupper() else name


def _tag_line(tail: Sequence[str]) -> FoundSeveral:
    for line in tail[:60]:
        label = _TAG_LABEL.match(line)
        parts = [part.strip() for part in line[label.end() if label else 0 :].split(",")]
        short = all(0 < len(part.split()) <= 4 and len(part) <= 40 for part in parts)
        if short and line[-1] not in ".!?" and (len(parts) >= (1 if label else 3) or _is_pair(parts)):
            return FoundSeveral(tuple(dict.fromkeys(parts)), "text tag line")
    return FoundSeveral()


def _is_pair(parts: Sequence[str]) -> bool:
    return len(parts) == 2 and not any(map(str.isdigit, "".join(parts))) and all(part[0].isupper() for part in parts)


def _related(tail: Sequence[str], tags: FoundSeveral, boilerplate: frozenset[str]) -> FoundSeveral:
    """The headlines below the story, down to the line of tags."""
    found: dict[str, None] = {}
    for line in tail[:40]:
        if tags.values and line.endswith(", ".join(tags.values)):
            break
        if 4 <= len(line.split()) <= 30 and line[-1] not in ".:," and line not in boilerplate and not find_date(line):
            found[line] = None
        elif found and not tags.values:
            break
    return FoundSeveral(tuple(found)[:_MOST_RELATED], "text lines below the story")


def _discarded(parts: _Parts, article: Article) -> tuple[str, ...]:
    kept = set(parts.kept)
    used = {article.title, article.section, *article.related}
    rest = (line.text for at, line in enumerate(parts.lines) if at not in kept)
    return tuple(one_line(text) for text in rest if text not in used)
