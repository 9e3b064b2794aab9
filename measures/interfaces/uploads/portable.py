"""PDF files: one from the first byte to the last, with nothing else before or behind."""

from typing import BinaryIO

from measures.interfaces.uploads.disguise import refuse_archive, refuse_markup
from measures.interfaces.uploads.refusals import disguised, other_content

_HEAD = 1024
_TAIL = 4096
_END = b"%%EOF"
_PADDING = b"\x00\t\n\x0c\r \x1a"


def check_pdf(file: BinaryIO, extension: str) -> None:
    """Raises ValidationError unless the file is a PDF and nothing but a PDF."""
    if not file.read(8).startswith((b"%PDF-1.", b"%PDF-2.")):
        raise other_content(extension)
    refuse_markup(file, length=_HEAD)
    refuse_archive(file)
    size = file.seek(0, 2)
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        refuse_markup(file, start=start)
        raise other_content(extension)
    refuse_appended(tail[end + len(_END) :])


def refuse_appended(rest: bytes) -> None:
    """Raises ValidationError where more than padding stands behind the end mark."""
    if rest.strip(_PADDING):
        raise disguised()
