"""Zipped documents (Office Open XML, OFD): unfolded once, piece by piece, never as a whole.

The directory at the end of a zip may lie, so each entry is unfolded against what it declares; what
lies inside (sheets, embedded documents, old Office objects) is looked at in the same pass.
"""

from __future__ import annotations

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from measures.interfaces.uploads import compound
from measures.interfaces.uploads.contents import (
    Contents,
    read_contents,
    refuse_foreign_parts,
    refuse_macro_names,
    refuse_macro_types,
)
from measures.interfaces.uploads.refusals import (
    disguised,
    locked,
    other_content,
    unfolds_too_far,
)
from measures.interfaces.uploads.sheets import LOOKED_AT, SheetLook

_LOCAL, _END = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL_SIZE, _END_SIZE, _ZIP64_SIZE = 30, 22, 76
_DESCRIPTOR = 24  # bytes that may stand behind an entry
_MOST_DIRECTORY = 1 << 20
_PIECE = 1 << 18
_DEEPEST = 2
_STEEP = 10 << 20
_LONGEST_LIST = 1 << 19
_LARGEST_OBJECT = 20 << 20
_CONTENTS = "[content_types].xml"


@dataclass(frozen=True)
class Limits:
    """`unfolded` in bytes; `self_contained`: no links to other files and nothing embedded."""

    entries: int = 2000
    unfolded: int = 200 << 20
    ratio: int = 200
    self_contained: bool = False


EVIDENCE = Limits()


@dataclass
class _Room:
    """What is left of the limits, shared with the packages inside the package."""

    limits: Limits
    entries: int
    unfolded: int
    looked_at: int = LOOKED_AT


def check_package(file: BinaryIO, extension: str, limits: Limits = EVIDENCE) -> None:
    """Raises ValidationError unless the file is a package of its extension's kind, nothing
    but that, within the limits, and without macros."""
    if compound.is_locked_package(file):
        raise locked(extension)
    room = _Room(limits, limits.entries, limits.unfolded)
    contents = _walk(file, extension, room, depth=0)
    if not contents.is_kind(extension):
        raise other_content(extension)


def _walk(file: BinaryIO, extension: str, room: _Room, *, depth: int) -> Contents:
    refuse_depth(depth)
    file.seek(0)
    if file.read(4) != _LOCAL:
        raise other_content(extension)
    directory = _directory_start(file, extension)
    entries = _entries(file, extension)
    refuse_crowd(entries, room)
    places = _places(file, entries, directory, extension)
    refuse_gaps(entries, places, directory)
    names = {entry.filename.lower().replace("\\", "/") for entry in entries}
    refuse_macro_names(names)
    contents = _contents(file, entries, places, extension)
    refuse_macro_types(contents)
    if room.limits.self_contained:
        refuse_foreign_parts(names, contents)
    for entry, (_, place) in zip(entries, places, strict=True):
        _look_into(
            _unfolded(file, place, entry, extension), entry, contents, extension, room, depth
        )
    return contents


def refuse_depth(depth: int) -> None:
    """A sheet inside a document is usual, a package in a package in a package is not."""
    if depth > _DEEPEST:
        raise unfolds_too_far()


def refuse_crowd(entries: list[zipfile.ZipInfo], room: _Room) -> None:
    """Raises ValidationError past the number of entries, their declared sum and their ratio."""
    room.entries -= len(entries)
    room.unfolded -= sum(entry.file_size for entry in entries)
    steep = any(
        entry.file_size > _STEEP and entry.file_size > room.limits.ratio * entry.compress_size
        for entry in entries
    )
    if room.entries < 0 or room.unfolded < 0 or steep:
        raise unfolds_too_far()


def refuse_gaps(
    entries: list[zipfile.ZipInfo], places: list[tuple[int, int]], directory: int
) -> None:
    """The entries fill the file from its first byte to the directory, none twice.

    `places` are the bytes at which each entry and its data begin.
    """
    end = 0
    for entry, (start, data) in zip(entries, places, strict=True):
        if start < end:
            raise unfolds_too_far()
        if start > end + (_DESCRIPTOR if end else 0):
            raise disguised()
        end = data + entry.compress_size
    if not end <= directory <= end + _DESCRIPTOR:
        raise disguised()


def refuse_long_list(size: int) -> None:
    """The list of types is read whole, and takes thirty times its bytes of memory."""
    if size > _LONGEST_LIST:
        raise unfolds_too_far()


def refuse_large_object(size: int) -> None:
    """An old Office object is read whole: never one that alone would be too large to upload."""
    if size > _LARGEST_OBJECT:
        raise unfolds_too_far()


def refuse_excess(unfolded: int, declared: int) -> None:
    """Raises ValidationError as soon as an entry unfolds to more bytes than it declares."""
    if unfolded > declared:
        raise unfolds_too_far()


def refuse_trailing(gap: int, *, wide: bool) -> None:
    """Between directory and end record lies nothing, or the record of a wide (zip64) archive."""
    if gap != (_ZIP64_SIZE if wide else 0):
        raise disguised()


