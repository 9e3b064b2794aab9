"""Files that are two things at once: a picture that is also a web page, a PDF that is also a zip.

Markup is looked for as browsers sniff it. Photographs of phones carry trailers of their makers
behind the picture's end; those stay, because only what another program would open is refused.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from measures.interfaces.uploads.refusals import disguised

MARKUP = (b"<script", b"<html", b"<!doctype html", b"<svg xmlns", b"<?php")
PIECE = 1 << 20
# A zip's end record: one disk, the same number of entries twice. Random bytes never look so.
_END_OF_ZIP = re.compile(rb"PK\x05\x06\x00\x00\x00\x00(..)\1", re.DOTALL)
_END_SIZE = 22


def refuse_markup(file: BinaryIO, *, start: int = 0, length: int | None = None) -> None:
    """Raises ValidationError where the bytes hold the beginning of a page or a script."""
    for piece in _pieces(file, start, length):
        lowered = piece.lower()
        if any(mark in lowered for mark in MARKUP):
            raise disguised()


def refuse_archive(file: BinaryIO) -> None:
    """Raises ValidationError where a zip program would find its end record anywhere inside."""
    if any(_END_OF_ZIP.search(piece) for piece in _pieces(file, 0, None)):
        raise disguised()


def refuse_archive_behind(file: BinaryIO) -> None:
    """Raises ValidationError where the file ends exactly as a zip does.

    For compound files, in which a whole zip may lie as an embedded sheet, padded to its sector.
    """
    size = file.seek(0, 2)
    file.seek(-min(size, _END_SIZE + 0xFFFF), 2)
    tail = file.read()
    for found in _END_OF_ZIP.finditer(tail):
        record = tail[found.start() : found.start() + _END_SIZE]
        if len(record) == _END_SIZE:
            (comment,) = struct.unpack_from("<H", record, 20)
            if found.start() + _END_SIZE + comment == len(tail):
                raise disguised()


def _pieces(file: BinaryIO, start: int, length: int | None) -> Iterator[bytes]:
    """The bytes in pieces that overlap by what a mark can be long."""
    file.seek(start)
    left = length if length is not None else file.seek(0, 2) - start
    file.seek(start)
    kept = b""
    while left > 0 and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        yield kept + piece
        kept = piece[-_END_SIZE:]
