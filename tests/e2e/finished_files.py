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
        lines = list(enumerate(self.page.iter_rows(values_only=True), start=1))
        top = next(number for number, line in lines if "编号" in line)
        # Headings stand in two rows: what has no group above it reaches down over both.
        self.columns = {
            str(heading): place
            for _, line in lines[top - 1 : top + 1]
            for place, heading in enumerate(line, start=1)
            if isinstance(heading, str)
        }
        identifier = self.columns["编号"] - 1
        self.rows = {
            str(line[identifier]): number
            for number, line in lines[top:]
            if re.fullmatch("[0-9a-f]{32}", str(line[identifier]))
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
