"""Dates as Chinese offices write and type them."""

import re
from datetime import date, datetime

from rectify.lib.numerals import half_width_digits

EARLIEST_YEAR = 1949
LATEST_YEAR = 2199

_SHAPES = (
    re.compile(r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})", re.A),
    re.compile(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日", re.A),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})", re.A),
)
_FULL_WIDTH_MARKS = str.maketrans("－．\N{FULLWIDTH SOLIDUS}", "-./")


class ChineseDateError(ValueError):
    """A text that is no date; the message is a Chinese sentence for the screen."""


def format_date(day: date) -> str:
    """`day` as GB/T 9704 prints it: full year, no leading zeros, "2021年5月12日".

    Raises TypeError for a datetime, whose day depends on the time zone.
    """
    if isinstance(day, datetime):
        raise TypeError("format_date takes a calendar date, not a datetime")
    return f"{day.year}年{day.month}月{day.day}日"


def parse_date(text: str) -> date:
    """Read 2021-05-12, 2021.5.12, 2021/5/12, 20210512 or 2021年5月12日, full-width digits too.

    Space around the text and around 年, 月 and 日 is allowed, two different marks are not.
    Raises ChineseDateError where the text has another form, or the day does not exist or lies
    outside the years 1949 to 2199 (a mistyped century is the likelier reading).
    """
    plain = half_width_digits(text.strip()).translate(_FULL_WIDTH_MARKS)
    for shape in _SHAPES:
        match = shape.fullmatch(plain)
        if match:
            return _existing_day(text, match)
    raise ChineseDateError(f"“{text}”不是日期，请按 2021-05-12 或 2021年5月12日 的形式填写。")


def _existing_day(text: str, match: re.Match[str]) -> date:
    year, month, day = (int(match[part]) for part in ("year", "month", "day"))
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ChineseDateError(
            f"“{text}”的年份不在 {EARLIEST_YEAR} 至 {LATEST_YEAR} 之间，请核对。"
        )
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ChineseDateError(f"日历上没有“{text}”这一天，请核对。") from error
