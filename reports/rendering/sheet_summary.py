"""The summary sheet: figures with their labels, apart from the rows they count."""

from xlsxwriter.worksheet import Worksheet

from reports.rendering.cell_styles import INTEGER_PATTERN, CellStyles
from reports.rendering.cells import safe_cell
from reports.rendering.row_heights import fit, pixels
from reports.rendering.sheet_shape import Summary

LABEL_WIDTH = 44.0
VALUE_WIDTH = 26.0
A4 = 9
_TITLE_HEIGHT = 36.0


def write_summary(page: Worksheet, summary: Summary, styles: CellStyles) -> None:
    """Write `summary` into the empty worksheet `page`.

    Raises CellTooLong where a label or value holds more than a cell can.
    """
    page.set_column(0, 0, LABEL_WIDTH)
    page.set_column(1, 1, VALUE_WIDTH)
    row = _write_wide(page, 0, summary.title, styles.title(), _TITLE_HEIGHT)
    if summary.subtitle:
        height = fit(summary.subtitle, LABEL_WIDTH + VALUE_WIDTH)[1]
        row = _write_wide(page, row, summary.subtitle, styles.subtitle(), height)
    for section in summary.sections:
        height = fit(section.heading, LABEL_WIDTH + VALUE_WIDTH)[1]
        row = _write_wide(page, row, section.heading, styles.section(), height)
        for label, value in section.figures:
            _write_figure(page, row, label, value, styles)
            row += 1
    page.set_portrait()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.hide_gridlines(2)
    page.set_footer("&R第 &P 页　共 &N 页")


def _write_wide(page: Worksheet, row: int, text: str, style: object, height: float) -> int:
    page.merge_range(row, 0, row, 1, "", style)
    page.write_string(row, 0, safe_cell(text, row=row + 1, column="汇总").text, style)
    page.set_row_pixels(row, pixels(height))
    return row + 1


def _write_figure(
    page: Worksheet, row: int, label: str, value: str | int, styles: CellStyles
) -> None:
    cell = safe_cell(label, row=row + 1, column="汇总项目")
    page.write_string(row, 0, cell.text, styles.body(quoted=cell.quoted))
    heights = [fit(cell.text, LABEL_WIDTH)[1]]
    if isinstance(value, int):
        page.write_number(row, 1, value, styles.body(pattern=INTEGER_PATTERN, centred=True))
    else:
        shown = safe_cell(value, row=row + 1, column="汇总数值")
        page.write_string(row, 1, shown.text, styles.body(centred=True, quoted=shown.quoted))
        heights.append(fit(shown.text, VALUE_WIDTH)[1])
    page.set_row_pixels(row, pixels(max(heights)))
