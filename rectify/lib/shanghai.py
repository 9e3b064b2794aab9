"""The one time zone of the product: offices, deadlines and weeks follow the clock in Shanghai."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def start_of_day(day: date) -> datetime:
    """The first moment of `day` in Shanghai, as an aware datetime.

    Raises TypeError for a datetime: its calendar day is `day_of`.
    """
    if isinstance(day, datetime):
        raise TypeError("start_of_day takes a calendar date, not a datetime")
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


def day_of(moment: datetime) -> date:
    """The calendar day in Shanghai on which the aware `moment` falls.

    Raises ValueError for a naive datetime: whose day it is cannot be known.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("day_of needs an aware datetime")
    return moment.astimezone(SHANGHAI).date()
