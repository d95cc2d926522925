"""Is an index whole? Reads every byte of it; on request rebuilds what is broken from the stored articles.

A segment is sound if its files are all there and agree on the number of documents, their checksums fit, postings are in
order and name documents that exist, and every stored article decodes to what its content hash says, under an id that
finds it. A broken segment is repaired by writing its live articles anew; what does not decode is lost, and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from index.article import Article
from index.codec.columns import Columns, key_of
from index.codec.layout import FieldPostings, PostingsReader
from index.codec.sections import SectionFile
from index.codec.segment import COLUMNS, STORED, Segment
from index.codec.stored import StoredTexts
from index.codec.toc import Toc, read_latest
from index.codec.verify import problems
from index.errors import IndexFolderError
from index.fingerprint import content_hash
from index.folder import read_manifest
from index.writer import open_writer

# What decoding damaged bytes can raise.
DAMAGE = (ValueError, TypeError, IndexError, KeyError, AssertionError, IndexFolderError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: in which file, segment or article, and what, as a sentence."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found: nothing in `problems` means that the index is whole."""

    generation: int
    segments: int
    articles: int
    problems: tuple[Problem, ...]
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What a repair did: `rebuilt` articles were written anew, `lost` ones (by id where it is known) could not be."""

    found: CheckReport
    generation: int
    rebuilt: int
    lost: tuple[str, ...]


def check(folder: str | Path) -> CheckReport:
    """Check the newest generation, reading all of it. Raises NoIndex, NotAnIndex, NewerIndex, OSError."""
    path = Path(folder)
    read_manifest(path)
    toc = read_latest(path)
    opened = [_Opened(path, segment) for segment in toc.segments]
    if any(each.problems for each in opened) and read_latest(path).generation != toc.generation:
        return check(path)  # A writer has committed since, and removed what was to be checked.
    return _report(toc, opened)


def repair(folder: str | Path, timeout: float = 10.0) -> RepairReport:
    """Check the index, and write the articles of broken segments anew; a whole index is left alone.

    Raises as `check`, and IndexLocked, WriteFailed.
    """
    path = Path(folder)
    read_manifest(path)
    read_latest(path)
    with open_writer(path, timeout=timeout) as writer:
        opened = [_Opened(path, segment) for segment in writer.toc.segments]
        found = _report(writer.toc, opened)
        broken = [each for each in opened if each.segment.segment_id() in found.broken]
        if not broken:
            return RepairReport(found, found.generation, 0, ())
        writer.drop([each.segment for each in broken])
        saved, lost = 0, list[str]()
        for each in broken:
            for article in each.salvage(lost):
                writer.put(*article)
                saved += 1
        generation = writer.commit().generation
    return RepairReport(found, generation, saved, tuple(lost))


def _report(toc: Toc, opened: list[_Opened]) -> CheckReport:
    found, broken, ids = list[Problem](), list[str](), dict[int, str]()
    for each in opened:
        wrong = [*each.problems, *each.examine()] if not each.problems else each.problems
        twice = [] if wrong else list(each.repeated(ids))
        found += [*wrong, *twice]
        if wrong:
            broken.append(each.segment.segment_id())
    return CheckReport(toc.generation, len(toc.segments), toc.articles, tuple(found), tuple(broken))


@dataclass
class _Opened:
    """The files of a segment that can be opened, and what is wrong with the others."""

    folder: Path
    segment: Segment
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        folder, segment = self.folder, self.segment
        self.postings = self._open(lambda: PostingsReader.open(folder / segment.segment_id()))
        self.columns = self._open(lambda: Columns.open(segment.path(folder, COLUMNS)))
        self.texts = self._open(lambda: StoredTexts.open(segment.path(folder, STORED)))
        self.damaged = [(file, name) for file in self._files() for name in file.verify()]
        for file, name in self.damaged:
            self._add(file.path.name, f"the checksum of its part {name!r} does not fit")
        self._count()

    def examine(self) -> Iterator[Problem]:
        """What checksums cannot tell. Only for a segment whose files are all there and undamaged."""
        assert self.postings and self.columns and self.texts
        for name, postings in self.postings.fields.items():
            yield from (Problem(f"{self._name} {name}", what) for what in problems(postings))
        if not (self.columns.rows.well_formed() and self.texts.records.well_formed()):
            yield Problem(self._name, "its records do not lie end to end")
            return
        keys = self.columns.keys_by_document()
        for number in range(self.segment.documents):
            wrong = self._wrong(number, int(keys[number]))
            if wrong:
                yield Problem(f"{self._name} article {number}", wrong)
        ids = self.postings.field("id")
        if ids is not None and not _finds_all(ids, self.columns):
            yield Problem(f"{self._name} id", "its terms are not the ids of its articles")

    def repeated(self, ids: dict[int, str]) -> Iterator[Problem]:
        """Live articles whose id another segment has as well; `ids` are the keys met so far."""
        assert self.columns
        keys = self.columns.keys_by_document()
        for number in np.flatnonzero(self.segment.live()).tolist():
            other = ids.setdefault(int(keys[number]), self._name)
            if other != self._name:
                yield Problem(self._name, f"the article {self.columns.row(number).id!r} stands in {other} as well")

    def salvage(self, lost: list[str]) -> Iterator[tuple[Article, str]]:
        """The live articles that can be read, each with its origin; the others are added to `lost`."""
        for number in np.flatnonzero(self.segment.live()).tolist():
            article = _tried(self._article, number)
            if article is None:
                lost.append(_tried(self._row_id, number) or f"article {number} of {self._name}")
            else:
                yield article, _tried(self._origin, number) or ""

    @property
    def _name(self) -> str:
        return str(self.segment.segment_id())

    def _files(self) -> list[SectionFile]:
        files = [*self.postings.files] if self.postings else []
        return files + [part.file for part in (self.columns, self.texts) if part]

    def _open(self, opener: Callable[[], T]) -> T | None:
        try:
            return opener()
        except FileNotFoundError as error:
            self._add(Path(error.filename).name, "it is missing")
        except (OSError, *DAMAGE) as error:
            self._add(self._name, str(error))
        return None

    def _count(self) -> None:
        held = {
            "postings": self.postings and self.postings.documents,
            "columns": self.columns and len(self.columns),
            "stored": self.texts and len(self.texts),
        }
        for name, count in held.items():
            if count is not None and count != self.segment.documents:
                self._add(self._name, f"its {name} hold {count} documents, not {self.segment.documents}")

    def _add(self, where: str, what: str) -> None:
        self.problems.append(Problem(where, what))

    def _wrong(self, number: int, key: int) -> str:
        try:
            article = self._article(number)
        except DAMAGE as error:
            return f"it does not decode ({error})"
        return "" if key_of(article.id) == key else "its id does not find it"

    def _article(self, number: int) -> Article:
        """The stored article. Raises one of DAMAGE where it is not the one that was stored."""
        assert self.columns and self.texts, "its texts are missing"
        text = self.texts[number]
        article = Article(**self.columns.row(number)._asdict(), body=text.body, related=text.related)
        if not self._is_damaged("hash"):
            assert bytes(self.columns.hashes[number]).hex() == content_hash(article), "its content hash does not fit"
        return article

    def _row_id(self, number: int) -> str:
        assert self.columns
        return self.columns.row(number).id

    def _origin(self, number: int) -> str:
        assert self.columns
        return self.columns.origin(number)

    def _is_damaged(self, section: str) -> bool:
        return any(name == section for _, name in self.damaged)


def _tried(read: Callable[[int], T], number: int) -> T | None:
    try:
        return read(number)
    except DAMAGE:
        return None


def _finds_all(ids: FieldPostings, columns: Columns) -> bool:
    found = ids.decode()
    documents = zip(np.repeat(np.arange(len(found)), np.diff(found.starts)).tolist(), found.docs.tolist(), strict=True)
    return {number: found.term(term) for term, number in documents} == {
        number: columns.row(number).id.encode("utf-8", "surrogatepass") for number in range(len(columns))
    }
