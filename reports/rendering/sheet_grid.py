"""The ledger sheet itself: its headings, its rows with merged cells, and how it prints."""

from array import array
from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rectify.lib.shanghai import day_of
from reports.rendering.cell_styles import DATE_PATTERN, CellStyles
from reports.rendering.cells import safe_cell
from reports.rendering.row_heights import (
    BODY_LINE,
    FONT_SIZES,
    PADDING,
    TALLEST_ROW,
    fit,
    line_capacity,
    pixels,
    stretch,
    surely_within,
)
from reports.rendering.sheet_shape import Column, Sheet

LAST_ROW = 1_048_575  # zero-based, as the file format allows
LARGEST_NUMBER = 10**15  # beyond 15 digits a spreadsheet rounds
LONGEST_CHOICES = 255  # characters of a drop-down, commas included
LONGEST_FOOTER = 255
A3 = 8
SHORT_KINDS = ("date", "status", "int", "id")
_TITLE_HEIGHT = 36.0
_SINGLE_LINE = BODY_LINE + PADDING


class TooManyRows(ValueError):
    """More rows than a sheet holds; the message is a Chinese sentence."""


class _Lane:
    """One column while rows run through it: its styles, and the run of equal cells still open."""

    __slots__ = ("capacity", "column", "first", "index", "run_key", "style", "value")

    def __init__(self, index: int, column: Column, styles: CellStyles) -> None:
        self.index = index
        self.column = column
        self.capacity = line_capacity(column.width, FONT_SIZES[0]) if column.wrap else 0
        self.style: Format = styles.body(**_look(column))
        self.first: int | None = None
        self.run_key: object = None
        self.value: object = None


