"""Weeks: a week is named by its Monday, a plain date in Shanghai, everywhere in the product."""

from datetime import date, datetime, timedelta

from rectify.lib.chinese_dates import ChineseDateError, parse_date
from rectify.lib.shanghai import day_of

ONE_WEEK = timedelta(days=7)


class WeekError(ValueError):
    """A week that cannot be meant; the message is a Chinese sentence for the screen."""


def week_start(day: date) -> date:
    """The Monday of the week in which the calendar day `day` lies.

    Raises TypeError for a datetime, whose day depends on the time zone: use `monday_of`.
    """
    if isinstance(day, datetime):
        raise TypeError("week_start takes a calendar date; monday_of takes a datetime")
    return day - timedelta(days=day.weekday())


def monday_of(moment: datetime) -> date:
    """The Monday, in Shanghai, of the week in which the aware `moment` falls.

    Raises ValueError for a naive datetime.
    """
    return week_start(day_of(moment))


def require_monday(day: date) -> date:
    """Return `day` unchanged if it is a Monday, otherwise raise WeekError."""
    monday = week_start(day)
    if monday != day:
        raise WeekError(f"{day.isoformat()} 不是星期一，所在周的星期一是 {monday.isoformat()}。")
    return day


def parse_week(text: str) -> date:
    """Read a week from its Monday, e.g. "2021-05-10" (any form `parse_date` reads).

    Raises WeekError where the text is no date or the day is not a Monday.
    """
    try:
        day = parse_date(text)
    except ChineseDateError as error:
        raise WeekError(f"无法识别周次：{error}") from error
    return require_monday(day)


def week_label(monday: date) -> str:
    """The week as people say it: ISO week number and its days, "第19周（5.10—5.16）".

    Raises WeekError where `monday` is not a Monday.
    """
    require_monday(monday)
    sunday = monday + timedelta(days=6)
    number = monday.isocalendar().week
    return f"第{number}周（{monday.month}.{monday.day}—{sunday.month}.{sunday.day}）"


def rectification_week(feedback_on: date, monday: date) -> int:
    """The N of 整改第N周: the week of the feedback is week 1.

    Raises WeekError where `monday` is not a Monday or lies before the week of the feedback.
    """
    first = week_start(feedback_on)
    weeks = (require_monday(monday) - first) // ONE_WEEK
    if weeks < 0:
        raise WeekError(
            f"{monday.isoformat()} 这一周早于反馈所在周（{first.isoformat()}），没有整改周次。"
        )
    return weeks + 1
