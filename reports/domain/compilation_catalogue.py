"""The table of contents of a compilation, with what is missing: 目录.docx and 目录.xlsx."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.template.defaultfilters import filesizeformat

from issues.models import Inspection
from measures.models import Evidence, Measure
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import now
from rectify.lib.shanghai import day_of
from reports.rendering.catalogue_docx import Band, Catalogue, Head, Part, write_catalogue
from reports.rendering.sheet import Column, Sheet, write_workbook

DOCUMENT, SHEET = "目录.docx", "目录.xlsx"
_NO_GAP = "没有缺口：每条措施都有佐证材料，每份文件都与上传时一致。"
_HEADS = (
    Head("编号", 1.7, centred=True), Head("措施", 5.8), Head("牵头科室", 2.2, centred=True),
    Head("文件", 5.9), Head("种类", 1.3, centred=True), Head("大小", 1.8, centred=True),
    Head("上传", 3.1, centred=True), Head("SHA-256", 4.9, tiny=True),
)  # fmt: skip
_GAP_HEADS = (
    Head("序号", 1.3, centred=True), Head("方面", 4.4), Head("问题", 5.6), Head("措施", 7.0),
    Head("牵头科室", 2.4, centred=True), Head("情况", 6.0),
)  # fmt: skip
_COLUMNS = (
    Column("label", "编号", 9, "id"),
    Column("area", "方面", 18, merge_by="area_key"),
    Column("issue", "问题", 22, merge_by="issue_key"),
    Column("measure", "措施", 36, merge_by="measure_key"),
    Column("section", "牵头科室", 12, centred=True),
    Column("file", "文件", 38),
    Column("kind", "种类", 7, centred=True),
    Column("size", "字节数", 12, "int"),
    Column("uploaded_by", "上传人", 15, centred=True),
    Column("uploaded_on", "上传时间", 13, "date"),
    Column("sha256", "SHA-256", 34),
    Column("note", "备注", 12),
    Column("place", "在汇编中的位置", 44, hidden=True, wrap=False),
)
_GAP_COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("area", "方面", 22),
    Column("issue", "问题", 30),
    Column("measure", "措施", 44),
    Column("section", "牵头科室", 14, centred=True),
    Column("what", "情况", 40),
)


@dataclass(frozen=True)
class Line:
    """One packed file: `label` its number, `same_as` that of the first copy in the archive."""

    label: str
    measure: Measure
    evidence: Evidence
    place: str
    same_as: str = ""

    @property
    def note(self) -> str:
        return f"同 {self.same_as}" if self.same_as else ""


@dataclass(frozen=True)
class Gap:
    """What is missing of one measure: `lack` the kind, `what` the words of its line."""

    number: int
    measure: Measure
    lack: str
    what: str


def write_contents(
    folder: Path,
    inspection: Inspection,
    lines: Sequence[Line],
    gaps: Sequence[Gap],
    *,
    measures: int,
    whole: bool,
    printed_by: str,
) -> tuple[Path, Path]:
    """Write both tables into `folder`. Raises what the writers of documents and sheets raise."""
    name = f"{inspection.organization.name}{inspection.name}佐证材料汇编目录"
    made_on = format_date(day_of(now()))
    said = (
        f"{'全部措施' if whole else '按筛选'} {measures} 条　材料 {len(lines)} 份　"
        f"缺口 {len(gaps)} 处　生成于{made_on}"
    )
    footer = f"打印人：{printed_by}　打印时间：{made_on}"
    document, sheet = folder / DOCUMENT, folder / SHEET
    catalogue = Catalogue(
        title=name,
        facts=(said,),
        parts=(
            Part("一、材料目录", _HEADS, _document_rows(lines), "没有可以装入的材料。"),
            Part("二、缺口", _GAP_HEADS, _gap_lines(gaps), _NO_GAP),
        ),
        footer=footer,
    )
    write_catalogue(document, catalogue, created=now())
    contents = Sheet(
        title=name, subtitle=said, columns=_COLUMNS, rows=map(_row, lines), footer=footer,
        freeze_after="label", name="目录",
    )  # fmt: skip
    missing = Sheet(
        title=f"{name}：缺口", subtitle=said if gaps else _NO_GAP, columns=_GAP_COLUMNS,
        rows=map(_gap_row, gaps), footer=footer, freeze_after="number", name="缺口",
    )  # fmt: skip
    write_workbook(sheet, contents, created=now(), more=(missing,))
    return document, sheet


def _document_rows(lines: Sequence[Line]) -> Iterator[Band | Sequence[str]]:
    issue_before = None
    for line in lines:
        issue, file = line.measure.task.issue, line.evidence
        if issue.pk != issue_before:
            numbers = [part.split(" ")[0] for part in line.place.split("/")]
            yield Band(f"{numbers[0]} {issue.area.title}　{numbers[1]} {issue.title}")
            issue_before = issue.pk
        yield (
            line.label,
            line.measure.text,
            line.measure.lead_section_name or "—",
            f"{file.original_name}（{line.note}）" if line.note else file.original_name,
            file.get_kind_display(),
            filesizeformat(file.size).replace("\xa0", " "),
            f"{file.uploaded_by_name}\n{format_date(day_of(file.created_at))}",
            file.sha256,
        )


def _gap_lines(gaps: Sequence[Gap]) -> Iterator[Sequence[str]]:
    for gap in gaps:
        row = _gap_row(gap)
        yield tuple(str(row[column.key]) for column in _GAP_COLUMNS)


def _row(line: Line) -> dict[str, object]:
    measure, file = line.measure, line.evidence
    issue = measure.task.issue
    return {
        "label": line.label,
        "area": issue.area.title, "area_key": issue.area_id,
        "issue": issue.title, "issue_key": (issue.area_id, issue.pk),
        "measure": measure.text, "measure_key": measure.pk,
        "section": measure.lead_section_name,
        "file": file.original_name, "kind": file.get_kind_display(), "size": file.size,
        "uploaded_by": file.uploaded_by_name, "uploaded_on": day_of(file.created_at),
        "sha256": file.sha256, "place": line.place, "note": line.note,
    }  # fmt: skip


def _gap_row(gap: Gap) -> dict[str, object]:
    issue = gap.measure.task.issue
    return {
        "number": gap.number,
        "area": issue.area.title,
        "issue": issue.title,
        "measure": gap.measure.text,
        "section": gap.measure.lead_section_name or "—",
        "what": gap.what,
    }
