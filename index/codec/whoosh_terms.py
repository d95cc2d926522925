"""The terms of a segment as stock Whoosh reads them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import itemgetter
from typing import Any

from whoosh.codec.base import EmptyCursor, FieldCursor, TermsReader
from whoosh.reading import TermInfo, TermNotFound
from whoosh.util.numeric import byte_to_length

from index.codec.impacts import MANY
from index.codec.inverted import U8, U32
from index.codec.layout import FieldPostings, PostingsReader
from index.codec.whoosh_matcher import ArrayMatcher

Term = tuple[str, bytes]


class ArrayTermInfo(TermInfo):  # type: ignore[misc]  # Whoosh has no types
    """Statistics of one term, counted when they are asked for.

    The attributes are those of Whoosh's own class: its methods read them, and its readers of many segments change them.
    """

    def __init__(self, field: FieldPostings, number: int) -> None:
        self._field = field
        self._number = number

    @cached_property
    def _df(self) -> int:
        return self._field.doc_freq(self._number)

    @cached_property
    def _weight(self) -> float:
        return float(self._postings[1].sum())

    @cached_property
    def _maxweight(self) -> float:
        most = int(self._impacts[:, 0].max())
        return float(most if most < MANY else self._postings[1].max())

    @cached_property
    def _minlength(self) -> int:
        return int(byte_to_length(int(self._impacts[:, -1].min())))

    @cached_property
    def _maxlength(self) -> int:
        return int(byte_to_length(int(self._field.lengths[self._postings[0]].max())))

    @cached_property
    def _minid(self) -> int:
        return int(self._postings[0][0])

    @cached_property
    def _maxid(self) -> int:
        return int(self._postings[0][-1])

    @cached_property
    def _postings(self) -> tuple[U32, U32]:
        return self._field.postings(self._number)

    @property
    def _impacts(self) -> U8:
        return self._field.impacts[self._field.first_blocks[self._number] : self._field.first_blocks[self._number + 1]]


class ArrayCursor(FieldCursor):  # type: ignore[misc]  # Whoosh has no types
    """Steps through the terms of one field, from its first."""

    def __init__(self, field: FieldPostings, fieldobj: Any) -> None:
        self._field = field
        self._fieldobj = fieldobj
        self._number = 0

    def first(self) -> Any:
        """Go to the first term; returns its text, None where there is none."""
        return self._goto(0)

    def find(self, term: Any) -> Any:
        """Go to the first term that is not smaller; returns its text, None where there is none."""
        return self._goto(self._field.lower_bound(term if isinstance(term, bytes) else self._fieldobj.to_bytes(term)))

    def next(self) -> Any:
        """Go to the next term; returns its text, None at the end."""
        return self._goto(self._number + 1)

    def text(self) -> Any:
        """The text of the current term, None at the end."""
        return self._fieldobj.from_bytes(self._field.term(self._number)) if self.is_valid() else None

    def term_info(self) -> ArrayTermInfo | None:
        """Statistics of the current term, None at the end."""
        return ArrayTermInfo(self._field, self._number) if self.is_valid() else None

    def is_valid(self) -> bool:
        """Whether there is a current term."""
        return self._number < len(self._field)

    def _goto(self, number: int) -> Any:
        self._number = min(number, len(self._field))
        return self.text()


class ArrayTermsReader(TermsReader):  # type: ignore[misc]  # Whoosh has no types
    """All terms of a segment. Like Whoosh's own, `frequency` raises KeyError and `term_info` TermNotFound."""

    def __init__(self, reader: PostingsReader) -> None:
        self._fields = dict(sorted(reader.fields.items()))

    def __contains__(self, term: Term) -> bool:
        field = self._fields.get(term[0])
        return field is not None and field.find(term[1]) >= 0

    def indexed_field_names(self) -> Iterable[str]:
        """The fields that have postings here."""
        return self._fields.keys()

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        """A cursor at the first term of the field."""
        return ArrayCursor(self._fields[fieldname], fieldobj) if fieldname in self._fields else EmptyCursor()

    def terms(self) -> Iterator[Term]:
        """All terms, by field and bytes."""
        return ((field.name, field.term(number)) for field, number in self._from("", b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """The terms from this one on, through all later fields; none where the field is not here."""
        return (term for term, _ in self.items_from(fieldname, prefix))

    def items(self) -> Iterator[tuple[Term, ArrayTermInfo]]:
        """All terms with their statistics."""
        return (((field.name, field.term(n)), ArrayTermInfo(field, n)) for field, n in self._from("", b""))

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, ArrayTermInfo]]:
        """The terms from this one on, through all later fields, with their statistics."""
        known = self._from(fieldname, prefix) if fieldname in self._fields else ()
        return (((field.name, field.term(n)), ArrayTermInfo(field, n)) for field, n in known)

    def term_info(self, fieldname: str, text: bytes) -> ArrayTermInfo:
        """Statistics of a term. Raises TermNotFound."""
        return ArrayTermInfo(*self._find(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        """How often a term stands in all documents. Raises KeyError."""
        return float(ArrayTermInfo(*self._known(fieldname, text)).weight())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """In how many documents a term stands. Raises KeyError."""
        field, number = self._known(fieldname, text)
        return field.doc_freq(number)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrayMatcher:
        """The postings of a term. Raises TermNotFound."""
        field, number = self._find(fieldname, text)
        return ArrayMatcher(field, number, format_, (fieldname, text), scorer)

    def close(self) -> None:
        """Let go of the mapped pages."""
        self._fields = {}

    def _from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[FieldPostings, int]]:
        for name, field in self._fields.items():
            if name >= fieldname:
                first = field.lower_bound(prefix) if name == fieldname else 0
                yield from ((field, number) for number in range(first, len(field)))

    def _find(self, fieldname: str, text: bytes) -> tuple[FieldPostings, int]:
        try:
            return self._known(fieldname, text)
        except KeyError as error:
            raise TermNotFound(f"No term {fieldname}:{text!r}") from error

    def _known(self, fieldname: str, text: bytes) -> tuple[FieldPostings, int]:
        field = self._fields[fieldname]
        number = field.find(text)
        if number < 0:
            raise KeyError((fieldname, text))
        return field, number


class MixedTermsReader(TermsReader):  # type: ignore[misc]  # Whoosh has no types
    """Some fields in arrays, the others as Whoosh's own codec wrote them."""

    def __init__(self, arrays: ArrayTermsReader, others: TermsReader) -> None:
        self._arrays = arrays
        self._others = others

    def __contains__(self, term: Term) -> bool:
        return term in self._of(term[0])

    def indexed_field_names(self) -> Iterable[str]:
        """The fields that have postings here."""
        return sorted([*self._arrays.indexed_field_names(), *self._others.indexed_field_names()])

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        """A cursor at the first term of the field."""
        return self._of(fieldname).cursor(fieldname, fieldobj)

    def terms(self) -> Iterator[Term]:
        """All terms, by field and bytes."""
        return heapq.merge(self._arrays.terms(), self._others.terms())

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """The terms from this one on, through all later fields; none where the field is not here."""
        return (term for term, _ in self.items_from(fieldname, prefix))

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        """All terms with their statistics."""
        return heapq.merge(self._arrays.items(), self._others.items(), key=itemgetter(0))

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        """The terms from this one on, through all later fields, with their statistics."""
        known = self.items() if fieldname in self.indexed_field_names() else iter(())
        return (item for item in known if item[0] >= (fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Statistics of a term. Raises TermNotFound."""
        return self._of(fieldname).term_info(fieldname, text)

    def frequency(self, fieldname: str, text: bytes) -> float:
        """How often a term stands in all documents. Raises KeyError."""
        return float(self._of(fieldname).frequency(fieldname, text))

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """In how many documents a term stands. Raises KeyError."""
        return int(self._of(fieldname).doc_frequency(fieldname, text))

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Any:
        """The postings of a term. Raises TermNotFound."""
        return self._of(fieldname).matcher(fieldname, text, format_, scorer=scorer)

    def close(self) -> None:
        """Close both."""
        self._arrays.close()
        self._others.close()

    def _of(self, fieldname: str) -> TermsReader:
        return self._arrays if fieldname in self._arrays.indexed_field_names() else self._others
