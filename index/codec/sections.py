"""Arrays -> one file of named sections -> the same arrays, mapped from disk.

    header      64 bytes   b"PRESSMRK", kind (8 bytes, zero padded), version (uint32), zeros
    sections    each begins at a multiple of 64, so that a mapped array is aligned for every processor
    directory   JSON       {"facts": {...}, "sections": [[name, dtype, items, offset, xxh3_64 of the bytes], ...]}
    trailer     32 bytes   directory offset, length and xxh3_64 (uint64 each), b"PRESSMRK"

All numbers are little-endian. Opening reads the header, the directory and the trailer and checks them; the checksums of
the sections are for `verify`, because checking them at every open would read the whole index.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import xxhash

from index.errors import NewerIndex, NotAnIndex, OlderIndex

MAGIC = b"PRESSMRK"
ALIGNMENT = 64
HEADER = struct.Struct("<8s8sI44x")
TRAILER = struct.Struct("<QQQ8s")

Array = npt.NDArray[Any]


class SectionWriter:
    """Writes a file of sections one after the other; `close` makes it readable, leaving early does not.

    `kind` says what the file is for (at most 8 ASCII characters), `version` which layout of that kind. Nothing is
    fsynced: the commit does that for all files of a segment together. Raises OSError.
    """

    def __init__(self, path: Path, kind: str, version: int) -> None:
        self.path = path
        self._file = path.open("wb", buffering=1 << 20)
        self._entries: list[tuple[str, str, int, int, int]] = []
        self._open: tuple[str, np.dtype[Any], int] | None = None
        self._hash = xxhash.xxh3_64()
        self._offset = 0
        self._put(HEADER.pack(MAGIC, kind.encode("ascii"), version))

    def begin(self, name: str, dtype: npt.DTypeLike) -> None:
        """Begin the next section; the one before is complete."""
        self._end()
        self._put(b"\0" * (-self._offset % ALIGNMENT))
        self._open = (name, np.dtype(dtype).newbyteorder("<"), self._offset)
        self._hash = xxhash.xxh3_64()

    def write(self, data: bytes | Array) -> int:
        """Append to the section that is open, converting to its dtype; returns the bytes it holds so far."""
        assert self._open is not None, "begin a section first"
        _, dtype, start = self._open
        chunk = data if isinstance(data, bytes) else np.ascontiguousarray(data, dtype=dtype).view(np.uint8).data
        self._hash.update(chunk)
        self._put(chunk)
        return self._offset - start

    def add(self, name: str, array: Array) -> None:
        """Write a whole array as one section."""
        self.begin(name, array.dtype)
        self.write(array)

    def close(self, facts: Mapping[str, Any]) -> None:
        """Complete the file. `facts` are small values of JSON types that a reader gets back."""
        self._end()
        directory = json.dumps({"facts": dict(facts), "sections": self._entries}).encode("ascii")
        start = self._offset
        self._put(directory)
        self._put(TRAILER.pack(start, len(directory), xxhash.xxh3_64_intdigest(directory), MAGIC))
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is: no reader will accept it."""
        with suppress(OSError):  # What it still buffers may be what the disk had no room for.
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._offset += len(data)

    def _end(self) -> None:
        if self._open is None:
            return
        name, dtype, start = self._open
        items, rest = divmod(self._offset - start, dtype.itemsize)
        assert rest == 0, f"{name}: {self._offset - start} bytes are no whole number of {dtype}"
        self._entries.append((name, dtype.str, items, start, self._hash.intdigest()))
        self._open = None


class SectionFile:
    """A file of sections, mapped: pages are read when an array is touched, and shared between processes.

    Arrays stay valid after the file has been unlinked. `content` is for files that are no files of the system's: the
    bytes that `path` only names. Raises NotAnIndex for a file that is not of this `kind` or is
    damaged, NewerIndex and OlderIndex for another version of the kind, OSError.
    """

    def __init__(self, path: Path, kind: str, version: int, content: bytes | None = None) -> None:
        self.path = path
        self._map = self._mapped() if content is None else content
        self.size = len(self._map)
        if self.size < HEADER.size + TRAILER.size:
            raise self._damaged("it ends early")
        self._check_header(kind, version)
        self._load_directory()

    def _mapped(self) -> mmap.mmap | bytes:
        with self.path.open("rb") as file:
            # A file without a byte cannot be mapped.
            empty = not file.seek(0, 2)
            return b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def _check_header(self, kind: str, known: int) -> None:
        magic, found_kind, version = HEADER.unpack_from(self._map, 0)
        if magic != MAGIC or found_kind.rstrip(b"\0") != kind.encode("ascii"):
            raise self._damaged(f"it does not begin as a {kind} file")
        if version > known:
            raise NewerIndex(self.path.parent, version, known)
        if version < known:
            raise OlderIndex(self.path.parent, version, known)

    def _load_directory(self) -> None:
        start, length, checksum, magic = TRAILER.unpack_from(self._map, self.size - TRAILER.size)
        directory = self._map[start : start + length] if magic == MAGIC else b""
        if len(directory) != length or xxhash.xxh3_64_intdigest(directory) != checksum or magic != MAGIC:
            raise self._damaged("it ends early or its directory is damaged")
        content = json.loads(directory)
        self.facts: dict[str, Any] = content["facts"]
        self._entries: dict[str, tuple[str, int, int, int]] = {entry[0]: entry[1:] for entry in content["sections"]}

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self) -> list[str]:
        """The sections in the order in which they were written."""
        return list(self._entries)

    def nbytes(self, name: str) -> int:
        """Bytes of a section on disk, without the padding around it."""
        dtype, items, _, _ = self._entries[name]
        return items * np.dtype(dtype).itemsize

    def array(self, name: str) -> Array:
        """A section as a read-only array over the mapped pages. KeyError where there is none of that name."""
        dtype, items, offset, _ = self._entries[name]
        return np.frombuffer(self._map, dtype=dtype, count=items, offset=offset)

    def whole(self, dtype: npt.DTypeLike) -> Array:
        """The file from its first byte as a read-only array, for loops that take many sections at once."""
        return np.frombuffer(self._map, dtype=dtype, count=self.size // np.dtype(dtype).itemsize)

    def offset(self, name: str) -> int:
        """The byte of the file at which a section begins."""
        return self._entries[name][2]

    def raw(self, name: str) -> memoryview:
        """A section as bytes over the mapped pages."""
        _, _, offset, _ = self._entries[name]
        return memoryview(self._map)[offset : offset + self.nbytes(name)]

    def release(self) -> None:
        """Give the pages read so far back to the system; arrays stay valid and read them again when touched."""
        if isinstance(self._map, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def verify(self) -> list[str]:
        """Read every byte; returns the names of the sections whose checksum does not fit."""
        return [name for name, entry in self._entries.items() if xxhash.xxh3_64_intdigest(self.raw(name)) != entry[3]]

    def _damaged(self, reason: str) -> NotAnIndex:
        return NotAnIndex(self.path.parent, f"the file {self.path.name} is damaged: {reason}")