def _directory_start(file: BinaryIO, extension: str) -> int:
    """Where the directory begins, in a file that ends with its end record."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE))
    record = file.read()
    if record[:4] != _END or len(record) != _END_SIZE:
        # Something stands behind the end record, or there is none: half a file.
        file.seek(max(0, size - _END_SIZE - 0xFFFF))
        raise disguised() if _END in file.read() else other_content(extension)
    length, start = struct.unpack_from("<LL", record, 12)
    if length > _MOST_DIRECTORY:
        raise unfolds_too_far()
    file.seek(min(start + length, size))
    wide = file.read(4) == b"PK\x06\x06"
    refuse_trailing(size - _END_SIZE - start - length, wide=wide)
    return int(start)


def _entries(file: BinaryIO, extension: str) -> list[zipfile.ZipInfo]:
    """The directory in the order of the file."""
    try:
        with zipfile.ZipFile(file) as package:
            return sorted(package.infolist(), key=lambda entry: entry.header_offset)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise other_content(extension) from error


def _places(
    file: BinaryIO, entries: list[zipfile.ZipInfo], directory: int, extension: str
) -> list[tuple[int, int]]:
    """Where each entry and its data begin; the entry's own header must agree with the directory."""
    places = []
    for entry in entries:
        if entry.header_offset >= directory:  # up to 2^64: no file can be read there
            raise other_content(extension)
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_SIZE)
        if header[:4] != _LOCAL or len(header) != _LOCAL_SIZE:
            raise other_content(extension)
        flags, method = struct.unpack_from("<HH", header, 6)
        length, extra = struct.unpack_from("<HH", header, 26)
        name = file.read(length).decode("utf-8" if flags & 0x800 else "cp437", "replace")
        if name != entry.orig_filename or method != entry.compress_type:
            raise other_content(extension)
        if flags & 0x1:
            raise locked(extension)
        start = entry.header_offset
        places.append((start, start + _LOCAL_SIZE + length + extra))
    return places


def _contents(
    file: BinaryIO, entries: list[zipfile.ZipInfo], places: list[tuple[int, int]], extension: str
) -> Contents:
    listed = [at for at, entry in enumerate(entries) if entry.filename.lower() == _CONTENTS]
    if not listed:
        return Contents({}, {}, {entry.filename.lower() for entry in entries})
    if len(listed) > 1:
        raise other_content(extension)
    at = listed[0]
    refuse_long_list(entries[at].file_size)
    return read_contents(
        b"".join(_unfolded(file, places[at][1], entries[at], extension)), extension
    )


def _unfolded(
    file: BinaryIO, place: int, entry: zipfile.ZipInfo, extension: str
) -> Iterator[bytes]:
    """The entry's bytes in pieces; not one more than it declares."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise other_content(extension)
    file.seek(place)
    unfold = _inflated if entry.compress_type == zipfile.ZIP_DEFLATED else _stored
    total = 0
    try:
        for piece in unfold(file, entry.compress_size):
            total += len(piece)
            refuse_excess(total, entry.file_size)
            yield piece
    except zlib.error as error:
        raise other_content(extension) from error
    if total != entry.file_size:
        raise other_content(extension)


def _stored(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0 and (piece := file.read(min(_PIECE, left))):
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, left: int) -> Iterator[bytes]:
    """Raises zlib.error where the stream is broken, cut off, or ends before the entry does."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = b""
    while not inflate.eof:
        packed = packed or file.read(min(_PIECE, left))
        if not packed:
            raise zlib.error("cut off")
        left -= len(packed)
        piece = inflate.decompress(packed, _PIECE)
        packed = inflate.unconsumed_tail
        left += len(packed)
        yield piece
    if left or inflate.unused_data:
        raise zlib.error("more than one stream")


def _look_into(
    pieces: Iterator[bytes],
    entry: zipfile.ZipInfo,
    contents: Contents,
    extension: str,
    room: _Room,
    depth: int,
) -> None:
    """Read the entry to its end; a sheet, a package or an old Office object is looked at."""
    first = _beginning(pieces)
    looks = contents.is_sheet(entry.filename)
    sheet = SheetLook(extension, room.looked_at) if looks else None
    inner = tempfile.SpooledTemporaryFile(_PIECE) if _holds_more(first) else None  # noqa: SIM115 - closed below
    try:
        for piece in _chained(first, pieces):
            if sheet is not None:
                sheet.feed(piece)
            if inner is not None:
                inner.write(piece)
        if sheet is not None:
            room.looked_at = sheet.left
        if inner is not None:
            _look_inside(cast(BinaryIO, inner), first, extension, room, depth)
    finally:
        if inner is not None:
            inner.close()


def _look_inside(inner: BinaryIO, first: bytes, extension: str, room: _Room, depth: int) -> None:
    if first.startswith(_LOCAL):
        _walk(inner, extension, room, depth=depth + 1)
        return
    refuse_large_object(inner.seek(0, 2))
    with compound.opened(inner, extension) as ole:
        compound.refuse_macros(ole, extension)


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """Enough to tell what the entry is: a deflated one may begin with pieces of no byte at all."""
    first = b""
    while len(first) < len(compound.MAGIC) and (piece := next(pieces, None)) is not None:
        first += piece
    return first


def _holds_more(first: bytes) -> bool:
    return first.startswith((_LOCAL, compound.MAGIC))


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