class Grid:
    """Writes one Sheet into one worksheet: headings first, then row by row, then the finish."""

    def __init__(self, page: Worksheet, sheet: Sheet, styles: CellStyles) -> None:
        self._page = page
        self._sheet = sheet
        self._styles = styles
        self._lanes = [_Lane(i, column, styles) for i, column in enumerate(sheet.columns)]
        self._plain = [lane for lane in self._lanes if lane.column.merge_by is None]
        # Inner levels stand right of outer ones and are closed first: an outer cell then finds
        # its rows at their final inner height and adds only what it still lacks.
        self._merged = [lane for lane in self._lanes if lane.column.merge_by is not None][::-1]
        self._header = 2 if sheet.subtitle else 1
        self._first = self._header + 2
        self._heights = array("d")

    def write(self) -> int:
        """Write everything and return the number of rows. Reads the sheet's rows once.

        Raises CellTooLong, TooManyRows, and ValueError for a shape that contradicts itself.
        """
        self._check_shape()
        self._write_headings()
        for row in self._sheet.rows:
            self._write_row(row)
        for lane in self._merged:
            self._close_run(lane)
        for number, height in enumerate(self._heights):
            self._page.set_row_pixels(self._first + number, pixels(height))
        self._finish_screen()
        self._finish_print()
        return len(self._heights)

    def _check_shape(self) -> None:
        keys = [column.key for column in self._sheet.columns]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("a sheet needs columns, and each its own key")
        if self._sheet.freeze_after not in (None, *keys):
            raise ValueError(f"no column {self._sheet.freeze_after!r} to freeze after")
        for choices in [self._sheet.status_choices, *(c.choices for c in self._sheet.columns)]:
            if len(",".join(choices)) > LONGEST_CHOICES or any("," in word for word in choices):
                raise ValueError(f"a drop-down cannot hold {choices!r}")

    def _write_headings(self) -> None:
        visible = [lane.index for lane in self._lanes if not lane.column.hidden]
        last = visible[-1] if visible else 0
        self._write_banner(0, last, self._sheet.title, self._styles.title(), _TITLE_HEIGHT)
        if self._sheet.subtitle:
            style = self._styles.subtitle()
            self._write_banner(1, last, self._sheet.subtitle, style, _SINGLE_LINE + PADDING)
        header = self._styles.header()
        for group, lanes in groupby(self._lanes, key=lambda lane: lane.column.group_header):
            self._write_group(group, list(lanes), header)
        heights = [_SINGLE_LINE + PADDING] * 2
        for lane in self._lanes:
            needed = fit(lane.column.title, lane.column.width)[1]
            if lane.column.group_header is not None:
                heights[1] = max(heights[1], needed)
            elif needed > sum(heights):
                heights[1] = needed - heights[0]
        for offset, height in enumerate(heights):
            self._page.set_row_pixels(self._header + offset, pixels(height))

    def _write_banner(self, row: int, last: int, text: str, style: Format, height: float) -> None:
        if last > 0:
            self._page.merge_range(row, 0, row, last, "", style)
        self._page.write_string(row, 0, safe_cell(text, row=row + 1, column="标题").text, style)
        self._page.set_row_pixels(row, pixels(height))

    def _write_group(self, group: str | None, lanes: list[_Lane], style: Format) -> None:
        top, bottom = self._header, self._header + 1
        if group is not None:
            first, last = lanes[0].index, lanes[-1].index
            if last > first:
                self._page.merge_range(top, first, top, last, "", style)
            self._page.write_string(top, first, group, style)
        for lane in lanes:
            if group is None:
                self._page.merge_range(top, lane.index, bottom, lane.index, "", style)
            row = top if group is None else bottom
            self._page.write_string(row, lane.index, lane.column.title, style)

    def _write_row(self, row: Mapping[str, object]) -> None:
        at = self._first + len(self._heights)
        if at > LAST_ROW:
            raise TooManyRows(f"超过表格最多 {LAST_ROW - self._first + 1} 行的限制，请分批导出。")
        for lane in self._merged:
            key, value = row[lane.column.merge_by or ""], row[lane.column.key]
            # The text is compared too: equal keys must never make different text disappear.
            goes_on = key == lane.run_key and value == lane.value and key is not None
            if goes_on and lane.first is not None:
                continue
            self._close_run(lane)
            lane.first, lane.run_key, lane.value = at, key, value
        height = _SINGLE_LINE
        for lane in self._plain:
            height = self._put(lane, at, row[lane.column.key], height, TALLEST_ROW)
        self._heights.append(height)

    def _close_run(self, lane: _Lane) -> None:
        if lane.first is None:
            return
        first, last = lane.first - self._first, len(self._heights) - 1
        if last > first:
            span = (lane.first, lane.index, self._first + last, lane.index)
            self._page.merge_range(*span, "", lane.style)
        have = sum(self._heights[first : last + 1])
        room = TALLEST_ROW * (last - first + 1)
        needed = self._put(lane, lane.first, lane.value, have, room)
        if needed > have:
            stretch(self._heights, first, last, needed)
        lane.first = None

    def _put(self, lane: _Lane, at: int, value: object, so_far: float, room: float) -> float:
        """Write one cell; return the larger of `so_far` and the height in points it needs."""
        if isinstance(value, str) and value:
            return self._put_text(lane, at, value, so_far, room)
        if value is None or value == "":
            self._page.write_blank(at, lane.index, None, lane.style)
        elif isinstance(value, date):
            day = day_of(value) if isinstance(value, datetime) else value
            self._page.write_datetime(at, lane.index, day, lane.style)
        elif isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"column {lane.column.key!r} cannot show {type(value).__name__}")
        elif abs(value) >= LARGEST_NUMBER:
            return self._put_text(lane, at, str(value), so_far, room)
        else:
            self._page.write_number(at, lane.index, value, lane.style)
        return so_far

    def _put_text(self, lane: _Lane, at: int, value: str, so_far: float, room: float) -> float:
        text, quoted = safe_cell(value, row=at - self._first + 1, column=lane.column.title)
        style, size = lane.style, FONT_SIZES[0]
        if lane.capacity and not surely_within(text, lane.capacity, so_far):
            size, needed = fit(text, lane.column.width, room)
            so_far = max(so_far, needed)
        if quoted or size != FONT_SIZES[0]:
            style = self._styles.body(**_look(lane.column), size=size, quoted=quoted)
        if not text:
            self._page.write_blank(at, lane.index, None, style)
        elif text.startswith("<r>") and text.endswith("</r>"):
            # The writer takes such a text for its own rich-text markup and would put it into the
            # file unescaped; as two runs of real rich text it arrives as it was typed.
            self._page.write_rich_string(at, lane.index, text[:1], style, text[1:], style)
        else:
            self._page.write_string(at, lane.index, text, style)
        return so_far

    def _finish_screen(self) -> None:
        page, sheet = self._page, self._sheet
        last = max(self._first + len(self._heights) - 1, self._first - 1)
        for lane in self._lanes:
            column = lane.column
            page.set_column(lane.index, lane.index, column.width, None, {"hidden": column.hidden})
            if self._heights:
                self._add_choices(lane, last)
        frozen = [lane.index + 1 for lane in self._lanes if lane.column.key == sheet.freeze_after]
        page.freeze_panes(self._first, frozen[0] if frozen else 0)
        page.autofilter(self._first - 1, 0, last, len(self._lanes) - 1)
        page.hide_gridlines(2)

    def _add_choices(self, lane: _Lane, last: int) -> None:
        span = (self._first, lane.index, last, lane.index)
        is_status = lane.column.kind == "status"
        choices = lane.column.choices or (self._sheet.status_choices if is_status else ())
        if choices:
            rule: dict[str, Any] = {"validate": "list", "source": list(choices)}
            rule |= {"error_title": "内容不在列表中", "error_message": "请从下拉列表中选择。"}
            self._page.data_validation(*span, rule)
        if is_status:
            for word, colour in self._sheet.status_colours.items():
                quoted = '"' + word.replace('"', '""') + '"'
                style = self._styles.fill(colour)
                rule = {"type": "cell", "criteria": "==", "value": quoted, "format": style}
                self._page.conditional_format(*span, rule)

    def _finish_print(self) -> None:
        page = self._page
        page.set_landscape()
        page.set_paper(A3)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.center_horizontally()
        page.repeat_rows(self._header, self._header + 1)
        footer = f"&L{self._sheet.footer.replace('&', '&&')}&R第 &P 页　共 &N 页"
        if len(footer) > LONGEST_FOOTER:
            raise ValueError(f"the footer is longer than {LONGEST_FOOTER} characters")
        page.set_footer(footer)


def _look(column: Column) -> dict[str, Any]:
    look: dict[str, Any] = {"wrap": column.wrap}
    look["centred"] = column.centred or column.kind in SHORT_KINDS
    if column.kind == "date":
        look["pattern"] = DATE_PATTERN
    return look
