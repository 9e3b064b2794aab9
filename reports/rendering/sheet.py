"""Writing a merged-cell workbook: the one door through which spreadsheets leave the product.

    write_workbook(path, Sheet(...), Summary(...), created=moment)

The file appears whole or not at all, and the same input gives the same bytes.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError

from reports.rendering.cell_styles import CellStyles
from reports.rendering.cells import CellTooLong
from reports.rendering.sheet_grid import Grid, TooManyRows
from reports.rendering.sheet_shape import Column, Sheet, Summary, SummarySection
from reports.rendering.sheet_summary import write_summary

__all__ = [
    "CellTooLong",
    "Column",
    "Sheet",
    "Summary",
    "SummarySection",
    "TooManyRows",
    "WorkbookNotWritten",
    "write_workbook",
]

# Text is text: nothing a person typed becomes a formula, a link or a number.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class WorkbookNotWritten(Exception):
    """The file could not be written; what was there before is untouched. Chinese message."""


def write_workbook(
    path: Path,
    sheet: Sheet,
    summary: Summary | None = None,
    *,
    created: datetime,
    more: Sequence[Sheet] = (),
) -> int:
    """Write `sheet`, then `summary` and `more` behind it, to `path`; return the rows of `sheet`.

    The workbook is built in a file beside `path` that replaces it at the end. `created` (aware)
    is the only date in the file, the title its only other property.
    Raises WorkbookNotWritten where the folder or disk refuses, CellTooLong and TooManyRows where
    the content does not fit, ValueError for a naive `created` or a contradictory shape; in every
    case the old file stays as it was.
    """
    if created.tzinfo is None or created.utcoffset() is None:
        raise ValueError("created must be an aware datetime")
    aside = path.with_name(f".{token_hex(8)}.part")
    try:
        aside.touch(exist_ok=False)  # an unwritable folder is found before the work, not after
        with TemporaryDirectory(prefix="rectify-xlsx-") as scratch:
            book = Workbook(str(aside), {**_OPTIONS, "tmpdir": scratch})
            rows = _fill(book, sheet, summary, created)
            for other in more:
                Grid(book.add_worksheet(other.name), other, CellStyles(book)).write()
            book.close()
        aside.replace(path)
    except (OSError, XlsxFileError) as error:
        raise WorkbookNotWritten(f"无法写入文件“{path.name}”，原有文件未改动：{error}") from error
    finally:
        # Where even this fails the folder is gone or read-only, and the first error says so.
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return rows


def _fill(book: Workbook, sheet: Sheet, summary: Summary | None, created: datetime) -> int:
    moment = created.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": sheet.title, "created": moment})
    styles = CellStyles(book)
    rows = Grid(book.add_worksheet(sheet.name), sheet, styles).write()
    if summary is not None:
        write_summary(book.add_worksheet(summary.name), summary, styles)
    return rows
