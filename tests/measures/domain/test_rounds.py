"""Rounds: opened once a week, closed once, frozen for ever."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.domain.reporting import report
from measures.domain.rounds import close_round, open_round
from measures.enums import Status
from measures.models import WeeklyRound
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon


def test_a_round_runs_from_monday_morning_to_thursday_evening(small: Small) -> None:
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    assert row.opened_at.isoformat() == "2024-05-13T08:30:00+08:00"
    assert row.due_at.isoformat() == "2024-05-16T17:00:00+08:00"


def test_a_week_has_one_round(small: Small) -> None:
    open_round(small.inspection, actor=small.office, week_start=MONDAY)
    with pytest.raises(ValidationError, match="已经建立"):
        open_round(small.inspection, actor=small.office, week_start=MONDAY)


@pytest.mark.parametrize("days", range(1, 7))
def test_a_round_starts_on_a_monday(small: Small, days: int) -> None:
    with pytest.raises(ValidationError, match="星期一"):
        open_round(small.inspection, actor=small.office, week_start=MONDAY + timedelta(days=days))
    assert not WeeklyRound.objects.filter(inspection=small.inspection).exists()


@pytest.mark.parametrize(
    "who", ["clerk", "leader", "secretary", "party_member", "discipline", "sysadmin"]
)
def test_only_the_office_runs_rounds(small: Small, neighbour: Small, who: str) -> None:
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    for actor in (getattr(small, who), neighbour.office):
        with pytest.raises(NotAllowed):
            open_round(small.inspection, actor=actor, week_start=MONDAY + timedelta(weeks=1))
        with pytest.raises(NotAllowed):
            close_round(row, actor=actor, version=row.version)


def test_a_round_closes_once(small: Small) -> None:
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    second = WeeklyRound.objects.get(pk=row.pk)
    close_round(row, actor=small.office, version=1)
    with pytest.raises(Refused, match="已经结束"):
        close_round(row, actor=small.office, version=row.version)
    with pytest.raises(StaleVersion):
        close_round(second, actor=small.reviewer, version=1)


def test_what_is_frozen_never_moves_again(small: Small) -> None:
    measure = small.measure()
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(row, actor=small.office, version=1)
    before = WeeklyRound.objects.get(pk=row.pk).frozen
    with at(noon(TODAY + timedelta(days=1))):
        report(measure, actor=small.clerk, version=1, values={"status": Status.COMPLETED})
        small.measure(text="新增一条")
    assert WeeklyRound.objects.get(pk=row.pk).frozen == before
    assert before["headline"]["total"] == 1
    assert before["headline"] == dict(
        headline(small.inspection, moment_of(small.inspection, TODAY), None).counts
    )


def test_frozen_rows_add_up_to_the_frozen_headline(small: Small) -> None:
    for _ in range(3):
        small.measure()
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    frozen = close_round(row, actor=small.office, version=1).frozen
    assert len(frozen["rows"]) == frozen["headline"]["total"] == 3
    assert sum(1 for line in frozen["rows"] if line["lamp"] == "yellow") == 3
    assert frozen["headline"]["unanswered"] == 3
    assert json.loads(json.dumps(frozen)) == frozen
