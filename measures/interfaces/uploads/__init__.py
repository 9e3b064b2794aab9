"""What may be stored or imported: an allowlist by extension and by content (trust.md §3).

One door for evidence (`check_upload`) and one for sheets to be imported (`check_spreadsheet`).
Each module beside this one knows one family of files; every rule is one `refuse_…` function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from measures.interfaces.uploads.compound import STREAMS, check_compound
from measures.interfaces.uploads.names import clean_name
from measures.interfaces.uploads.packages import Limits, check_package
from measures.interfaces.uploads.pictures import FORMATS, check_picture
from measures.interfaces.uploads.portable import check_pdf

__all__ = [
    "ACCEPT", "CHECKS", "CheckedFile", "check_spreadsheet", "check_upload", "clean_name",
    "limit_words",
]  # fmt: skip

SPREADSHEET_BYTES = 20 << 20
SPREADSHEET = Limits(entries=200, unfolded=100 << 20, self_contained=True)


@dataclass(frozen=True)
class CheckedFile:
    """A file that passed: `name` is safe to show and to offer as a download name."""

    file: BinaryIO
    name: str
    size: int


CHECKS: dict[str, Callable[[BinaryIO, str], None]] = {
    "pdf": check_pdf,
    **dict.fromkeys(("docx", "xlsx", "pptx", "ofd"), check_package),
    **dict.fromkeys(STREAMS, check_compound),
    **dict.fromkeys(FORMATS, check_picture),
}
ACCEPT = ",".join(f".{extension}" for extension in CHECKS)


def check_upload(upload: UploadedFile[Any]) -> CheckedFile:
    """The upload with a clean name. Raises ValidationError with a sentence that says why not."""
    name, extension = _name_of(upload)
    check = CHECKS.get(extension)
    if check is None:
        raise ValidationError(f"不接受这种文件。{limit_words()}", code="extension")
    file = _opened(upload, int(settings.EVIDENCE_MAX_BYTES))
    check(file, extension)
    file.seek(0)
    return CheckedFile(file=file, name=name, size=upload.size or 0)


def check_spreadsheet(upload: UploadedFile[Any]) -> CheckedFile:
    """A sheet to be imported: .xlsx alone, small, without links, embedded files and macros.

    Raises ValidationError with a sentence that says why not.
    """
    name, extension = _name_of(upload)
    if extension != "xlsx":
        raise ValidationError(
            "只能导入 xlsx 文件。其他表格请先另存为 xlsx，再导入。", code="extension"
        )
    file = _opened(upload, SPREADSHEET_BYTES)
    check_package(file, extension, SPREADSHEET)
    file.seek(0)
    return CheckedFile(file=file, name=name, size=upload.size or 0)


def limit_words() -> str:
    """What is accepted, as help beside the field."""
    return (
        "可上传 pdf、docx、xlsx、pptx、doc、xls、ppt、wps、et、dps、ofd、jpg、png、tif，"
        f"单个不超过 {_megabytes(int(settings.EVIDENCE_MAX_BYTES))} MB，不得含宏，不得设密码。"
    )


def _name_of(upload: UploadedFile[Any]) -> tuple[str, str]:
    """The clean name and its extension in small letters, "" where nothing stands before it."""
    name = clean_name(upload.name or "")
    stem, _, extension = name.rpartition(".")
    return name, extension.lower() if stem else ""


def _opened(upload: UploadedFile[Any], most: int) -> BinaryIO:
    """The bytes from their beginning. Raises ValidationError past `most` bytes and for none."""
    size = upload.size or 0
    if size == 0:
        raise ValidationError("文件是空的，请检查后重新选择。", code="empty")
    if size > most:
        raise ValidationError(
            f"文件有 {size / 1024 / 1024:.1f} MB，超过 {_megabytes(most)} MB。请压缩或拆分后上传。",
            code="size",
        )
    file = cast(BinaryIO, upload.file)
    file.seek(0)
    return file


def _megabytes(size: int) -> int:
    return size >> 20
