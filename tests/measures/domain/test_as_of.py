"""Any day can be asked for: MeasureState, the frozen rounds and the audit log tell one story."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from issues.models import Inspection
from measures.domain.burn_up import burn_up
from measures.domain.conditions import counted
from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.domain.reporting import report
from measures.domain.rounds import freeze
from measures.domain.states import write_state
from measures.enums import Status
from measures.models import Measure, MeasureState, WeeklyRound
from rectify.audit.models import Event
from rectify.lib.clock import at
from rectify.lib.shanghai import SHANGHAI, day_of, start_of_day
from tests.conftest import Demo
from tests.measures.domain.small_bureau import TODAY, Small, noon

# Kinds of outcome may be entered without a date, which counts since the beginning; the rest of
# what a round froze must come out again on any later day.
REPRODUCED = (
    "as_of",
    "headline",
    "rates",
    "levels",
    "by_section",
    "by_leader",
    "by_area",
    "persons",
    "meetings",
    "rows",
)


def closed_rounds(inspection: Inspection) -> list[tuple[WeeklyRound, date]]:
    rounds = WeeklyRound.objects.filter(inspection=inspection, closed_at__isnull=False)
    return [(row, day_of(row.closed_at)) for row in rounds.order_by("week_start") if row.closed_at]


def replayed(events: list[Event], day: date) -> tuple[Counter[str], int, Counter[Any]]:
    """(measures by status, closed, by lead section) at the day's end, from the log alone."""
    end = start_of_day(day + timedelta(days=1))
    columns: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.at < end:
            columns.setdefault(event.object_id, {}).update(
                {name: pair[1] for name, pair in event.changes.items()}
            )
    return (
        Counter(row["status"] for row in columns.values()),
        sum(1 for row in columns.values() if row.get("closed_at")),
        Counter(row.get("lead_section_id") for row in columns.values()),
    )


@pytest.mark.parametrize("name", ["a", "b"])
def test_every_frozen_round_comes_out_again(demo: Demo, name: str) -> None:
    inspection: Inspection = getattr(demo, name)
    rounds = closed_rounds(inspection)
    assert len(rounds) == {"a": 12, "b": 8}[name]
    for row, day in rounds if name == "a" else rounds[-3:]:
        now = freeze(inspection, moment_of(inspection, day))
        for key in REPRODUCED:
            assert now[key] == row.frozen[key], (row.week_start, key)
        assert now["rules"]["counted"] == row.frozen["rules"]["counted"]


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_states_agree_with_a_replay_of_the_audit_log(demo: Demo, name: str) -> None:
    inspection: Inspection = getattr(demo, name)
    ids = [str(pk) for pk in Measure.objects.filter(inspection=inspection).values_list("pk")]
    ids = [pk.strip("(),") for pk in ids]
    events = list(Event.objects.filter(object_type="measure", object_id__in=ids).order_by("seq"))
    for row, day in closed_rounds(inspection):
        moment = moment_of(inspection, day)
        by_status, closed, by_section = replayed(events, day)
        rows: Any = counted(inspection, moment, None)
        states = rows.values_list("state_status", "state_closed_at", "state_lead_section_id")
        assert Counter(status for status, _, _ in states) == by_status, row.week_start
        assert sum(closed_at is not None for _, closed_at, _ in states) == closed
        assert Counter(section for _, _, section in states) == by_section


def test_the_12_weeks_of_the_demo_are_these(demo: Demo) -> None:
    found = [
        (row.frozen["headline"]["completed"], row.frozen["headline"]["basically_done"])
        for row, _ in closed_rounds(demo.a)
    ]
    assert found == [
        (20, 1),
        (21, 2),
        (24, 2),
        (27, 9),
        (33, 19),
        (43, 21),
        (53, 16),
        (61, 19),
        (73, 15),
        (80, 22),
        (82, 28),
        (82, 31),
    ]


