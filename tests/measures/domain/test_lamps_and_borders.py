"""Where overdue, due soon and late begin: one day decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from measures.domain.conditions import counted
from measures.domain.figures import headline, narrowed
from measures.domain.measures import edit_measure
from measures.domain.moment import moment_of
from measures.domain.progress import write_progress
from measures.domain.reporting import report
from measures.domain.rounds import close_round, open_round
from measures.enums import Nature, Status
from measures.models import Measure, ProgressEntry
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon

ONE_DAY = timedelta(days=1)


def figures(small: Small, day: date = TODAY) -> dict[str, int]:
    return dict(headline(small.inspection, moment_of(small.inspection, day), None).counts)


def lamp(small: Small) -> str:
    row = counted(small.inspection, moment_of(small.inspection), None).get()
    return str(getattr(row, "lamp", ""))


@pytest.mark.parametrize(
    ("days", "overdue", "due_soon", "colour"),
    [
        (-1, 1, 0, "red"),
        (0, 0, 1, "yellow"),
        (1, 0, 1, "yellow"),
        (7, 0, 1, "yellow"),
        (8, 0, 0, "green"),
    ],
)
def test_due_today_is_not_overdue_and_seven_days_are_soon(
    small: Small, days: int, overdue: int, due_soon: int, colour: str
) -> None:
    small.measure(due_on=TODAY + timedelta(days=days))
    found = figures(small)
    assert (found["overdue"], found["due_soon"]) == (overdue, due_soon)
    assert lamp(small) == colour


def test_a_measure_without_deadline_is_never_overdue(small: Small) -> None:
    small.measure(due_on=None, nature=Nature.LONG_TERM, deadline_text="长期坚持")
    found = figures(small, TODAY + timedelta(days=9999))
    assert (found["overdue"], found["due_soon"], found["lamp_green"]) == (0, 0, 1)


def test_basically_done_after_its_day_is_a_count_of_its_own(small: Small) -> None:
    measure = small.measure(due_on=TODAY - ONE_DAY)
    report(
        measure,
        actor=small.clerk,
        version=measure.version,
        values={"status": Status.BASICALLY_DONE},
    )
    found = figures(small)
    assert (found["overdue"], found["basically_overdue"]) == (1, 1)


@pytest.mark.parametrize(("days", "late"), [(-1, 1), (0, 0), (1, 0)])
def test_completed_late_is_later_than_the_due_day_and_stays_so(
    small: Small, days: int, late: int
) -> None:
    measure = small.measure(due_on=TODAY + timedelta(days=days))
    report(measure, actor=small.clerk, version=measure.version, values={"status": Status.COMPLETED})
    for day in (TODAY, TODAY + timedelta(days=1000)):
        found = figures(small, day)
        assert (found["completed_late"], found["overdue"], found["lamp_none"]) == (late, 0, 1)


def test_moving_the_deadline_does_not_change_what_last_week_was(small: Small) -> None:
    with at(noon(TODAY - timedelta(days=10))):
        measure = small.measure(due_on=TODAY - timedelta(days=5))
    Measure.objects.filter(pk=measure.pk).update(version=measure.version)
    from_plan = figures(small, TODAY - timedelta(days=2))
    measure.refresh_from_db()
    _postpone(small, measure)
    assert figures(small, TODAY - timedelta(days=2)) == from_plan
    assert from_plan["overdue"] == 1
    assert figures(small)["overdue"] == 0


def _postpone(small: Small, measure: Measure) -> None:
    edit_measure(
        measure,
        actor=small.office,
        version=measure.version,
        values={"due_on": TODAY + timedelta(days=30)},
    )


def test_without_a_round_nobody_is_unanswered(small: Small) -> None:
    small.measure()
    assert figures(small)["unanswered"] == 0


@pytest.fixture
def opened(small: Small) -> Iterator[Small]:
    open_round(small.inspection, actor=small.office, week_start=MONDAY)
    yield small


def test_silence_in_an_open_round_is_yellow_and_an_answer_green(opened: Small) -> None:
    measure = opened.measure()
    assert (figures(opened)["unanswered"], lamp(opened)) == (1, "yellow")
    write_progress(measure, actor=opened.clerk, week_start=MONDAY, text="已登记")
    assert (figures(opened)["unanswered"], lamp(opened)) == (0, "green")


def test_only_the_lead_sections_entry_answers(opened: Small) -> None:
    measure = opened.measure()
    write_progress(measure, actor=opened.helper, week_start=MONDAY, text="配合核对")
    assert figures(opened)["unanswered"] == 1


def test_a_resting_measure_is_not_asked(opened: Small) -> None:
    opened.measure(next_report_on=MONDAY + ONE_DAY)
    long_term = opened.measure(nature=Nature.LONG_TERM, next_review_on=TODAY + ONE_DAY)
    report(
        long_term,
        actor=opened.clerk,
        version=long_term.version,
        values={"status": Status.BASICALLY_DONE},
    )
    assert figures(opened)["unanswered"] == 0


def test_a_rest_that_ends_on_monday_is_over(opened: Small) -> None:
    opened.measure(next_report_on=MONDAY)
    assert figures(opened)["unanswered"] == 1


def test_a_returned_entry_is_red_until_it_is_written_again(opened: Small) -> None:
    measure = opened.measure()
    entry = write_progress(measure, actor=opened.clerk, week_start=MONDAY, text="有进展")
    ProgressEntry.objects.filter(pk=entry.pk).update(
        returned_by=opened.office, return_reason="请写明数量"
    )
    assert (figures(opened)["returned"], lamp(opened)) == (1, "red")
    write_progress(
        measure, actor=opened.clerk, week_start=MONDAY, text="登记12件", version=entry.version
    )
    assert (figures(opened)["returned"], lamp(opened)) == (0, "green")


def test_three_ended_rounds_of_no_change_are_a_standstill(small: Small) -> None:
    with at(noon(MONDAY - timedelta(days=30))):
        measure = small.measure()
    for weeks, expected in ((3, 0), (2, 0), (1, 1)):
        monday = MONDAY - timedelta(weeks=weeks)
        with at(noon(monday)):
            round_ = open_round(small.inspection, actor=small.office, week_start=monday)
            write_progress(measure, actor=small.clerk, week_start=monday, no_change=True)
        friday = monday + timedelta(days=4)
        with at(noon(friday)):
            closed = close_round(round_, actor=small.office, version=round_.version)
        # Frozen with the round that completes the standstill, and the same ever after.
        assert closed.frozen["headline"]["stalled"] == expected, monday
        assert figures(small, friday)["stalled"] == expected
    rows = counted(small.inspection, moment := moment_of(small.inspection), None)
    assert list(narrowed(rows, "stalled", moment).values_list("pk", flat=True)) == [measure.pk]


def test_an_answer_among_them_ends_the_standstill(small: Small) -> None:
    with at(noon(MONDAY - timedelta(days=30))):
        measure = small.measure()
    for weeks in (3, 2, 1):
        monday = MONDAY - timedelta(weeks=weeks)
        with at(noon(monday)):
            open_round(small.inspection, actor=small.office, week_start=monday)
            moved = weeks == 2
            write_progress(
                measure,
                actor=small.clerk,
                week_start=monday,
                no_change=not moved,
                text="换新账本" if moved else "",
            )
    assert figures(small)["stalled"] == 0
