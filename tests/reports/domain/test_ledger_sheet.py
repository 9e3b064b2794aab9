"""The 一览表 read back: rows, merges, words, safety, and what each reader finds in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from issues.domain.inspections import move_to_stage
from issues.enums import Stage
from measures.domain.conditions import counted
from measures.domain.evidence import attach_evidence
from measures.domain.figures import narrowed
from measures.domain.moment import moment_of
from measures.domain.reporting import report
from measures.domain.rounds import close_round, open_round
from measures.enums import Nature, Status
from measures.models import Measure
from rectify.lib.clock import at
from reports.domain.ledger_sheet import COLUMNS, write_ledger
from reports.rendering.cells import CellTooLong
from tests.conftest import Demo
from tests.measures.domain.small_bureau import MONDAY, Small, noon

TITLES = [
    "序号",
    "方面",
    "反馈问题",
    "问题表现",
    "整改目标",
    "整改措施",
    "责任领导",
    "牵头科室",
    "配合科室",
    "责任人",
    "整改时限",
    "整改类型",
    "整改情况",
    "完成状态",
    "完成时间",
    "佐证材料",
    "备注",
    "编号",
]
AT = {column.title: number for number, column in enumerate(COLUMNS, 1)}
FIRST = 5  # title, subtitle, two header rows


def opened(path: Path) -> Worksheet:
    return load_workbook(path)["一览表"]


def column(sheet: Worksheet, title: str) -> list[Any]:
    """The column below the header, as a reader sees it: merged cells repeat their value."""
    values = [sheet.cell(row, AT[title]).value for row in range(FIRST, sheet.max_row + 1)]
    for merged in sheet.merged_cells.ranges:
        if merged.min_col == merged.max_col == AT[title] and merged.min_row >= FIRST:
            for row in range(merged.min_row, merged.max_row + 1):
                values[row - FIRST] = sheet.cell(merged.min_row, merged.min_col).value
    return values


@pytest.fixture
def sheet(demo: Demo, tmp_path: Path) -> Iterator[Worksheet]:
    path = tmp_path / "a.xlsx"
    assert write_ledger(demo.a, path) == 113
    yield opened(path)


def test_there_are_113_rows_under_the_agreed_columns_and_nothing_below(sheet: Worksheet) -> None:
    assert [column.title for column in COLUMNS] == TITLES
    assert sheet.max_row == FIRST + 113 - 1
    assert column(sheet, "序号") == list(range(1, 114))
    header = [
        sheet.cell(FIRST - 1, n).value or sheet.cell(FIRST - 2, n).value
        for n in range(1, len(TITLES) + 1)
    ]
    assert header == TITLES


def test_merged_cells_are_the_tree(demo: Demo, sheet: Worksheet) -> None:
    rows = list(
        Measure.objects.filter(inspection=demo.a).in_order().select_related("task__issue__area")
    )
    for title, level in (
        ("方面", lambda m: m.task.issue.area_id),
        ("反馈问题", lambda m: m.task.issue_id),
        ("问题表现", lambda m: m.task_id),
    ):
        spans, row = [], FIRST
        for _, group in groupby(rows, key=level):
            size = len(list(group))
            if size > 1:
                spans.append((row, row + size - 1))
            row += size
        found = sorted(
            (merged.min_row, merged.max_row)
            for merged in sheet.merged_cells.ranges
            if merged.min_col == merged.max_col == AT[title] and merged.min_row >= FIRST
        )
        assert found == spans, title
    assert len(set(column(sheet, "方面"))) == 6


def test_no_merge_crosses_a_task_or_covers_a_measure(sheet: Worksheet) -> None:
    per_measure = {AT[title] for title in ("序号", "整改措施", "整改情况", "完成状态", "编号")}
    for merged in sheet.merged_cells.ranges:
        if merged.min_row >= FIRST:
            assert merged.min_col == merged.max_col
            assert merged.min_col not in per_measure


def test_status_and_nature_hold_exactly_their_words(sheet: Worksheet) -> None:
    statuses = column(sheet, "完成状态")
    assert set(statuses) <= set(Status.labels)
    assert (statuses.count("已完成"), statuses.count("基本完成")) == (82, 31)
    assert set(column(sheet, "整改类型")) == set(Nature.labels)


def test_dropdowns_freeze_print_titles_and_paper(sheet: Worksheet) -> None:
    lists = [str(rule.formula1) for rule in sheet.data_validations.dataValidation]
    assert any(all(word in rule for word in Status.labels) for rule in lists)
    assert sheet.freeze_panes == f"E{FIRST}"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (8, 0)
    assert sheet.print_title_rows == f"$3:${FIRST - 1}"


def test_the_hidden_id_is_the_measures_public_number(demo: Demo, sheet: Worksheet) -> None:
    ids = [row.public_id.hex for row in Measure.objects.filter(inspection=demo.a).in_order()]
    assert column(sheet, "编号") == ids
    assert sheet.column_dimensions["R"].hidden


def test_dates_are_dates_and_texts_are_whole(demo: Demo, sheet: Worksheet) -> None:
    rows = list(Measure.objects.filter(inspection=demo.a).in_order())
    assert column(sheet, "整改措施") == [row.text for row in rows]
    assert [value or "" for value in column(sheet, "整改情况")] == [row.result_text for row in rows]
    for value, row in zip(column(sheet, "完成时间"), rows, strict=True):
        assert (value.date() if isinstance(value, datetime) else value) == row.completed_on


def test_the_summary_sheet_says_what_the_headline_says(demo: Demo, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_ledger(demo.a, path)
    rows = load_workbook(path)["汇总"].iter_rows(values_only=True)
    found = {str(row[0]): row[1] for row in rows if row[0] is not None and len(row) > 1}
    levels = ("方面（个）", "问题（个）", "整改任务（个）", "整改措施（项）")
    assert [found[key] for key in levels] == [6, 24, 61, 113]
    assert (found["已完成"], found["基本完成"], found["制定和完善制度（项）"]) == (82, 31, 17)
    assert (found["完成率"], found["完成率（含基本完成）"]) == ("72.57%", "100%")
    assert found["批评教育（人次）"] == 4


HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x")',
    "<script>",
    "a\nb",
    "'引号",
    "😀𠮷",
)


def test_hostile_text_stays_text(small: Small, tmp_path: Path) -> None:
    for text in HOSTILE:
        small.measure(text=text, goal=text, remark=text)
    path = tmp_path / "h.xlsx"
    write_ledger(small.inspection, path)
    sheet = opened(path)
    cells = [cell for row in sheet.iter_rows(min_row=FIRST) for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert column(sheet, "整改措施") == [text.strip() for text in HOSTILE]


def test_a_text_too_long_for_a_cell_is_refused_and_the_old_file_stays(
    small: Small, tmp_path: Path
) -> None:
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"old")
    small.measure(text="长" * 32_768)
    with pytest.raises(CellTooLong):
        write_ledger(small.inspection, path)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["old.xlsx"]


def test_an_empty_ledger_is_a_sheet_with_headings(small: Small, tmp_path: Path) -> None:
    assert write_ledger(small.inspection, tmp_path / "e.xlsx") == 0
    assert (tmp_path / "e.xlsx").exists()


@pytest.mark.parametrize(
    ("username", "rows", "secret"),
    [
        ("office", 113, True),
        ("secretary", 113, True),
        ("discipline", 113, True),
        ("party-member", 113, False),
        ("oversight", 113, False),
        ("office-b", 0, False),
        ("auditor", 0, False),
    ],
)
def test_each_reader_gets_the_rows_and_columns_of_their_reading(
    demo: Demo, tmp_path: Path, username: str, rows: int, secret: bool
) -> None:
    path = tmp_path / "r.xlsx"
    assert write_ledger(demo.a, path, user=demo.user(username)) == rows
    if not rows:
        return
    sheet = opened(path)
    for title in ("佐证材料", "责任人"):
        assert any(column(sheet, title)) == secret, title
    assert any(column(sheet, "整改情况")) == (username != "oversight")
    whole = "\n".join(
        str(cell.value)
        for page in load_workbook(path).worksheets
        for line in page.iter_rows()
        for cell in line
    )
    assert ("政务服务科经办人" in whole) == secret
    assert (".pdf" in whole) == secret


def test_a_section_gets_its_own_rows_with_figures_of_its_own(demo: Demo, tmp_path: Path) -> None:
    clerk = demo.user("clerk-service")
    path = tmp_path / "s.xlsx"
    rows = write_ledger(demo.a, path, user=clerk)
    assert rows == Measure.objects.filter(inspection=demo.a).visible_to(clerk).count()
    assert 0 < rows < 113
    (section,) = demo.a.organization.sections.filter(pk__in=clerk.access.sections)
    sheet = opened(path)
    for lead, supports in zip(column(sheet, "牵头科室"), column(sheet, "配合科室"), strict=True):
        assert section.name == lead or section.name in str(supports)


def test_a_filter_narrows_but_never_widens_what_may_be_read(demo: Demo, tmp_path: Path) -> None:
    clerk = demo.user("clerk-service")
    everything = list(Measure.objects.values_list("pk", flat=True))
    rows = write_ledger(demo.a, tmp_path / "f.xlsx", measure_ids=everything, user=clerk)
    assert rows == Measure.objects.filter(inspection=demo.a).visible_to(clerk).count()
    moment = moment_of(demo.a)
    done = narrowed(counted(demo.a, moment, None), "completed", moment)
    ids = list(done.values_list("pk", flat=True))
    assert write_ledger(demo.a, tmp_path / "d.xlsx", measure_ids=ids) == 82
    assert write_ledger(demo.a, tmp_path / "n.xlsx", measure_ids=[]) == 0


def test_an_export_as_of_a_past_day_agrees_with_the_round_frozen_then(
    demo: Demo, tmp_path: Path
) -> None:
    write_ledger(demo.a, tmp_path / "p.xlsx", as_of=date(2021, 3, 26))
    statuses = column(opened(tmp_path / "p.xlsx"), "完成状态")
    assert (statuses.count("已完成"), statuses.count("基本完成"), len(statuses)) == (33, 19, 113)


def test_a_published_ledger_shows_the_frozen_day_in_rows_and_summary(
    small: Small, tmp_path: Path
) -> None:
    measure = small.measure()
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(row, actor=small.office, version=1)
    move_to_stage(small.inspection, Stage.PUBLISHED, actor=small.office)
    with at(noon(date(2024, 6, 3))):
        report(measure, actor=small.clerk, version=1, values={"status": Status.COMPLETED})
        write_ledger(small.inspection, tmp_path / "p.xlsx")
    sheet = opened(tmp_path / "p.xlsx")
    assert (column(sheet, "完成状态"), column(sheet, "完成时间")) == (["未启动"], [None])
    assert "2024年5月15日" in str(sheet["A2"].value)


def test_evidence_names_are_listed_for_who_reads_in_full(small: Small, tmp_path: Path) -> None:
    attach_evidence(
        small.measure(), actor=small.clerk, file=io.BytesIO(b"x"), name="会议纪要.pdf", size=1
    )
    write_ledger(small.inspection, tmp_path / "o.xlsx", user=small.office)
    write_ledger(small.inspection, tmp_path / "p.xlsx", user=small.party_member)
    assert column(opened(tmp_path / "o.xlsx"), "佐证材料") == ["会议纪要.pdf"]
    assert column(opened(tmp_path / "p.xlsx"), "佐证材料") == [None]