def test_the_burn_up_is_the_headline_of_each_weeks_end(demo: Demo) -> None:
    last = closed_rounds(demo.a)[-1][1]
    points = burn_up(demo.a, moment_of(demo.a, last), None, weeks=20)
    assert len(points) == 15
    for point in points:
        rows: Any = counted(demo.a, moment_of(demo.a, point.day), None)
        found = Counter(rows.values_list("state_status", flat=True))
        assert point.by_status == {s.value: found[s.value] for s in Status}


def test_a_person_sees_the_burn_up_of_what_they_may_see(demo: Demo) -> None:
    clerk = demo.user("clerk-service")
    moment = moment_of(demo.a)
    assert burn_up(demo.a, moment, clerk)[-1].total == headline(demo.a, moment, clerk)["total"]
    assert burn_up(demo.a, moment, demo.user("office-b")) == []


def test_nothing_is_counted_before_it_was_entered(demo: Demo) -> None:
    assert headline(demo.a, moment_of(demo.a, date(2021, 2, 4)), None)["total"] == 0
    assert headline(demo.a, moment_of(demo.a, date(2021, 2, 5)), None)["total"] == 113


def test_a_change_a_second_before_midnight_belongs_to_that_day(small: Small) -> None:
    measure = small.measure()
    eve = datetime(2024, 5, 15, 23, 59, 59, 999999, SHANGHAI)
    with at(eve):
        report(
            measure,
            actor=small.clerk,
            version=measure.version,
            values={"status": Status.IN_PROGRESS},
        )
    assert headline(small.inspection, moment_of(small.inspection, TODAY), None)["in_progress"] == 1


def test_a_change_at_midnight_belongs_to_the_next_day(small: Small) -> None:
    measure = small.measure()
    midnight = datetime(2024, 5, 16, 0, 0, 0, 0, SHANGHAI)
    with at(midnight):
        report(
            measure,
            actor=small.clerk,
            version=measure.version,
            values={"status": Status.IN_PROGRESS},
        )
    before, after = (
        headline(small.inspection, moment_of(small.inspection, day), None)
        for day in (TODAY, TODAY + timedelta(days=1))
    )
    assert (before["not_started"], before["in_progress"], before["total"]) == (1, 0, 1)
    assert (after["not_started"], after["in_progress"], after["total"]) == (0, 1, 1)


def test_the_stretches_of_a_measure_touch_without_gap_or_overlap(demo: Demo) -> None:
    stretches: dict[int, list[MeasureState]] = {}
    for state in MeasureState.objects.order_by("measure_id", "valid_from"):
        stretches.setdefault(state.measure_id, []).append(state)
    assert len(stretches) == Measure.objects.count()
    for line in stretches.values():
        assert line[-1].valid_to is None
        for earlier, later in pairwise(line):
            assert earlier.valid_to == later.valid_from


def test_a_real_clock_leaves_no_gap_either(small: Small) -> None:
    measure = small.measure()
    measure.status = Status.IN_PROGRESS
    with at(noon(TODAY + timedelta(days=1))):
        write_state(measure)
    first, second = MeasureState.objects.filter(measure=measure).order_by("valid_from")
    assert first.valid_to == second.valid_from


def test_the_last_state_of_every_measure_is_the_measure(demo: Demo) -> None:
    current = {state.measure_id: state for state in MeasureState.objects.filter(valid_to=None)}
    for measure in Measure.objects.all():
        for name in MeasureState.FIELDS:
            assert getattr(current[measure.pk], name) == getattr(measure, name), name


def test_a_change_that_no_state_shows_opens_no_stretch(small: Small) -> None:
    measure = small.measure()
    with at(noon(TODAY + timedelta(days=1))):
        report(
            measure, actor=small.clerk, version=measure.version, values={"next_step": "继续登记"}
        )
    assert MeasureState.objects.filter(measure=measure).count() == 1


def test_two_changes_in_the_same_instant_are_one_stretch(small: Small) -> None:
    measure = small.measure()
    report(
        measure, actor=small.clerk, version=measure.version, values={"status": Status.IN_PROGRESS}
    )
    state = MeasureState.objects.get(measure=measure)
    assert state.status == Status.IN_PROGRESS
