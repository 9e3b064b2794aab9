"""Outcomes: entered once, counted once, in their window, by their kind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from measures.domain.moment import moment_of
from measures.domain.outcome_figures import OutcomeFigures, outcome_figures
from measures.domain.outcomes import add_outcome
from measures.enums import MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import MoneyOutcome, PersonOutcome, RuleOutcome
from rectify.audit.exceptions import NotAllowed
from tests.measures.domain.small_bureau import ENTERED, TODAY, Small

ONE_DAY = timedelta(days=1)


def rule(small: Small, title: str = "台账办法", **more: Any) -> RuleOutcome:
    values: dict[str, Any] = {
        "inspection": small.inspection,
        "title": title,
        "action": RuleAction.CREATE,
        "stage": RuleStage.ISSUED,
        "happened_on": TODAY,
        **more,
    }
    measures = values.pop("measures", ())
    return add_outcome(RuleOutcome(**values), actor=small.office, measures=measures)


def money(small: Small, **more: Any) -> MoneyOutcome:
    values: dict[str, Any] = {
        "inspection": small.inspection,
        "kind": MoneyKind.REFUND,
        "due_fen": 100,
        "happened_on": TODAY,
        **more,
    }
    return add_outcome(MoneyOutcome(**values), actor=small.office)


def figures(small: Small, day: date = TODAY) -> OutcomeFigures:
    return outcome_figures(small.inspection, moment_of(small.inspection, day), small.office)


@pytest.mark.parametrize(
    ("day", "counted"),
    [(ENTERED - ONE_DAY, 0), (ENTERED, 1), (TODAY, 1), (TODAY + ONE_DAY, 0)],
)
def test_the_window_runs_from_the_teams_arrival_to_the_day(
    small: Small, day: date, counted: int
) -> None:
    rule(small, happened_on=day)
    money(small, happened_on=day)
    found = figures(small)
    assert (found.rules, found.money_of(MoneyKind.REFUND).rows) == (counted, counted)


def test_an_outcome_without_a_day_counts_since_the_beginning(small: Small) -> None:
    money(small, happened_on=None)
    assert figures(small, ENTERED).money_of(MoneyKind.REFUND).due_fen == 100


@pytest.mark.parametrize(
    ("action", "stage", "found"),
    [
        (RuleAction.CREATE, RuleStage.ISSUED, (1, 0, 0)),
        (RuleAction.REVISE, RuleStage.ISSUED, (1, 0, 0)),
        (RuleAction.REPEAL, RuleStage.ISSUED, (0, 1, 0)),
        (RuleAction.CREATE, RuleStage.DRAFT, (0, 0, 1)),
        (RuleAction.REPEAL, RuleStage.DRAFT, (0, 0, 1)),
    ],
)
def test_only_issued_new_and_revised_rules_count(
    small: Small, action: RuleAction, stage: RuleStage, found: tuple[int, int, int]
) -> None:
    rule(small, "台账办法（试行）", action=action, stage=stage)
    came = figures(small)
    assert (came.rules, came.rules_repealed, came.rules_draft) == found


def test_a_rule_told_in_several_measures_counts_once(small: Small) -> None:
    rule(small, measures=[small.measure(), small.measure(), small.measure()])
    assert figures(small).rules == 1
    for who in ("clerk", "leader", "oversight"):
        user = small.people.get(who)
        if user is not None:
            moment = moment_of(small.inspection)
            assert outcome_figures(small.inspection, moment, user).rules == 1


def test_the_same_rule_is_not_entered_twice(small: Small) -> None:
    rule(small)
    with pytest.raises(ValidationError, match="请勿重复"):
        rule(small)
    rule(small, action=RuleAction.REVISE)
    assert figures(small).rules == 2


def test_an_issued_rule_has_its_date(small: Small) -> None:
    with pytest.raises(ValidationError, match="印发日期"):
        rule(small, happened_on=None)


def test_what_was_paid_has_a_voucher_and_is_not_more_than_was_due(small: Small) -> None:
    events = small.events()
    with pytest.raises(ValidationError, match="凭证"):
        money(small, paid_fen=1)
    with pytest.raises(ValidationError, match="实缴不能多于应缴"):
        money(small, paid_fen=101, voucher="第1号")
    with pytest.raises(ValidationError):
        money(small, due_fen=-1)
    assert small.events() == events
    assert money(small, paid_fen=100, voucher="第1号").pk


def test_due_and_paid_are_apart_and_kinds_too(small: Small) -> None:
    money(small, due_fen=300, paid_fen=100, voucher="1")
    money(small, due_fen=50)
    money(small, kind=MoneyKind.DEDUCTION, due_fen=7)
    came = figures(small)
    refund = came.money_of(MoneyKind.REFUND)
    assert (refund.rows, refund.due_fen, refund.paid_fen) == (2, 350, 100)
    assert came.money_of(MoneyKind.DEDUCTION).due_fen == 7
    assert came.money_of(MoneyKind.RECOVERY).rows == 0


def test_persons_and_person_times_are_two_figures(small: Small) -> None:
    for persons, occasions in ((2, 2), (1, 3)):
        add_outcome(
            PersonOutcome(
                inspection=small.inspection,
                form=PersonForm.CRITICISM,
                happened_on=TODAY,
                persons=persons,
                occasions=occasions,
            ),
            actor=small.office,
        )
    line = figures(small).persons_of(PersonForm.CRITICISM)
    assert (line.persons, line.occasions) == (3, 5)
    with pytest.raises(ValidationError, match="人次不能少于人数"):
        add_outcome(
            PersonOutcome(
                inspection=small.inspection, form=PersonForm.SUMMONS, persons=2, occasions=1
            ),
            actor=small.office,
        )


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "discipline", "sysadmin"])
def test_only_the_office_enters_outcomes(small: Small, neighbour: Small, who: str) -> None:
    for actor in (getattr(small, who), neighbour.office):
        with pytest.raises(NotAllowed):
            add_outcome(
                RuleOutcome(
                    inspection=small.inspection,
                    title="x",
                    action=RuleAction.CREATE,
                    stage=RuleStage.DRAFT,
                ),
                actor=actor,
            )


def test_an_outcome_is_linked_to_measures_of_its_own_inspection(
    small: Small, neighbour: Small
) -> None:
    with pytest.raises(ValidationError, match="其他巡察"):
        rule(small, measures=[neighbour.measure()])
    assert not RuleOutcome.objects.filter(inspection=small.inspection).exists()


def test_archived_outcomes_are_not_counted(small: Small) -> None:
    row = rule(small)
    RuleOutcome.objects.filter(pk=row.pk).update(archived_at="2024-05-15T00:00:00Z")
    assert figures(small).rules == 0
    rule(small)


def test_a_section_counts_only_what_its_own_measures_brought(
    small: Small, neighbour: Small
) -> None:
    rule(small, "挂在措施上", measures=[small.measure()])
    rule(small, "未挂措施")
    moment = moment_of(small.inspection)
    seen = {
        who: outcome_figures(small.inspection, moment, user).rules
        for who, user in {**small.people, "foreign": neighbour.office}.items()
    }
    assert seen == {
        "office": 2,
        "reviewer": 2,
        "leader": 2,
        "other_leader": 2,
        "party_member": 2,
        "secretary": 2,
        "discipline": 2,
        "clerk": 1,
        "helper": 1,
        "stranger": 0,
        "sysadmin": 0,
        "secadmin": 0,
        "auditor": 0,
        "foreign": 0,
    }
