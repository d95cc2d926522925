"""The documents of one of our segments as stock Whoosh reads them: lengths, stored fields, sortable columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from whoosh.codec.base import PerDocumentReader
from whoosh.columns import ColumnReader
from whoosh.util.numeric import byte_to_length

from index.codec.columns import Columns
from index.codec.layout import PostingsReader
from index.codec.segment import COLUMNS, STORED, Segment
from index.codec.stored import StoredTexts
from index.schema import DATE_FIELDS


class ArrayDocuments(PerDocumentReader):  # type: ignore[misc]  # Whoosh has no types
    """What a segment holds of each document. Raises NotAnIndex, NewerIndex, OlderIndex, OSError."""

    def __init__(self, folder: Path, segment: Segment, postings: PostingsReader) -> None:
        self._segment = segment
        self._deleted = frozenset(segment.deleted_docs())
        self._fields = postings.fields
        self._columns = Columns.open(segment.path(folder, COLUMNS))
        self._texts = StoredTexts.open(segment.path(folder, STORED))

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        """All documents."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether documents were deleted since the segment was written."""
        return bool(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        """Whether this document was."""
        return docnum in self._deleted

    def deleted_docs(self) -> Iterator[int]:
        """The documents that were, rising."""
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        """Yes: the id and the dates sort."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether a field sorts."""
        return fieldname == "id" or fieldname in DATE_FIELDS

    def column_reader(self, fieldname: str, column: Any) -> ColumnReader:
        """The raw values of a sortable field."""
        if fieldname == "id":
            return _Values(lambda docnum: self._columns.row(docnum).id.encode("utf-8"), self.doc_count_all())
        seconds = self._columns.seconds(fieldname)
        return _Values(lambda docnum: int(seconds[docnum]), self.doc_count_all())

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The rounded length of a field of a document, `default` where the segment does not have the field."""
        field = self._fields.get(fieldname)
        return default if field is None else int(byte_to_length(int(field.lengths[docnum])))

    def field_length(self, fieldname: str) -> int:
        """The exact sum of the lengths of a field."""
        field = self._fields.get(fieldname)
        return field.total_length if field is not None else 0

    def min_field_length(self, fieldname: str) -> int:
        """The rounded length of the shortest field."""
        return self._extreme_length(fieldname, min)

    def max_field_length(self, fieldname: str) -> int:
        """The rounded length of the longest field."""
        return self._extreme_length(fieldname, max)

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The stored fields of a document under the names of the schema."""
        fields = self._columns.row(docnum)._asdict()
        text = self._texts[docnum]
        dates = fields.pop("published"), fields.pop("modified")
        content_hash = self._columns.hashes[docnum].tobytes().hex()
        return {**fields, "body": text.body, "related": text.related, "dates": dates, "content_hash": content_hash}

    def _extreme_length(self, fieldname: str, choose: Callable[[bytes], int]) -> int:
        field = self._fields.get(fieldname)
        return int(byte_to_length(choose(field.lengths.tobytes()))) if field is not None and len(field.lengths) else 0


class _Values(ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    def __init__(self, value: Callable[[int], Any], documents: int) -> None:
        self._value = value
        self._doccount = documents

    def __getitem__(self, docnum: int) -> Any:
        return self._value(docnum)
