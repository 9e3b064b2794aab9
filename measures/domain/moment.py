"""The day, week and round history that a count refers to (counting rules 5 and 10)."""

from dataclasses import dataclass
from datetime import date, timedelta

from issues.enums import Stage
from issues.models import Inspection
from measures.models import WeeklyRound
from rectify.lib.clock import today
from rectify.lib.shanghai import day_of
from rectify.lib.weeks import week_start

# Counting rule 5: yellow when due within seven days.
DUE_SOON_DAYS = 7
# Counting rule 5: three rounds without change are a standstill.
STALLED_ROUNDS = 3


@dataclass(frozen=True)
class Moment:
    """What "now" means for one count of one inspection.

    `as_of`: calendar day in Shanghai, counted as it stood when the day ended · `week`: Monday of
    the round in question, None before the first round · `past_weeks`: Mondays of the last three
    rounds that had ended, newest first (fewer at the start).
    """

    inspection_id: int
    as_of: date
    week: date | None
    past_weeks: tuple[date, ...]

    @property
    def due_soon_until(self) -> date:
        return self.as_of + timedelta(days=DUE_SOON_DAYS)


def moment_of(
    inspection: Inspection, as_of: date | None = None, *, ending: date | None = None
) -> Moment:
    """The moment for a day; without a day, `default_as_of`. One query (two without a day).

    `ending`: Monday of the round that is being closed just now, which already counts as ended,
    so that the figures frozen with it are those that the same day shows ever after.
    """
    day = as_of or default_as_of(inspection)
    rounds = list(
        WeeklyRound.objects.filter(inspection=inspection, week_start__lte=day)
        .order_by("-week_start")
        .values_list("week_start", "closed_at")[: STALLED_ROUNDS + 1]
    )
    ended = [
        monday
        for monday, closed_at in rounds
        if monday == ending
        or (closed_at is not None and day_of(closed_at) <= day)
        or monday + timedelta(days=6) < day
    ]
    return Moment(
        inspection_id=inspection.pk,
        as_of=day,
        week=rounds[0][0] if rounds else None,
        past_weeks=tuple(ended[:STALLED_ROUNDS]),
    )


def default_as_of(inspection: Inspection) -> date:
    """Today, or once the inspection is published the day on which its last round was frozen."""
    if inspection.stage in (Stage.PUBLISHED, Stage.CLOSED):
        closed_at = (
            WeeklyRound.objects.filter(inspection=inspection, closed_at__isnull=False)
            .order_by("-week_start")
            .values_list("closed_at", flat=True)
            .first()
        )
        if closed_at is not None:
            return day_of(closed_at)
    return today()


def same_day_last_week(moment: Moment) -> date:
    """The day with which "change since last week" compares: the Sunday before the moment's week."""
    return week_start(moment.as_of) - timedelta(days=1)
