"""How the counts by status grew, week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from issues.models import Inspection
from measures.domain.moment import Moment
from measures.enums import Status
from measures.models import Measure, MeasureState
from rectify.accounts.models import User
from rectify.lib.shanghai import start_of_day
from rectify.lib.weeks import week_start


@dataclass(frozen=True)
class WeekPoint:
    """Counts by status when the week ended (or at the moment, for its own week)."""

    week: date
    day: date
    by_status: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def burn_up(
    inspection: Inspection, moment: Moment, user: User | None, *, weeks: int = 16
) -> list[WeekPoint]:
    """One point a week for at most `weeks` weeks up to the moment, oldest first. One query.

    The weeks before the first measure are left out.
    """
    measures = Measure.objects.filter(inspection=inspection)
    if user is not None:
        measures = measures.visible_to(user)
    states = list(
        MeasureState.objects.filter(measure__in=measures.order_by())
        .order_by()
        .values_list("valid_from", "valid_to", "status", "archived_at")
    )
    return [
        point
        for monday in _mondays(moment.as_of, weeks)
        if (point := _point(monday, min(monday + timedelta(days=6), moment.as_of), states)).total
    ]


def _mondays(as_of: date, weeks: int) -> list[date]:
    last = week_start(as_of)
    return [last - timedelta(weeks=n) for n in range(weeks - 1, -1, -1)]


def _point(monday: date, day: date, states: Sequence[tuple[object, ...]]) -> WeekPoint:
    end = start_of_day(day + timedelta(days=1))
    held: Counter[str] = Counter(
        str(status)
        for valid_from, valid_to, status, archived_at in states
        if valid_from < end and (valid_to is None or valid_to >= end) and archived_at is None  # type: ignore[operator]  # datetimes, typed as object by values_list
    )
    return WeekPoint(monday, day, {status.value: held[status] for status in Status})
