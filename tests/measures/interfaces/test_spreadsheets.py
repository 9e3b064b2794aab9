"""A sheet to be imported is held to narrower limits than evidence."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from measures.interfaces import uploads
from measures.interfaces.uploads import check_spreadsheet, check_upload
from measures.interfaces.uploads.packages import Limits
from tests.measures.interfaces.good_files import GOOD, package, sheet
from tests.measures.interfaces.hostile_files import CORPUS, FAR

LINK = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
MIB = 1 << 20


def code(name: str, content: bytes) -> str:
    try:
        check_spreadsheet(SimpleUploadedFile(name, content))
    except ValidationError as error:
        assert "。" in "".join(error.messages)
        return str(error.code)
    return ""


def filled(rows: int) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("台账")
    for number in range(rows):
        page.append([number, "措施", "责任科室", "2024年5月底前"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_as_people_fill_it_in_is_taken_whole() -> None:
    content = filled(5000)
    checked = check_spreadsheet(SimpleUploadedFile("台账.xlsx", content))
    assert (checked.name, checked.size) == ("台账.xlsx", len(content))
    assert checked.file.read() == content
    assert code("台账.XLSX", GOOD["xlsx"]) == ""


@pytest.mark.parametrize("extension", sorted(set(GOOD) - {"xlsx"}))
def test_every_other_kind_is_refused(extension: str) -> None:
    assert code(f"台账.{extension}", GOOD[extension]) == "extension"


NARROWER = {
    "external link by name": package("xlsx", {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
    "external link by type": package("xlsx", {"xl/a.xml": b"<x/>"}, {"xl/a.xml": LINK}),
    "embedded file": package("xlsx", {"xl/embeddings/1.docx": GOOD["docx"]}),
    "control": package("xlsx", {"xl/activeX/activeX1.xml": b"<x/>"}),
}


@pytest.mark.parametrize("name", NARROWER)
def test_what_is_no_part_of_the_sheet_is_refused_here_and_kept_as_evidence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code("台账.xlsx", NARROWER[name]) == "embedded"
    check_upload(SimpleUploadedFile("台账.xlsx", NARROWER[name]))
    monkeypatch.setattr(uploads, "SPREADSHEET", Limits(entries=200, unfolded=100 * MIB))
    assert code("台账.xlsx", NARROWER[name]) == "", "the control: only this rule refuses it"


def test_more_than_two_hundred_entries_are_refused() -> None:
    few, many = (
        package("xlsx", {f"xl/media/{number}": b"" for number in range(count)})
        for count in (198, 199)
    )
    assert code("台账.xlsx", few) == ""
    assert code("台账.xlsx", many) == "unfolded"


def test_more_than_a_hundred_mebibytes_are_refused() -> None:
    def parts(count: int) -> bytes:
        return package("xlsx", {f"xl/media/{number}": bytes(9 * MIB) for number in range(count)})

    assert code("台账.xlsx", parts(11)) == ""
    assert code("台账.xlsx", parts(12)) == "unfolded"


def test_more_than_twenty_mebibytes_are_refused_before_anything_is_read() -> None:
    assert code("台账.xlsx", bytes(20 * MIB + 1)) == "size"
    assert code("台账.xlsx", b"") == "empty"


def test_a_sparse_sheet_of_a_kilobyte_is_refused() -> None:
    content = sheet(FAR)
    assert len(content) < 2048
    assert code("台账.xlsx", content) == "extent"


def test_a_locked_and_a_torn_file_are_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD["xlsx"])) as whole:
        assert whole.testzip() is None
    assert code("台账.xlsx", GOOD["xlsx"][:-40]) == "content"


@pytest.mark.parametrize(
    "hostile", [one for one in CORPUS if one.name.endswith(".xlsx")], ids=lambda one: one.name
)
def test_every_hostile_sheet_of_the_corpus_is_refused_for_the_same_reason(hostile: object) -> None:
    name, build = hostile.name, hostile.build  # type: ignore[attr-defined]
    assert code(name, build()) == hostile.code  # type: ignore[attr-defined]
