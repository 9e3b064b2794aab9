"""What a person typed, made safe for one spreadsheet cell: whole, and never a formula."""

from typing import NamedTuple

from rectify.lib.clean_text import without_control_characters

LONGEST_CELL = 32_767  # UTF-16 units: the limit of the file format, not of any one program
FORMULA_OPENERS = ("=", "+", "-", "@", "\t")


class CellTooLong(ValueError):
    """A text that no spreadsheet cell holds; the message is a Chinese sentence naming the cell."""


class SafeCell(NamedTuple):
    """The text of a cell, and whether the cell needs the quote prefix.

    `quoted` cells are stored as text with quotePrefix, so that a program that re-enters the cell
    does not turn a leading = + - @ or tab into a formula.
    """

    text: str
    quoted: bool


def safe_cell(text: str, *, row: int, column: str) -> SafeCell:
    """`text` without control characters, whole, marked where it could be taken for a formula.

    `row` (from 1) and `column` (the printed heading) only name the place in the error.
    Raises CellTooLong where more than 32,767 UTF-16 units remain: nothing is ever cut silently.
    """
    # isprintable is one pass in C and true of nearly every text; the rest pays for the patterns.
    clean = text if text.isprintable() else without_control_characters(text)
    if len(clean) > LONGEST_CELL // 2 and len(clean.encode("utf-16-le")) // 2 > LONGEST_CELL:
        raise CellTooLong(
            f"第 {row} 行“{column}”共 {len(clean)} 个字，"
            f"超过表格单元格最多 {LONGEST_CELL} 字的限制，请精简后再导出。"
        )
    return SafeCell(clean, clean.startswith(FORMULA_OPENERS))
