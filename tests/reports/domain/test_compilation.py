"""佐证材料汇编 opened again: every file, its place, the table of contents, and what is missing."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from measures.domain.evidence import attach_evidence
from measures.domain.evidence_links import archive_evidence, link_evidence
from measures.domain.evidence_list import numbers_of
from measures.models import Evidence, EvidenceLink, Measure
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused, TooMany
from rectify.jobs.domain.work import cancel_job, run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from reports.domain.compilation import Compiled, compile_evidence
from reports.domain.compilation_names import file_part, folder_part
from reports.jobs import COMPILATIONS, request_compilation
from tests.conftest import Demo
from tests.measures.domain.small_bureau import Small

CONTENTS = {"目录.docx", "目录.xlsx"}
UTF8 = 0x800
FORBIDDEN = re.compile('[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\\\\:*?"<>|]')


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    settings.MEDIA_ROOT, settings.VAR_DIR = str(folder), tmp_path
    return folder


def attach(measure: Measure, actor: User, name: str, content: bytes) -> Evidence:
    return attach_evidence(
        measure, actor=actor, file=io.BytesIO(content), name=name, size=len(content)
    )


def compiled(
    small: Small, path: Path, user: User | None = None, ids: list[int] | None = None
) -> Compiled:
    return compile_evidence(
        small.inspection, path, user=user, measure_ids=ids,
        progress=lambda done, total, words: None, printed_by="测试员",
    )  # fmt: skip


def sheet_rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    sheet = load_workbook(io.BytesIO(archive.read("目录.xlsx")))[name]
    heads = [str(cell.value) for cell in sheet[3]]
    return [
        dict(zip(heads, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=5)
    ]


def files_in(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name not in CONTENTS]


def test_the_demo_is_compiled_file_by_file(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "汇编.zip"
    made = compile_evidence(
        demo.b, path, user=demo.user("office-b"), progress=lambda *_: None, printed_by="办公室"
    )
    links = EvidenceLink.objects.filter(
        measure__inspection=demo.b, measure__archived_at=None, evidence__archived_at=None
    ).select_related("evidence", "measure")
    expected = sorted((link.measure_id, link.evidence.sha256) for link in links)
    numbers = numbers_of(demo.b)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        sums = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in files_in(archive)}
        listed = sheet_rows(archive, "目录")
        gaps = sheet_rows(archive, "缺口")
    assert expected
    assert sorted((line.measure.pk, sums[line.place]) for line in made.lines) == expected
    assert [(row["在汇编中的位置"], row["SHA-256"]) for row in listed] == list(sums.items())
    bare = Measure.objects.filter(inspection=demo.b, archived_at=None, evidence_links=None)
    assert [row["序号"] for row in gaps] == [numbers[one.pk] for one in bare.in_order()]
    assert {row["情况"] for row in gaps} <= {"没有佐证材料"}
    assert made.facts()["gaps"] == bare.count() > 0


def test_folders_numbers_and_tables(small: Small, media: Path, tmp_path: Path) -> None:
    first, second = small.measure(text="修订办法"), small.measure(text="建立台账")
    rule = attach(first, small.clerk, "办法.pdf", b"rule")
    attach(first, small.clerk, "纪要.doc", b"minutes")
    link_evidence(rule, actor=small.clerk, measures=[second])
    bare = small.measure(text="组织培训")
    path = tmp_path / "x.zip"
    made = compiled(small, path)
    top = "01 作风建设不够扎实/01 台账管理不规范"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [
            f"{top}/001 修订办法/001-01 办法.pdf",
            f"{top}/001 修订办法/001-02 纪要.doc",
            f"{top}/002 建立台账/002-01 办法.pdf",
            "目录.docx", "目录.xlsx",
        ]  # fmt: skip
        assert all(info.flag_bits & UTF8 for info in archive.infolist())
        assert archive.read(f"{top}/002 建立台账/002-01 办法.pdf") == b"rule"
        rows, gaps = sheet_rows(archive, "目录"), sheet_rows(archive, "缺口")
        document = Document(io.BytesIO(archive.read("目录.docx")))
    assert [row["编号"] for row in rows] == ["001-01", "001-02", "002-01"]
    assert rows[0]["字节数"] == 4
    assert [row["备注"] for row in rows] == [None, None, "同 001-01"]
    assert [(row["序号"], row["措施"], row["情况"]) for row in gaps] == [
        (3, "组织培训", "没有佐证材料")
    ]
    files, missing = document.tables
    texts = [[cell.text for cell in row.cells] for row in files.rows]
    assert texts[0][0] == "编号"
    assert texts[1][0] == "01 作风建设不够扎实　01 台账管理不规范"
    assert [row[0] for row in texts[2:]] == ["001-01", "001-02", "002-01"]
    assert texts[2][-1] == rule.sha256
    assert [cell.text for cell in missing.rows[1].cells][3] == bare.text
    assert document.core_properties.author == document.core_properties.comments == ""
    assert made.facts()["words"] == "装入 3 份材料，涉及 3 条措施；没有佐证材料的措施 1 条。"


def test_names_are_harmless_and_unique(small: Small, media: Path, tmp_path: Path) -> None:
    measure = small.measure(text="../../恶意\n措施:*?" + "长" * 300)
    names = ["材料.pdf", "长" * 80 + ".pdf", "甲.pdf", "乙.pdf", "丙.pdf", "CON.pdf"]
    for number, name in enumerate(names):
        attach(measure, small.clerk, name, b"%d" % number)
    hostile = ["../../etc/passwd.pdf", "材料\u202efdp.exe.pdf", "材料.pdf", 'a"b<c>|.pdf']
    rows = Evidence.objects.filter(inspection=small.inspection).order_by("pk")[2:]
    for name, row in zip(hostile, rows, strict=True):
        Evidence.objects.filter(pk=row.pk).update(original_name=name)
    path = tmp_path / "x.zip"
    assert len(compiled(small, path).lines) == len(names)
    with zipfile.ZipFile(path) as archive:
        found = files_in(archive)
        target = tmp_path / "unpacked"
        archive.extractall(target)
    assert len(set(found)) == len(names)
    for name in found:
        assert not FORBIDDEN.search(name) and not name.startswith("/"), name
        parts = name.split("/")
        assert len(parts) == 4
        assert all(part.strip(" .") == part and len(part) <= 70 for part in parts), name
        assert (target / name).is_file()


@pytest.mark.parametrize("text", ["", "...", "\u202e", "a/b\\c", "长" * 300, " 前后 ", "NUL"])
def test_a_part_of_a_path_is_never_empty_nor_long(text: str) -> None:
    for part in (folder_part(text), file_part(text)):
        assert 0 < len(part) <= 60
        assert not FORBIDDEN.search(part) and "/" not in part and part not in {".", "..", "NUL"}


def test_a_long_file_name_keeps_its_extension() -> None:
    assert file_part("长" * 300 + ".docx") == "长" * 54 + "….docx"


def test_a_filter_narrows_and_the_number_stays(small: Small, media: Path, tmp_path: Path) -> None:
    first, second = small.measure(), small.measure()
    attach(first, small.clerk, "甲.pdf", b"1")
    attach(second, small.clerk, "乙.pdf", b"2")
    made = compiled(small, tmp_path / "x.zip", small.office, [second.pk])
    assert [line.label for line in made.lines] == ["002-01"]
    assert not made.gaps


def test_another_sections_files_are_absent(small: Small, media: Path, tmp_path: Path) -> None:
    own = small.measure()
    other = small.measure(text="别科措施", lead_section=small.other, support_sections=[])
    attach(own, small.clerk, "本科.pdf", b"1")
    attach(other, small.stranger, "别科.pdf", b"2")
    small.measure(text="别科空白", lead_section=small.other, support_sections=[])
    path = tmp_path / "x.zip"
    made = compiled(small, path, small.clerk)
    assert [line.evidence.original_name for line in made.lines] == ["本科.pdf"]
    with zipfile.ZipFile(path) as archive:
        whole = " ".join(archive.namelist())
        for part in ("目录.docx", "目录.xlsx"):
            inner = zipfile.ZipFile(io.BytesIO(archive.read(part)))
            whole += " ".join(inner.read(name).decode(errors="ignore") for name in inner.namelist())
    assert "别科" not in whole
    with pytest.raises(Refused, match="不在您可以导出的范围"):
        request_compilation(small.inspection, actor=small.clerk, measure_ids=[own.pk, other.pk])


def test_damaged_and_missing_files_are_listed(small: Small, media: Path, tmp_path: Path) -> None:
    measure = small.measure()
    good = attach(measure, small.clerk, "好.pdf", b"good")
    bad = attach(measure, small.clerk, "坏.pdf", b"bad")
    lost = attach(measure, small.clerk, "丢.pdf", b"lost")
    Path(bad.file.path).write_bytes(b"changed")
    Path(lost.file.path).unlink()
    path = tmp_path / "x.zip"
    made = compiled(small, path)
    assert [line.evidence for line in made.lines] == [good]
    with zipfile.ZipFile(path) as archive:
        assert len(files_in(archive)) == 1
        said = [row["情况"] for row in sheet_rows(archive, "缺口")]
    assert said == ["文件损坏（与上传时不一致）：001-02 坏.pdf", "文件缺失：001-03 丢.pdf"]
    facts = made.facts()
    assert (facts["files"], facts["altered"], facts["missing"], facts["gaps"]) == (1, 1, 1, 0)


def test_archived_files_and_scans_are_left_out(small: Small, media: Path, tmp_path: Path) -> None:
    measure = small.measure()
    old = attach(measure, small.clerk, "旧.pdf", b"old")
    archive_evidence(old, actor=small.clerk, version=old.version, reason="有误")
    made = compiled(small, tmp_path / "x.zip")
    assert not made.lines
    assert [gap.what for gap in made.gaps] == ["没有佐证材料"]


def test_the_job_makes_the_file_and_says_what_it_holds(small: Small, media: Path) -> None:
    attach(small.measure(), small.clerk, "甲.pdf", b"1")
    job = request_compilation(small.inspection, actor=small.office, measure_ids=None)
    assert request_compilation(small.inspection, actor=small.office, measure_ids=None) == job
    done = run(job.pk)
    assert done is not None and done.status == JobStatus.SUCCEEDED, done
    assert done.result_name == "常规巡察佐证材料汇编.zip"
    assert done.result["files"] == 1
    with done.result_file.open("rb") as stored, zipfile.ZipFile(stored) as archive:
        assert len(archive.namelist()) == 3
    assert not list((media.parent / "scratch").iterdir())


def test_a_cancelled_job_leaves_no_file(
    small: Small, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = small.measure()
    for number in range(3):
        attach(measure, small.clerk, f"{number}.pdf", b"%d" % number)
    job = request_compilation(small.inspection, actor=small.office, measure_ids=None)
    packed: list[str] = []

    def cancelling(text: str) -> str:
        packed.append(text)
        if len(packed) == 2:
            cancel_job(Job.objects.get(pk=job.pk), actor=small.office)
        return text

    monkeypatch.setattr("reports.domain.compilation.file_part", cancelling)
    done = run(job.pk)
    assert done is not None and done.status == JobStatus.CANCELLED
    assert len(packed) == 2
    assert not done.result_file
    assert not list((media.parent / "scratch").iterdir())


def test_who_may_not_export_gets_none_and_nobody_asks_too_often(small: Small, media: Path) -> None:
    with pytest.raises(NotAllowed):
        request_compilation(small.inspection, actor=small.party_member, measure_ids=None)
    for _ in range(COMPILATIONS.times):
        job = request_compilation(small.inspection, actor=small.office, measure_ids=None)
        cancel_job(job, actor=small.office)
    with pytest.raises(TooMany):
        request_compilation(small.inspection, actor=small.office, measure_ids=None)


def test_a_full_disk_is_said_before_the_work(
    small: Small, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(small.measure(), small.clerk, "甲.pdf", b"1")
    usage = type("Usage", (), {"free": 1 << 20})
    monkeypatch.setattr("reports.domain.compilation.shutil.disk_usage", lambda _: usage)
    with pytest.raises(Refused, match="磁盘空间不足"):
        compiled(small, tmp_path / "x.zip")
