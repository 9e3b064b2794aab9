"""What "now" means for a count: the day, its round, the rounds before it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from issues.domain.inspections import move_to_stage
from issues.enums import Stage
from measures.domain.moment import default_as_of, moment_of, same_day_last_week
from measures.domain.rounds import close_round, open_round
from measures.models import WeeklyRound
from rectify.lib.clock import at
from rectify.lib.shanghai import SHANGHAI
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon

WEEK = timedelta(weeks=1)


def rounds(small: Small, count: int, *, close: bool) -> list[WeeklyRound]:
    """`count` rounds, the last one in the week of MONDAY; closed on their Fridays."""
    found = []
    for back in range(count - 1, -1, -1):
        monday = MONDAY - back * WEEK
        with at(noon(monday)):
            row = open_round(small.inspection, actor=small.office, week_start=monday)
        if close:
            with at(noon(monday + timedelta(days=4))):
                row = close_round(row, actor=small.office, version=row.version)
        found.append(row)
    return found


def test_before_the_first_round_there_is_no_week(small: Small) -> None:
    moment = moment_of(small.inspection)
    assert (moment.as_of, moment.week, moment.past_weeks) == (TODAY, None, ())


def test_the_week_is_that_of_the_latest_round_opened_by_the_day(small: Small) -> None:
    rounds(small, 3, close=False)
    assert moment_of(small.inspection, MONDAY - timedelta(days=1)).week == MONDAY - WEEK
    assert moment_of(small.inspection, MONDAY).week == MONDAY
    assert moment_of(small.inspection, TODAY + timedelta(days=90)).week == MONDAY


def test_an_open_round_has_not_ended_until_its_sunday_is_over(small: Small) -> None:
    rounds(small, 2, close=False)
    sunday = MONDAY + timedelta(days=6)
    assert moment_of(small.inspection, sunday).past_weeks == (MONDAY - WEEK,)
    assert moment_of(small.inspection, sunday + timedelta(days=1)).past_weeks == (
        MONDAY,
        MONDAY - WEEK,
    )


def test_a_round_ends_on_the_day_it_is_closed(small: Small) -> None:
    rounds(small, 2, close=True)
    friday = MONDAY + timedelta(days=4)
    assert moment_of(small.inspection, friday - timedelta(days=1)).past_weeks == (MONDAY - WEEK,)
    assert moment_of(small.inspection, friday).past_weeks == (MONDAY, MONDAY - WEEK)


def test_a_round_being_closed_already_counts_as_ended(small: Small) -> None:
    rounds(small, 2, close=False)
    moment = moment_of(small.inspection, TODAY, ending=MONDAY)
    assert moment.past_weeks == (MONDAY, MONDAY - WEEK)


def test_at_most_three_past_weeks_newest_first(small: Small) -> None:
    rounds(small, 6, close=True)
    past = moment_of(small.inspection, MONDAY + 2 * WEEK).past_weeks
    assert past == (MONDAY, MONDAY - WEEK, MONDAY - 2 * WEEK)


@pytest.mark.parametrize("stage", [Stage.PLANNING, Stage.RECTIFYING, Stage.CONTINUING])
def test_a_running_inspection_is_counted_today(small: Small, stage: Stage) -> None:
    rounds(small, 2, close=True)
    move_to_stage(small.inspection, stage, actor=small.office)
    with at(noon(TODAY + timedelta(days=100))):
        assert default_as_of(small.inspection) == TODAY + timedelta(days=100)


@pytest.mark.parametrize("stage", [Stage.PUBLISHED, Stage.CLOSED])
def test_a_published_one_stands_at_its_last_frozen_round(small: Small, stage: Stage) -> None:
    rounds(small, 2, close=True)
    move_to_stage(small.inspection, stage, actor=small.office)
    with at(noon(TODAY + timedelta(days=100))):
        assert default_as_of(small.inspection) == MONDAY + timedelta(days=4)
        assert moment_of(small.inspection).as_of == MONDAY + timedelta(days=4)


def test_a_published_one_that_never_closed_a_round_is_counted_today(small: Small) -> None:
    rounds(small, 1, close=False)
    move_to_stage(small.inspection, Stage.PUBLISHED, actor=small.office)
    assert default_as_of(small.inspection) == TODAY


def test_a_round_closed_after_midnight_in_utc_is_the_day_in_shanghai(small: Small) -> None:
    row = rounds(small, 1, close=False)[0]
    with at(datetime(2024, 5, 18, 0, 30, tzinfo=SHANGHAI)):  # 17 May in UTC
        close_round(row, actor=small.office, version=row.version)
    move_to_stage(small.inspection, Stage.CLOSED, actor=small.office)
    assert default_as_of(small.inspection) == date(2024, 5, 18)


@pytest.mark.parametrize("offset", range(7))
def test_last_week_is_compared_by_its_sunday(small: Small, offset: int) -> None:
    moment = moment_of(small.inspection, MONDAY + timedelta(days=offset))
    assert same_day_last_week(moment) == MONDAY - timedelta(days=1)


def test_due_soon_reaches_seven_days_ahead_over_the_turn_of_the_year(small: Small) -> None:
    assert moment_of(small.inspection, date(2026, 12, 28)).due_soon_until == date(2027, 1, 4)
