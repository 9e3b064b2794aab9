"""How high the rows of a sheet must be so that no text is clipped: pure arithmetic.

No program computes the height of a merged cell, and a file carries heights as plain numbers, so
they are estimated here from the widths of the characters. An estimate must err upwards.
"""

from collections.abc import MutableSequence
from functools import lru_cache
from math import ceil

TALLEST_ROW = 408.75  # points; the format allows 409.5, and heights are whole pixels of 0.75 pt
POINTS_PER_PIXEL = 0.75
PADDING = 4.0  # points above and below the text together
FONT_SIZES = (10, 9, 8, 7, 6)  # a text too tall for its cell is set smaller rather than clipped
_LINE_PER_POINT = 1.45  # line height by font size in the tallest font that stands in for 宋体
BODY_LINE = FONT_SIZES[0] * _LINE_PER_POINT
_HALF_WIDTHS_PER_UNIT = 10.5  # half-width characters in one unit of column width, by font size
_LOST_AT_LINE_ENDS = 1.06  # numbers and closing marks move whole to the next line


def half_widths(text: str) -> int:
    """The printed width of `text` in half-width characters: a Chinese character counts two."""
    # GB 18030 spends two bytes on what fonts print full width and one on ASCII, and the encoder
    # is C. Rare characters take four: an estimate upwards.
    return len(text) if text.isascii() else len(text.encode("gb18030", "replace"))


@lru_cache(maxsize=256)
def line_capacity(width: float, size: int) -> int:
    """Half-width characters in one line of a column `width` units wide, at `size` points."""
    # One Chinese character takes two places or none, so an odd place stays empty.
    return max(2, int(width * _HALF_WIDTHS_PER_UNIT / size) // 2 * 2)


def surely_within(text: str, capacity: int, height: float) -> bool:
    """Whether `text` at the body size fits into `height` points, by a bound far cheaper than `fit`.

    False only means that it has to be measured.
    """
    if 2 * len(text) <= capacity and "\n" not in text:
        return height >= BODY_LINE + PADDING
    lines = int(2 * len(text) * _LOST_AT_LINE_ENDS) // capacity + 1 + text.count("\n")
    return lines * BODY_LINE + PADDING <= height


def count_lines(text: str, capacity: int) -> int:
    """The lines that `text` takes when each holds `capacity` half-width characters."""
    if "\n" in text:
        return sum(count_lines(line, capacity) for line in text.split("\n"))
    if 2 * len(text) <= capacity:
        return 1
    width = half_widths(text)
    return 1 if width <= capacity else ceil(width * _LOST_AT_LINE_ENDS / capacity)


def fit(text: str, width: float, room: float = TALLEST_ROW) -> tuple[int, float]:
    """The font size and the height in points for `text` in a column `width` units wide.

    The largest of FONT_SIZES whose lines fit into `room` points; the smallest, and `room`, where
    none does (about 4,000 characters in a column 40 units wide).
    """
    for size in FONT_SIZES:
        lines = count_lines(text, line_capacity(width, size))
        height = lines * size * _LINE_PER_POINT + PADDING
        if height <= room:
            return size, height
    return FONT_SIZES[-1], room


def stretch(heights: MutableSequence[float], first: int, last: int, needed: float) -> None:
    """Raise the rows `first` to `last` evenly until together they are `needed` points high.

    No row grows beyond TALLEST_ROW; rows are never lowered.
    """
    missing = needed - sum(heights[first : last + 1])
    growing = [row for row in range(first, last + 1) if heights[row] < TALLEST_ROW]
    while missing > 0.01 and growing:
        share = missing / len(growing)
        for row in growing:
            added = min(share, TALLEST_ROW - heights[row])
            heights[row] += added
            missing -= added
        growing = [row for row in growing if heights[row] < TALLEST_ROW]


def pixels(height: float) -> int:
    """`height` in points as whole pixels, rounded up, so that rounding never clips."""
    return ceil(min(height, TALLEST_ROW) / POINTS_PER_PIXEL)
