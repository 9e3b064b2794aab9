"""Old Office and WPS files (OLE compound files): the right kind, readable, and without macros."""

import re
import struct
from typing import Any, BinaryIO

import olefile

from measures.interfaces.uploads.disguise import refuse_archive_behind
from measures.interfaces.uploads.refusals import (
    locked,
    macro,
    other_content,
    unfolds_too_far,
)

MAGIC = olefile.MAGIC
WORD, PRESENTATION = "worddocument", "powerpoint document"
WORKBOOKS = ("workbook", "book")
# The streams of which a kind must hold one.
STREAMS = {
    "doc": (WORD,),
    "wps": (WORD,),
    "xls": WORKBOOKS,
    "et": WORKBOOKS,
    "ppt": (PRESENTATION,),
    "dps": (PRESENTATION,),
}
_MACRO_PLACES = {
    "vba",
    "macros",
    "_vba_project",
    "_vba_project_cur",
    "vbaproject",
    "vbaprojectroot",
}
# Records of the workbook's first part (MS-XLS): type and length before each.
_END, _FILE_PASS, _BOUND_SHEET = 0x0A, 0x2F, 0x85
_MACRO_SHEET, _VISUAL_BASIC = 1, 6
# VBAInfoAtom of a presentation (MS-PPT): header, reference, then whether there are macros.
_VBA_INFO = re.compile(rb"\x02\x00\x00\x04\x0c\x00\x00\x00....\x01\x00\x00\x00", re.DOTALL)
_WORD_ENCRYPTED = 0x0100
# What honest files stay far below: entries of the directory, streams that are looked into, and
# records of a workbook's first part. The library and our loops work for seconds on more.
MOST_ENTRIES = 10_000
MOST_STREAMS = 256
MOST_RECORDS = 100_000
# RecursionError: storages inside storages without end, which the library walks by calling itself.
BROKEN = (
    OSError, ValueError, LookupError, TypeError, ArithmeticError, struct.error, RecursionError,
)  # fmt: skip


class _Container(olefile.OleFileIO):  # type: ignore[misc]  # olefile ships no types
    """A compound file whose directory has a sane length."""

    def _load_direntry(self, sid: int) -> Any:
        refuse_long_directory(len(self.direntries))  # before the first entry is read
        return super()._load_direntry(sid)


def check_compound(file: BinaryIO, extension: str) -> None:
    """Raises ValidationError unless the file is of its extension's kind and holds no macro."""
    if file.read(len(MAGIC)) != MAGIC:
        raise other_content(extension)
    refuse_archive_behind(file)
    with opened(file, extension) as ole:
        names = _names(ole, extension)
        if names.isdisjoint(STREAMS[extension]):
            raise other_content(extension)
        refuse_macros(ole, extension)
        refuse_password(ole, extension)


def is_locked_package(file: BinaryIO) -> bool:
    """Whether a docx, xlsx or pptx was saved with a password: then it is a compound file."""
    if file.read(len(MAGIC)) != MAGIC:
        return False
    with opened(file, "") as ole:
        return "encryptedpackage" in _names(ole, "")


def opened(file: BinaryIO, extension: str) -> "olefile.OleFileIO":
    """Raises ValidationError where the container itself is broken."""
    file.seek(0)
    try:
        return _Container(file)
    except BROKEN as error:
        raise other_content(extension) from error


def refuse_macros(ole: "olefile.OleFileIO", extension: str) -> None:
    """Raises ValidationError where the container holds a macro of any of its three shapes."""
    refuse_shared_bytes(ole)
    refuse_crowd(_paths(ole, extension))
    refuse_macro_storage(_names(ole, extension))
    for path in _paths(ole, extension):
        name = path[-1].lower()
        if name in WORKBOOKS:
            refuse_macro_sheet(_stream(ole, path, extension))
        elif name == PRESENTATION:
            refuse_macro_atom(_stream(ole, path, extension))


def refuse_long_directory(entries: int) -> None:
    """Raises ValidationError past the number of entries, used and empty ones."""
    if entries > MOST_ENTRIES:
        raise unfolds_too_far()


def refuse_shared_bytes(ole: "olefile.OleFileIO") -> None:
    """Streams that together are larger than the file lie upon one another, to be read for ever."""
    streams = (one for one in ole.direntries if one and one.entry_type == olefile.STGTY_STREAM)
    if sum(one.size for one in streams) > ole.fp.seek(0, 2):
        raise unfolds_too_far()


def refuse_crowd(paths: list[list[str]]) -> None:
    """Raises ValidationError past the number of streams that are looked into."""
    if sum(path[-1].lower() in (WORD, PRESENTATION, *WORKBOOKS) for path in paths) > MOST_STREAMS:
        raise unfolds_too_far()


def refuse_macro_storage(names: set[str]) -> None:
    """A Visual Basic project in a storage of its own."""
    if names & _MACRO_PLACES:
        raise macro()


def refuse_macro_sheet(workbook: bytes) -> None:
    """A sheet of Excel 4 macros, or of Visual Basic, in the list of sheets."""
    for kind, body in _records(workbook):
        if kind == _BOUND_SHEET and body[5:6] in (bytes([_MACRO_SHEET]), bytes([_VISUAL_BASIC])):
            raise macro()


def refuse_macro_atom(presentation: bytes) -> None:
    """A presentation keeps its project inside its own stream and says so in an atom."""
    if _VBA_INFO.search(presentation):
        raise macro()


def refuse_password(ole: "olefile.OleFileIO", extension: str) -> None:
    """Encrypted content cannot be looked into."""
    for path in _paths(ole, extension):
        name = path[-1].lower()
        if name in WORKBOOKS:
            records = _records(_stream(ole, path, extension))
            if any(kind == _FILE_PASS for kind, _ in records):
                raise locked(extension)
        elif name == WORD and len(path) == 1:
            flags = _stream(ole, path, extension)[10:12]
            if len(flags) == 2 and struct.unpack("<H", flags)[0] & _WORD_ENCRYPTED:
                raise locked(extension)


def _records(workbook: bytes) -> list[tuple[int, bytes]]:
    """The records up to the end of the workbook's own part, sheets excluded.

    Raises ValidationError past MOST_RECORDS.
    """
    found, place, left = [], 0, MOST_RECORDS
    while place + 4 <= len(workbook):
        if not left:
            raise unfolds_too_far()
        left -= 1
        kind, length = struct.unpack_from("<HH", workbook, place)
        if kind == _END:
            break
        if kind in (_BOUND_SHEET, _FILE_PASS):
            found.append((kind, workbook[place + 4 : place + 4 + length]))
        place += 4 + length
    return found


def _names(ole: "olefile.OleFileIO", extension: str) -> set[str]:
    """Every storage and stream, at any depth, in small letters."""
    return {part.lower() for path in _paths(ole, extension, storages=True) for part in path}


def _paths(ole: "olefile.OleFileIO", extension: str, *, storages: bool = False) -> list[list[str]]:
    try:
        found: list[list[str]] = ole.listdir(storages=storages)
    except BROKEN as error:
        raise other_content(extension) from error
    return found


def _stream(ole: "olefile.OleFileIO", path: list[str], extension: str) -> bytes:
    try:
        content: bytes = ole.openstream(path).read()
    except BROKEN as error:
        raise other_content(extension) from error
    return content
