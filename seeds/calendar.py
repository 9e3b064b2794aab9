"""The dates of a demo: fixed ones as written, offsets counted from the day it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from rectify.lib.chinese_dates import format_date
from rectify.lib.shanghai import SHANGHAI
from rectify.lib.weeks import week_start


@dataclass(frozen=True)
class DemoCalendar:
    """`first_week`: Monday of week 1 · `weeks`: how many · `today`: the day of loading ·
    `last_day`: nothing of the demo happens after it."""

    first_week: date
    weeks: int
    today: date
    last_day: date

    def monday(self, week: int) -> date:
        return self.first_week + timedelta(weeks=week - 1)

    def moment(self, week: int, weekday: int, hour: int, minute: int = 0) -> datetime:
        """A moment of a week (`weekday` 1 = Monday), never after the demo's last day."""
        day = min(self.monday(week) + timedelta(days=weekday - 1), self.last_day)
        return datetime.combine(day, time(hour, minute), SHANGHAI)

    def day(self, row: dict[str, Any], name: str) -> date | None:
        """`name_on` as a date, or `name_in` as days from today."""
        if row.get(f"{name}_on") is not None:
            found: date = row[f"{name}_on"]
            return found
        if row.get(f"{name}_in") is not None:
            return self.today + timedelta(days=row[f"{name}_in"])
        return None

    def deadline_text(self, row: dict[str, Any]) -> str:
        """The wording, with {due} replaced by the date."""
        due = self.day(row, "due")
        text: str = row.get("deadline_text", "")
        return text.replace("{due}", format_date(due) if due else "")


def calendar_of(spec: dict[str, Any], today: date) -> DemoCalendar:
    """Fixed dates (`rounds.first` a Monday) or weeks counted back from the present one."""
    rounds = spec["rounds"]
    if isinstance(rounds["first"], date):
        return DemoCalendar(rounds["first"], rounds["count"], today, spec["notice_on"])
    first = week_start(today) - timedelta(weeks=rounds["count"] - 1)
    return DemoCalendar(first, rounds["count"], today, today)
