"""What may be stored as 佐证材料: an allowlist by extension and by content (trust.md §3)."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

LONGEST_NAME = 255  # bytes in UTF-8: what a file system takes
MOST_ENTRIES = 2000
MOST_UNZIPPED = 500 * 1024 * 1024  # bytes that a packed document may claim to hold
_CONTENT_TYPES = 2 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Controls, and the marks that turn or hide part of a name (RTL override, zero-width, isolates).
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff"
    "\ud800-\udfff]"
)
_PATH = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True)
class CheckedFile:
    """A file that passed: `name` is safe to show and to offer as a download name."""

    file: BinaryIO
    name: str
    size: int


def check_upload(upload: UploadedFile[Any]) -> CheckedFile:
    """The upload with a clean name. Raises ValidationError with a sentence that says why not."""
    name = clean_name(upload.name or "")
    stem, _, extension = name.rpartition(".")
    check = CHECKS.get(extension.lower()) if stem else None
    if check is None:
        raise ValidationError(f"不接受这种文件。{limit_words()}", code="extension")
    size = upload.size or 0
    if size == 0:
        raise ValidationError("文件是空的，请检查后重新选择。", code="empty")
    if size > settings.EVIDENCE_MAX_BYTES:
        raise ValidationError(
            f"文件有 {size / 1024 / 1024:.1f} MB，超过 {_limit()} MB。请压缩或拆分后上传。",
            code="size",
        )
    file = cast(BinaryIO, upload.file)
    file.seek(0)
    check(file, extension.lower())
    file.seek(0)
    return CheckedFile(file=file, name=name, size=size)


def clean_name(name: str) -> str:
    """The last part of the name without controls and direction marks, at most 255 bytes.

    A longer stem is cut before the extension and ends in …, so that the cut shows.
    """
    plain = _HIDDEN.sub("", unicodedata.normalize("NFC", name))
    plain = _PATH.sub("_", plain.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if len(plain.encode()) <= LONGEST_NAME:
        return plain
    stem, dot, extension = plain.rpartition(".")
    room = LONGEST_NAME - len(f"…{dot}{extension}".encode())
    return f"{stem.encode()[: max(room, 0)].decode(errors='ignore')}…{dot}{extension}"


def limit_words() -> str:
    """What is accepted, as help beside the field."""
    return (
        "可上传 pdf、docx、xlsx、pptx、doc、xls、ppt、wps、et、dps、ofd、jpg、png、tif，"
        f"单个不超过 {_limit()} MB，不得含宏。"
    )


def _limit() -> int:
    return int(settings.EVIDENCE_MAX_BYTES) // (1024 * 1024)


def _other_content(extension: str) -> ValidationError:
    return ValidationError(
        f"文件内容不是 {extension} 格式。请用原软件打开后另存为 {extension}，再上传。",
        code="content",
    )


def _macro() -> ValidationError:
    return ValidationError(
        "文件含有宏，不能上传。请另存为不含宏的文件，或导出为 pdf。", code="macro"
    )


def _begins(*signatures: bytes) -> Callable[[BinaryIO, str], None]:
    def check(file: BinaryIO, extension: str) -> None:
        head = file.read(16)
        if not head.startswith(signatures):
            raise _other_content(extension)

    return check


def _pdf(file: BinaryIO, extension: str) -> None:
    head = file.read(1024)
    file.seek(-min(2048, file.seek(0, 2)), 2)
    if not head.startswith(b"%PDF-") or b"%%EOF" not in file.read():
        raise _other_content(extension)


def _packed(*parts: str) -> Callable[[BinaryIO, str], None]:
    """An Office Open XML or OFD package that holds one of the parts, and no macro."""

    def check(file: BinaryIO, extension: str) -> None:
        if file.read(4) != b"PK\x03\x04":
            raise _other_content(extension)
        try:
            with zipfile.ZipFile(cast(IO[bytes], file)) as package:
                _check_package(package, parts, extension)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
            raise _other_content(extension) from error

    return check


def _check_package(package: zipfile.ZipFile, parts: tuple[str, ...], extension: str) -> None:
    entries = package.infolist()
    names = {entry.filename.lower() for entry in entries}
    too_big = sum(entry.file_size for entry in entries) > MOST_UNZIPPED
    if len(entries) > MOST_ENTRIES or too_big:
        raise ValidationError("文件解开后过大，不能上传。请导出为 pdf 后上传。", code="size")
    if names.isdisjoint(parts):
        raise _other_content(extension)
    if any(name.rpartition("/")[2].startswith("vbaproject") for name in names):
        raise _macro()
    if "[content_types].xml" in names:
        listed = next(e for e in entries if e.filename.lower() == "[content_types].xml")
        if listed.file_size > _CONTENT_TYPES:
            raise _other_content(extension)
        if b"macroenabled" in package.read(listed).lower():
            raise _macro()


def _compound(*streams: str) -> Callable[[BinaryIO, str], None]:
    """An OLE compound file with one of the streams (any where none is named), and no macro."""

    def check(file: BinaryIO, extension: str) -> None:
        content = file.read()
        if not content.startswith(_OLE):
            raise _other_content(extension)
        if streams and not any(one.encode("utf-16-le") in content for one in streams):
            raise _other_content(extension)
        # Directory entries hold their names as UTF-16; a presentation says it in VBAInfoAtom.
        macro = "_VBA_PROJECT".encode("utf-16-le") in content
        atom = b"\x02\x00\x00\x04\x0c\x00\x00\x00"
        place = content.find(atom)
        if macro or (place >= 0 and content[place + 12 : place + 16] == b"\x01\x00\x00\x00"):
            raise _macro()

    return check


CHECKS: dict[str, Callable[[BinaryIO, str], Any]] = {
    "pdf": _pdf,
    "docx": _packed("word/document.xml"),
    "xlsx": _packed("xl/workbook.xml"),
    "pptx": _packed("ppt/presentation.xml"),
    "ofd": _packed("ofd.xml"),
    "doc": _compound("WordDocument"),
    "xls": _compound("Workbook", "Book"),
    "ppt": _compound("PowerPoint Document"),
    "wps": _compound(),
    "et": _compound(),
    "dps": _compound(),
    "jpg": _begins(b"\xff\xd8\xff"),
    "jpeg": _begins(b"\xff\xd8\xff"),
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    "tif": _begins(b"II*\x00", b"MM\x00*"),
    "tiff": _begins(b"II*\x00", b"MM\x00*"),
}
ACCEPT = ",".join(f".{extension}" for extension in CHECKS)
