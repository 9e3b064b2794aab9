"""The shortest XlsxWriter loop with the same cells and merges, and no heights or checks."""

from pathlib import Path
from typing import Any

import xlsxwriter

from tests.bench.sheet_rows import COLUMNS, HEADER_ROWS, ledger_rows, run_rival


def write(path: Path, count: int) -> None:
    """Write `count` rows to `path`."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    text = book.add_format({"text_wrap": True, "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
    for index, column in enumerate(COLUMNS):
        page.write_string(HEADER_ROWS - 1, index, column.title, text)
    open_runs: dict[int, tuple[object, int, Any]] = {}
    row = HEADER_ROWS
    for values in ledger_rows(count):
        for index, column in enumerate(COLUMNS):
            value: Any = values[column.key]
            if column.merge_by:
                key = values[column.merge_by]
                if index not in open_runs or open_runs[index][0] != key:
                    _end_run(page, index, open_runs, row, text)
                    open_runs[index] = (key, row, value)
            elif value is None or value == "":
                page.write_blank(row, index, None, text)
            elif column.kind == "date":
                page.write_datetime(row, index, value, day)
            elif column.kind == "int":
                page.write_number(row, index, value, text)
            else:
                page.write_string(row, index, value, text)
        row += 1
    for index in list(open_runs):
        _end_run(page, index, open_runs, row, text)
    book.close()


def _end_run(
    page: Any, index: int, runs: dict[int, tuple[object, int, Any]], row: int, style: Any
) -> None:
    if index not in runs:
        return
    _, first, value = runs.pop(index)
    if row - first > 1:
        page.merge_range(first, index, row - 1, index, value, style)
    else:
        page.write_string(first, index, value, style)


if __name__ == "__main__":
    run_rival(write)
