"""A written sheet, reopened: rows, merges, print set-up, and text that arrives as it was typed."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rectify.lib.clean_text import without_control_characters
from reports.rendering.row_heights import BODY_LINE, TALLEST_ROW, count_lines, line_capacity
from reports.rendering.sheet import (
    CellTooLong,
    Column,
    Sheet,
    Summary,
    SummarySection,
    WorkbookNotWritten,
    write_workbook,
)

CREATED = datetime(2021, 5, 12, 1, 30, tzinfo=UTC)
STATUSES = ("未启动", "正在推进", "基本完成", "已完成")
COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("area", "方面", 10, merge_by="area_key"),
    Column("task", "问题表现", 20, merge_by="task_key"),
    Column("leader", "责任领导", 10, group_header="责任分工", merge_by="leader_key", centred=True),
    Column("section", "牵头科室", 10, group_header="责任分工", centred=True),
    Column("due_on", "整改时限", 14, "date"),
    Column("text", "整改措施", 30),
    Column("nature", "整改类型", 10, choices=("立行立改", "限期整改")),
    Column("status", "完成状态", 10, "status"),
    Column("id", "编号", 20, "id", hidden=True),
)
FIRST = 5  # title, subtitle and two header rows stand above


def row(number: int, area_number: int, task_number: int, /, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "number": number,
        "area": f"方面{area_number}",
        "area_key": area_number,
        "task": "台账不全",
        "task_key": (area_number, task_number),
        "leader": "分管领导",
        "leader_key": (area_number, task_number),
        "section": "政务服务科",
        "due_on": date(2021, 5, 12),
        "text": f"措施{number}",
        "nature": "限期整改",
        "status": STATUSES[number % 4],
        "id": f"id-{number}",
    }
    return values | changes


ROWS = (row(1, 1, 1), row(2, 1, 1), row(3, 1, 2), row(4, 2, 3), row(5, 2, 3), row(6, 3, 4))


def sheet_of(rows: Iterable[Mapping[str, object]], **changes: object) -> Sheet:
    shape: dict[str, object] = {
        "title": "整改落实情况一览表",
        "subtitle": "统计截至：2021年5月12日",
        "columns": COLUMNS,
        "rows": rows,
        "freeze_after": "task",
        "footer": "打印人：整改办 A&B",
        "status_choices": STATUSES,
        "status_colours": {"已完成": "#D5EBD8", "未启动": "#E8EAED"},
    }
    return Sheet(**(shape | changes))  # type: ignore[arg-type]


def reopened(
    folder: Path, sheet: Sheet, summary: Summary | None = None
) -> tuple[Workbook, Worksheet]:
    path = folder / "sheet.xlsx"
    write_workbook(path, sheet, summary, created=CREATED)
    book = openpyxl.load_workbook(path)
    return book, book.worksheets[0]


@pytest.fixture
def ledger(tmp_path: Path) -> Worksheet:
    return reopened(tmp_path, sheet_of(ROWS))[1]


def values(page: Worksheet, column: str) -> list[object]:
    return [page[f"{column}{line}"].value for line in range(FIRST, page.max_row + 1)]


def test_every_row_arrives_with_its_types(ledger: Worksheet) -> None:
    assert values(ledger, "A") == [1, 2, 3, 4, 5, 6]
    assert values(ledger, "G") == [f"措施{number}" for number in range(1, 7)]
    assert values(ledger, "F") == [datetime(2021, 5, 12)] * 6  # noqa: DTZ001 (a cell has no zone)
    assert ledger["F5"].number_format == 'yyyy"年"m"月"d"日"'
    assert values(ledger, "I") == [STATUSES[number % 4] for number in range(1, 7)]


def test_title_and_two_header_rows_are_merged(ledger: Worksheet) -> None:
    merges = {str(merge) for merge in ledger.merged_cells.ranges}
    assert {"A1:I1", "A2:I2", "A3:A4", "D3:E3", "G3:G4", "J3:J4"} <= merges
    assert ledger["A1"].value == "整改落实情况一览表"
    assert [ledger["D3"].value, ledger["D4"].value, ledger["E4"].value] == [
        "责任分工",
        "责任领导",
        "牵头科室",
    ]
    assert ledger["G3"].value == "整改措施"


def test_equal_neighbours_are_merged_only_under_the_same_parent(ledger: Worksheet) -> None:
    merges = {str(merge) for merge in ledger.merged_cells.ranges}
    assert {merge for merge in merges if int(merge.split(":")[0][1:]) >= FIRST} == {
        "B5:B7",
        "B8:B9",
        "C5:C6",
        "C8:C9",
        "D5:D6",
        "D8:D9",
    }
    assert values(ledger, "C") == ["台账不全", None, "台账不全", "台账不全", None, "台账不全"]


def test_equal_keys_never_hide_a_different_text(tmp_path: Path) -> None:
    rows = (row(1, 1, 1), row(2, 1, 1, task="另一表现"), row(3, 1, 1, leader_key=None))
    page = reopened(tmp_path, sheet_of(rows))[1]
    assert values(page, "C") == ["台账不全", "另一表现", "台账不全"]
    assert values(page, "D") == ["分管领导", None, "分管领导"]


def test_the_sheet_stays_readable_on_screen(ledger: Worksheet) -> None:
    assert ledger.freeze_panes == "D5"
    assert ledger.auto_filter.ref == "A4:J10"
    assert ledger.column_dimensions["J"].hidden
    assert not ledger.column_dimensions["A"].hidden
    assert values(ledger, "J") == [f"id-{number}" for number in range(1, 7)]


def test_the_sheet_prints_on_a3_landscape_one_page_wide(ledger: Worksheet) -> None:
    assert (ledger.page_setup.orientation, ledger.page_setup.paperSize) == ("landscape", 8)
    assert ledger.sheet_properties.pageSetUpPr is not None
    assert ledger.sheet_properties.pageSetUpPr.fitToPage
    assert ledger.page_setup.fitToHeight == 0
    assert ledger.print_title_rows == "$3:$4"
    footer = ledger.oddFooter
    assert footer is not None
    assert footer.left is not None
    assert footer.right is not None
    assert footer.left.text == "打印人：整改办 A&&B"
    assert footer.right.text == "第 &P 页　共 &N 页"


def test_status_and_nature_offer_their_words_and_status_its_colours(ledger: Worksheet) -> None:
    lists = {str(rule.sqref): rule.formula1 for rule in ledger.data_validations.dataValidation}
    assert lists == {"H5:H10": '"立行立改,限期整改"', "I5:I10": f'"{",".join(STATUSES)}"'}
    rules = [rule for area in ledger.conditional_formatting for rule in area.rules]
    assert [rule.formula for rule in rules] == [['"已完成"'], ['"未启动"']]
    assert rules[0].dxf.fill.bgColor.rgb == "FFD5EBD8"


HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1",
    "-",
    "@SUM(A1)",
    "\t=1",
    "{=1}",
    "<r><t>x</t></r>",
)


def test_hostile_text_never_becomes_a_formula_or_markup(tmp_path: Path) -> None:
    rows = [row(n, 1, 1, text=text, task=text) for n, text in enumerate(HOSTILE, start=1)]
    title = "=cmd|' /C calc'!A0"
    page = reopened(tmp_path, sheet_of(rows, title=title, subtitle="=2"))[1]
    assert {cell.data_type for line in page.iter_rows() for cell in line} <= {"s", "n", "d"}
    assert values(page, "G") == list(HOSTILE)
    assert values(page, "C") == list(HOSTILE)
    quoted = [page[f"G{FIRST + n}"].quotePrefix for n in range(len(HOSTILE))]
    assert quoted == [text[0] in "=+-@\t" for text in HOSTILE]


def test_control_characters_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    page = reopened(tmp_path, sheet_of([row(1, 1, 1, text="a\x0bb\x00\r\nc\u3000 ")]))[1]
    assert page["G5"].value == "ab\nc\u3000 "


def test_a_text_beyond_the_limit_is_refused_by_name_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"old")
    rows = [row(1, 1, 1), row(2, 1, 1, text="整" * 32_768)]
    with pytest.raises(CellTooLong, match=r"第 2 行“整改措施”"):
        write_workbook(path, sheet_of(rows), created=CREATED)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_longest_text_arrives_whole(tmp_path: Path) -> None:
    text = "整改" * 16_383 + "。"
    page = reopened(
        tmp_path, sheet_of([row(1, 1, 1, text=text), row(2, 2, 2, task="𠮷" * 16_383)])
    )[1]
    assert page["G5"].value == text
    assert page["C6"].value == "𠮷" * 16_383


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_random_text_comes_back_as_it_was_typed(tmp_path: Path, texts: list[str]) -> None:
    rows = [row(n, n, n, text=text, section=text[::-1]) for n, text in enumerate(texts, start=1)]
    page = reopened(tmp_path, sheet_of(rows))[1]
    assert values(page, "G") == [without_control_characters(text) or None for text in texts]
    assert values(page, "E") == [without_control_characters(text[::-1]) or None for text in texts]


def test_rows_are_high_enough_for_plain_and_for_merged_text(tmp_path: Path) -> None:
    long = "清理台账并逐项核对，" * 20
    rows = [row(1, 1, 1, task=long), row(2, 1, 1, task=long), row(3, 1, 2, text=long)]
    page = reopened(tmp_path, sheet_of(rows))[1]
    heights = [page.row_dimensions[FIRST + n].height or 0.0 for n in range(3)]
    assert sum(heights[:2]) >= count_lines(long, line_capacity(20, 10)) * BODY_LINE
    assert heights[0] == heights[1]
    assert heights[2] >= count_lines(long, line_capacity(30, 10)) * BODY_LINE


def test_a_text_taller_than_any_row_is_set_smaller_instead_of_clipped(tmp_path: Path) -> None:
    page = reopened(tmp_path, sheet_of([row(1, 1, 1, text="逐项核对，" * 120)]))[1]
    assert (page.row_dimensions[FIRST].height or 0) <= TALLEST_ROW
    assert page["G5"].font.size is not None
    assert page["G5"].font.size < 10


def test_rows_may_come_from_an_iterator_or_not_at_all(tmp_path: Path) -> None:
    def stream() -> Iterator[dict[str, object]]:
        yield from ROWS

    path = tmp_path / "sheet.xlsx"
    assert write_workbook(path, sheet_of(stream()), created=CREATED) == 6
    assert write_workbook(path, sheet_of([]), created=CREATED) == 0
    page = openpyxl.load_workbook(path).worksheets[0]
    assert page.max_row == 4
    assert page.auto_filter.ref == "A4:J4"


def test_dates_in_words_and_long_numbers_stay_as_they_are(tmp_path: Path) -> None:
    moment = datetime(2021, 5, 12, 16, tzinfo=UTC)
    rows = [
        row(1, 1, 1, due_on="长期坚持", id=10**18 + 1),
        row(2, 2, 2, due_on=None, id=7),
        row(3, 3, 3, due_on=moment),
    ]
    page = reopened(tmp_path, sheet_of(rows))[1]
    assert values(page, "F")[:2] == ["长期坚持", None]
    assert page["F7"].value == datetime(2021, 5, 13)  # noqa: DTZ001 (a cell has no zone)
    assert values(page, "J")[:2] == ["1000000000000000001", 7]


@pytest.mark.parametrize("value", [1.5, True, ["a"], b"x"])
def test_a_value_of_an_unknown_type_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(TypeError, match="'text'"):
        write_workbook(tmp_path / "a.xlsx", sheet_of([row(1, 1, 1, text=value)]), created=CREATED)


def test_the_summary_stands_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    section = SummarySection("总数", (("整改措施", 113), ("=完成率", "72.57%")))
    book, _ = reopened(tmp_path, sheet_of(ROWS), Summary("汇总", (section,), subtitle="截至今日"))
    assert book.sheetnames == ["一览表", "汇总"]
    lines = [[cell.value for cell in line] for line in book["汇总"].iter_rows()]
    assert lines == [
        ["汇总", None],
        ["截至今日", None],
        ["总数", None],
        ["整改措施", 113],
        ["=完成率", "72.57%"],
    ]


def test_the_properties_hold_the_title_and_name_no_library(tmp_path: Path) -> None:
    book, _ = reopened(tmp_path, sheet_of(ROWS))
    assert book.properties.title == "整改落实情况一览表"
    assert not book.properties.creator
    with zipfile.ZipFile(tmp_path / "sheet.xlsx") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist()).lower()
    assert b"xlsxwriter" not in content
    assert b"python" not in content


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, sheet_of(ROWS), created=CREATED)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_missing_or_occupied_place_is_a_clear_error(tmp_path: Path) -> None:
    occupied = tmp_path / "folder.xlsx"
    (occupied / "inside").mkdir(parents=True)
    plain = tmp_path / "plain"
    plain.write_text("old", encoding="utf-8")
    for path in (tmp_path / "missing" / "a.xlsx", plain / "a.xlsx", occupied):
        with pytest.raises(WorkbookNotWritten, match="无法写入文件"):
            write_workbook(path, sheet_of(ROWS), created=CREATED)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder.xlsx", "plain"]


def test_rows_that_break_half_way_leave_the_old_file(tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, object]]:
        yield ROWS[0]
        raise RuntimeError("lost")

    path = tmp_path / "sheet.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="lost"):
        write_workbook(path, sheet_of(broken()), created=CREATED)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "changes",
    [
        {"freeze_after": "nowhere"},
        {"columns": ()},
        {"columns": (*COLUMNS, COLUMNS[0])},
        {"status_choices": ("a,b",)},
        {"footer": "长" * 300},
    ],
)
def test_a_shape_that_contradicts_itself_is_refused(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"column|drop-down|footer"):
        write_workbook(tmp_path / "a.xlsx", sheet_of(ROWS, **changes), created=CREATED)


def test_a_naive_moment_of_creation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        write_workbook(tmp_path / "a.xlsx", sheet_of(ROWS), created=CREATED.replace(tzinfo=None))
