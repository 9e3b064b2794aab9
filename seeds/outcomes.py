"""Outcomes of the demo, entered by the office on the day they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import partial
from typing import Any

from issues.models import Inspection
from measures.domain.outcomes import add_outcome
from measures.models import (
    CountOutcome,
    Measure,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from rectify.accounts.models import User
from rectify.lib.shanghai import SHANGHAI
from seeds.calendar import DemoCalendar

# list in the YAML → (model, columns taken as they are, name of its date)
TYPES: dict[str, tuple[type[Any], tuple[str, ...], str]] = {
    "rules": (RuleOutcome, ("title", "action", "stage", "number"), "issued"),
    "money": (
        MoneyOutcome,
        ("kind", "due_fen", "paid_fen", "payer", "account", "voucher"),
        "paid",
    ),
    "persons": (PersonOutcome, ("form", "persons", "occasions"), "decided"),
    "meetings": (MeetingOutcome, ("kind", "title", "presided_by"), "held"),
    "counts": (CountOutcome, ("label", "value", "unit"), "counted"),
}


def outcome_steps(
    data: dict[str, Any],
    area: int,
    inspection: Inspection,
    measures: dict[str, Measure],
    office: User,
    calendar: DemoCalendar,
) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """One timed step per outcome; measures are named "issue.task.measure" inside the area."""
    for kind, rows in data.items():
        model, columns, day_name = TYPES[kind]
        for row in rows:
            day = calendar.day(row, day_name)
            outcome = model(
                inspection=inspection,
                happened_on=day,
                **{name: row[name] for name in columns if row.get(name) is not None},
            )
            linked = [measures[f"{area}.{number}"] for number in row.get("measures") or []]
            entered = _entered(day, calendar)
            yield entered, partial(add_outcome, outcome, actor=office, measures=linked)


def _entered(day: date | None, calendar: DemoCalendar) -> datetime:
    """The afternoon of the day, once the ledger exists; undated ones in the last week."""
    if day is None:
        return calendar.moment(calendar.weeks, 2, 17)
    earliest = calendar.moment(1, 1, 9)
    return max(earliest, datetime.combine(min(day, calendar.last_day), time(16, 0), SHANGHAI))
