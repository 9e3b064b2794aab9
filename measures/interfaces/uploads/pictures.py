"""Photographs and scans: the format is the one of the name, and no picture explodes in memory."""

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from PIL import Image, PngImagePlugin

from measures.interfaces.uploads.disguise import refuse_archive, refuse_markup
from measures.interfaces.uploads.refusals import (
    other_content,
    too_many_pieces,
    too_many_pixels,
)

# Phones of today take up to 200 megapixels.
MOST_PIXELS = 210_000_000
MOST_FRAMES = 2000
# Entries of a page of a TIFF, and pieces in which a whole picture is read. Honest ones have some
# dozens and some thousands; a picture of a million empty pieces would be read for a minute.
MOST_ENTRIES = 1000
MOST_READS = 100_000
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "tif": "TIFF", "tiff": "TIFF"}
# What Pillow raises on broken pictures, depending on where they are broken.
BROKEN = (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, struct.error)
# Pillow's own limits, which hold for the process: ours instead of a warning at 89 megapixels, and
# comments of a PNG that unfold to no more than this.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
PngImagePlugin.MAX_TEXT_MEMORY = 4 << 20

_WIDTH, _HEIGHT = 256, 257
_SHORT = 3


def check_picture(file: BinaryIO, extension: str) -> None:
    """Raises ValidationError unless the file is a whole picture of its extension's format."""
    refuse_markup(file)
    refuse_archive(file)
    try:
        if FORMATS[extension] == "TIFF":
            refuse_many_pixels(_tiff_sizes(file))
        file.seek(0)
        with Image.open(cast(BinaryIO, _Counted(file)), formats=[FORMATS[extension]]) as picture:
            refuse_many_pixels([picture.size])
            picture.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except BROKEN as error:
        raise other_content(extension) from error


class _Counted:
    """A file that counts how often it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._reads = 0

    def read(self, size: int = -1) -> bytes:
        self._reads += 1
        refuse_many_pieces(self._reads)
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def refuse_many_pieces(reads: int) -> None:
    """Raises ValidationError where the picture comes in more pieces than any program writes."""
    if reads > MOST_READS:
        raise too_many_pieces()


def refuse_long_page(entries: int) -> None:
    """Raises ValidationError where a page of a TIFF says more of itself than any program writes;
    two thousand such pages may lie in the same bytes."""
    if entries > MOST_ENTRIES:
        raise too_many_pieces()


def refuse_many_pixels(sizes: Iterable[tuple[int, int]]) -> None:
    """Raises ValidationError where a page of the picture has more than MOST_PIXELS."""
    if any(width * height > MOST_PIXELS for width, height in sizes):
        raise too_many_pixels()


def _tiff_sizes(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Width and height of every page. Raises ValueError where the pages go in circles."""
    file.seek(0)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(file.read(4))
    if order is None:
        raise ValueError("no TIFF")
    seen: set[int] = set()
    (place,) = struct.unpack(f"{order}L", file.read(4))
    while place:
        if place in seen or len(seen) == MOST_FRAMES:
            raise ValueError("pages without end")
        seen.add(place)
        file.seek(place)
        (count,) = struct.unpack(f"{order}H", file.read(2))
        refuse_long_page(count)
        entries = file.read(12 * count)
        (place,) = struct.unpack(f"{order}L", file.read(4))
        yield _tiff_page(entries, order)
    if not seen:
        raise ValueError("no page")


def _tiff_page(entries: bytes, order: str) -> tuple[int, int]:
    edges = {}
    for tag, kind, _, value in struct.iter_unpack(f"{order}HHL4s", entries):
        if tag in (_WIDTH, _HEIGHT):
            shape = "H" if kind == _SHORT else "L"
            (edges[tag],) = struct.unpack_from(f"{order}{shape}", value)
    return edges[_WIDTH], edges[_HEIGHT]
