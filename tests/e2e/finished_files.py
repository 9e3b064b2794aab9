"""What the exported files say when they are opened again."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from pdfminer.high_level import extract_text


class LedgerSheet:
    """The first sheet of an exported 一览表: its columns by heading, one row per measure."""

    def __init__(self, path: Path) -> None:
        self.page: Worksheet = openpyxl.load_workbook(path).worksheets[0]
        top = next(
            row for row in self.page.iter_rows(max_row=8) if any(c.value == "编号" for c in row)
        )
        self.columns = {str(c.value): c.column for c in top if c.value}
        # Headings stand in two rows: what has no group reaches down over both.
        for row in self.page.iter_rows(min_row=top[0].row + 1, max_row=top[0].row + 1):
            self.columns |= {
                c.value: c.column for c in row if isinstance(c.value, str) and len(c.value) < 8
            }
        identifier = self.columns["编号"]
        self.rows = {
            str(row[identifier - 1].value): row[0].row
            for row in self.page.iter_rows(min_row=top[0].row + 1)
            if re.fullmatch("[0-9a-f]{32}", str(row[identifier - 1].value))
        }

    def text(self, measure: str, heading: str) -> str:
        """The cell of a measure (its id as in addresses)."""
        row = self.rows[measure.replace("-", "")]
        return str(self.page.cell(row, self.columns[heading]).value)

    def merges(self, heading: str) -> list[int]:
        """Heights of the merged cells of a column below the headings, from top to bottom."""
        column, first = self.columns[heading], min(self.rows.values())
        found = [
            (area.min_row, area.max_row - area.min_row + 1)
            for area in self.page.merged_cells.ranges
            if area.min_col == area.max_col == column and area.min_row >= first
        ]
        return [height for _, height in sorted(found)]


def pdf_text(path: Path) -> str:
    """Everything that a PDF says, without blanks, line ends and page numbers."""
    return squeezed(re.sub(r"[—–-]\s*\d+\s*[—–-]", "", extract_text(io.BytesIO(path.read_bytes()))))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
