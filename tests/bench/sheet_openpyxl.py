"""The same cells by openpyxl, without the merges: those cost it quadratic time."""

from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from tests.bench.sheet_rows import COLUMNS, HEADER_ROWS, ledger_rows, run_rival


def write(path: Path, count: int) -> None:
    """Write `count` rows to `path`."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    side = Side(style="thin")
    wrap, border, font = Alignment(wrap_text=True), Border(side, side, side, side), Font("宋体")
    keys: dict[int, object] = {}
    for row, values in enumerate(ledger_rows(count), start=HEADER_ROWS + 1):
        for index, column in enumerate(COLUMNS, start=1):
            key = values[column.merge_by] if column.merge_by else row
            value: Any = None if keys.get(index) == key else values[column.key]
            keys[index] = key
            cell = page.cell(row, index, value)
            cell.alignment, cell.border, cell.font = wrap, border, font
    book.save(path)


if __name__ == "__main__":
    run_rival(write)
