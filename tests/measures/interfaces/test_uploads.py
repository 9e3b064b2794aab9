"""Evidence is taken by extension and content, and its name cannot deceive."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from measures.interfaces.uploads import CHECKS, LONGEST_NAME, check_upload, clean_name

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def packed(*names: str, types: bytes = b"<Types/>") -> bytes:
    """A zip with the entries and a list of content types."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", types)
        for name in names:
            package.writestr(name, b"<x/>")
    return buffer.getvalue()


def compound(*streams: str) -> bytes:
    return OLE + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


GOOD = {
    "pdf": PDF,
    "docx": packed("word/document.xml"),
    "xlsx": packed("xl/workbook.xml"),
    "pptx": packed("ppt/presentation.xml"),
    "ofd": packed("OFD.xml"),
    "doc": compound("WordDocument"),
    "xls": compound("Workbook"),
    "ppt": compound("PowerPoint Document"),
    "wps": compound("WordDocument"),
    "et": compound("Workbook"),
    "dps": compound("PowerPoint Document"),
    "jpg": b"\xff\xd8\xff\xe0rest",
    "jpeg": b"\xff\xd8\xff\xe0rest",
    "png": b"\x89PNG\r\n\x1a\nrest",
    "tif": b"II*\x00rest",
    "tiff": b"MM\x00*rest",
}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        check_upload(upload(name, content))
    return "".join(caught.value.messages)


def test_every_listed_kind_has_a_sample() -> None:
    assert set(GOOD) == set(CHECKS)


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_listed_kind_is_taken_whatever_the_case_of_its_extension(extension: str) -> None:
    checked = check_upload(upload(f"材料.{extension.upper()}", GOOD[extension]))
    assert checked.name == f"材料.{extension.upper()}"
    assert checked.file.read() == GOOD[extension]


@pytest.mark.parametrize(
    "name",
    ["页.svg", "页.html", "页.htm", "宏.docm", "宏.xlsm", "包.zip", "件.exe", "无扩展名", ".pdf",
     "材料.pdf.js", "脚本.xml"],
)  # fmt: skip
def test_every_other_extension_is_refused_with_the_list(name: str) -> None:
    assert "pdf、docx" in refusal(name, PDF)


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_page_under_a_listed_extension_is_refused(extension: str) -> None:
    page = b"<html><script>alert(1)</script></html>"
    assert "文件内容不是" in refusal(f"材料.{extension}", page)


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("docx", packed("xl/workbook.xml")),
        ("xlsx", packed("readme.txt")),
        ("docx", b"MZ" + packed("word/document.xml")),
        ("docx", packed("word/document.xml")[:60]),
        ("pdf", b"<html>" + PDF),
        ("pdf", b"%PDF-1.7 cut off"),
        ("doc", compound("Workbook")),
        ("xls", GOOD["xlsx"]),
        ("jpg", GOOD["png"]),
    ],
)
def test_content_of_another_kind_or_half_a_file_is_refused(extension: str, content: bytes) -> None:
    assert "文件内容不是" in refusal(f"材料.{extension}", content)


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("docx", packed("word/document.xml", "word/vbaProject.bin")),
        ("xlsx", packed("xl/workbook.xml", types=b"application/vnd.ms-excel.sheet.macroEnabled.x")),
        ("doc", compound("WordDocument", "_VBA_PROJECT")),
        ("xls", compound("Workbook", "_VBA_PROJECT_CUR")),
        ("et", compound("Workbook", "_VBA_PROJECT_CUR")),
        (
            "ppt",
            compound("PowerPoint Document")
            + b"\x02\x00\x00\x04\x0c\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00",
        ),
    ],
)
def test_a_file_with_a_macro_is_refused(extension: str, content: bytes) -> None:
    assert "宏" in refusal(f"材料.{extension}", content)


def test_an_empty_file_and_one_past_the_limit_are_refused(settings: Settings) -> None:
    assert "空的" in refusal("材料.pdf", b"")
    settings.EVIDENCE_MAX_BYTES = 10
    assert "超过" in refusal("材料.pdf", PDF)


def test_a_package_that_unfolds_past_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measures.interfaces.uploads.MOST_UNZIPPED", 5)
    assert "过大" in refusal("材料.docx", GOOD["docx"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/材料.pdf", "材料.pdf"),
        ("C:\\我的文档\\材料.pdf", "材料.pdf"),
        ("材\u202efdp.料.pdf", "材fdp.料.pdf"),
        ("材\x00\n料\u200b.pdf", "材料.pdf"),
        ('引"号<b>.pdf', "引_号_b_.pdf"),
        ("  表情\U0001f4c4.pdf. ", "表情\U0001f4c4.pdf"),
    ],
)
def test_a_name_loses_what_could_deceive_and_keeps_the_rest(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_is_cut_before_its_extension_and_shows_it() -> None:
    name = clean_name("关于" * 200 + ".docx")
    assert len(name.encode()) <= LONGEST_NAME
    assert name.endswith("….docx")
