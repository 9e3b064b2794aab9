"""Which weeks a section may still write."""

from __future__ import annotations

from datetime import date, timedelta

from issues.models import Inspection
from measures.models import WeeklyRound
from rectify.lib.clock import today
from rectify.lib.weeks import week_start

# Older rounds that were never closed are a matter for the office, not for the weekly form.
_MOST_WEEKS = 8


def writable_weeks(inspection: Inspection) -> list[date]:
    """Mondays, newest first: the present week and rounds still open. Empty when all are closed.

    One query. The domain refuses what is not listed here.
    """
    current = week_start(today())
    rounds = dict(
        WeeklyRound.objects.filter(
            inspection=inspection,
            week_start__lte=current,
            week_start__gt=current - timedelta(weeks=_MOST_WEEKS),
        ).values_list("week_start", "closed_at")
    )
    rounds.setdefault(current, None)
    return sorted((week for week, closed in rounds.items() if closed is None), reverse=True)
