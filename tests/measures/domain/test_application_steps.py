"""Every triple of the tables: status × status × role, and route × state × act × role.

What is expected is computed from the tables; what happens is measured by the domain function.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from issues.enums import ClosureGate
from measures.domain.applications import may_withdraw, why_not_decide
from measures.domain.reporting import report
from measures.domain.waiting import waiting_for
from measures.enums import ApplicationState, Status
from measures.models import EvidenceLink, Measure
from measures.rules import APPLICATION_STEPS, ROUTES, Act, ApplicationStep, Route, following
from measures.rules import transition as step_of
from rectify.accounts.domain.grants import end_membership
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Membership
from rectify.accounts.rules import policy
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused
from tests.measures.domain.life_cases import (
    Case,
    Stage,
    cases,
    paper_for,
    set_gate,
    set_stage,
    set_status,
    taken_back,
)
from tests.measures.domain.small_bureau import Small

CHINESE_SENTENCE = re.compile(r"[\u4e00-\u9fff].*[。]$", re.DOTALL)
PENDING = ApplicationState.pending()


@pytest.fixture
def stage(small: Small) -> Stage:
    return set_stage(small)


def refusal_of(act: Any) -> Refused | None:
    """Why it was refused, None if it was done. A refusal without a sentence fails."""
    try:
        act()
    except Refused as refused:
        assert CHINESE_SENTENCE.search(refused.message), refused.message
        return refused
    return None


@pytest.mark.parametrize("role", list(Role))
def test_every_step_of_status_for_every_role(stage: Stage, role: Role) -> None:
    actor = stage.people[role]
    for source, target in product(Status, Status):
        row = step_of(source, target)
        reaches = role in policy()[Ability.REPORT_STATUS]
        expected = reaches and (source == target or (row is not None and role in row.roles))
        with taken_back():
            measure = set_status(stage.open, source)
            refused = refusal_of(
                lambda measure=measure, target=target: report(
                    measure, actor=actor, version=measure.version,
                    values={"status": target, "next_step": "继续"}, reason="核对后更正",
                )
            )  # fmt: skip
            now_there = Measure.objects.get(pk=measure.pk).status
        assert (refused is None) == expected, f"{source} → {target}: {refused}"
        assert now_there == (target if expected else source)


@pytest.mark.parametrize("role", list(Role))
def test_every_act_on_every_application_for_every_role(stage: Stage, role: Role) -> None:
    actor = stage.people[role]
    for case in cases():
        row = case.row
        expected = row is not None and role in row.roles
        with taken_back():
            application = stage.application(case)
            foreseen = _foreseen(stage, case, application, actor)
            refused = refusal_of(
                lambda case=case, application=application: stage.perform(case, actor, application)
            )
            after = type(application).objects.get(pk=application.pk).state if application else None
        assert (refused is None) == expected, f"{case}: {refused}"
        assert foreseen is None or foreseen == expected, f"{case}: the screen says otherwise"
        if refused is not None:
            assert after == case.state, f"{case}: refused, and changed all the same"


def _foreseen(stage: Stage, case: Case, application: Any, actor: Any) -> bool | None:
    """What the buttons and the inbox say before the act; None where they say nothing of it."""
    if application is None or case.act is Act.APPLY:
        return None
    if case.act is Act.WITHDRAW:
        return may_withdraw(application, actor)
    assert case.state is not None
    why = why_not_decide(application, actor, paper=paper_for(case.state))
    if case.state in PENDING:
        waiting = waiting_for(actor)
        listed = {
            Route.CLOSURE: waiting.closures, Route.EXTENSION: waiting.extensions,
            Route.ADJUSTMENT: waiting.adjustments,
        }[case.route]  # fmt: skip
        assert listed.filter(pk=application.pk).exists() == (why == ""), f"{case}: inbox"
    assert why == "" or CHINESE_SENTENCE.search(why)
    return why == ""


def test_every_row_of_the_table_leads_to_each_of_its_targets_and_to_no_other(stage: Stage) -> None:
    led_to: dict[ApplicationStep, set[str]] = {row: set() for row in APPLICATION_STEPS}
    for case, gate in product(cases(), ClosureGate):
        row = case.row
        if row is None:
            continue
        for role in row.roles:
            actor = stage.people[role]
            with taken_back():
                set_gate(stage.small, gate)
                done = stage.perform(case, actor, stage.application(case))
                led_to[row].add(str(done.state))
                if case.act is Act.ACCEPT:
                    assert case.state is not None
                    assert done.state == following(case.route, case.state, gate)
    assert led_to == {row: {str(one) for one in row.targets} for row in APPLICATION_STEPS}


@pytest.mark.parametrize("row", [row for row in APPLICATION_STEPS if row.needs_second_person])
def test_nobody_decides_on_their_own_application(stage: Stage, row: ApplicationStep) -> None:
    case = Case(row.route, row.source, row.act)
    actor = stage.people[row.roles[0]]
    application = stage.application(case, applicant=actor)
    if row.source == ApplicationState.PARTY_GROUP:
        # The meeting decides there; whoever types it in may have filed the application.
        assert stage.perform(case, actor, application).state in row.targets
        return
    refused = refusal_of(lambda: stage.perform(case, actor, application))
    assert isinstance(refused, NotAllowed)
    assert "申请人" in refused.message


@pytest.mark.parametrize("row", [row for row in APPLICATION_STEPS if row.needs_reason])
def test_what_needs_a_reason_is_refused_without_one(stage: Stage, row: ApplicationStep) -> None:
    case = Case(row.route, row.source, row.act)
    actor = stage.people[row.roles[0]]
    application = stage.application(case)
    refused = refusal_of(lambda: stage.perform(case, actor, application, reason=" "))
    assert refused is not None
    assert refused.field in {"reason", "comment"}


def test_what_needs_evidence_is_refused_without_any(stage: Stage) -> None:
    rows = [row for row in APPLICATION_STEPS if row.needs_evidence]
    assert [(row.route, row.act) for row in rows] == [(Route.CLOSURE, Act.APPLY)]
    EvidenceLink.objects.filter(measure=stage.completed).delete()
    case = Case(Route.CLOSURE, None, Act.APPLY)
    for role in rows[0].roles:
        refused = refusal_of(lambda role=role: stage.perform(case, stage.people[role], None))
        assert refused is not None
        assert (refused.field, "佐证材料" in refused.message) == ("file", True)


def test_the_party_group_decides_in_a_meeting_alone(stage: Stage) -> None:
    case = Case(Route.CLOSURE, ApplicationState.PARTY_GROUP, Act.ACCEPT)
    application = stage.application(case)
    without = Case(Route.CLOSURE, ApplicationState.REVIEWING, Act.ACCEPT)
    refused = refusal_of(lambda: stage.perform(without, stage.people[Role.OFFICE], application))
    assert refused is not None
    assert refused.field == "meeting"


def test_only_the_head_confirms_for_the_section(stage: Stage) -> None:
    """Somebody else of the same section has the role, but is not the person the table means."""
    other = stage.applicant
    for route in ROUTES:
        case = Case(route, ApplicationState.CONFIRMING, Act.ACCEPT)
        with taken_back():
            application = stage.application(case, applicant=stage.people[Role.OFFICE])
            refused = refusal_of(
                lambda case=case, application=application: stage.perform(case, other, application)
            )
        assert isinstance(refused, NotAllowed)
        assert "负责人" in refused.message


@pytest.mark.parametrize("role", list(Role))
def test_only_the_office_records_what_was_signed_on_paper(stage: Stage, role: Role) -> None:
    actor = stage.people[role]
    paper = paper_for(ApplicationState.PARTY_GROUP)
    for route, stations in ROUTES.items():
        for state in stations:
            with taken_back():
                application = stage.application(Case(route, state, Act.ACCEPT))
                why = why_not_decide(application, actor, paper=paper)
            assert (why == "") == (role is Role.OFFICE), f"{route} {state}"


def test_what_waits_for_a_head_who_has_left_waits_for_the_office(stage: Stage) -> None:
    clerk, office = stage.people[Role.SECTION], stage.people[Role.OFFICE]
    case = Case(Route.CLOSURE, ApplicationState.CONFIRMING, Act.ACCEPT)
    application = stage.application(case)
    assert isinstance(refusal_of(lambda: stage.perform(case, office, application)), NotAllowed)
    end_membership(Membership.objects.live().get(user=clerk), actor=SYSTEM)
    application = type(application).objects.get(pk=application.pk)
    assert application.measure.lead_section.head is None
    assert list(waiting_for(office).closures) == [application]
    assert stage.perform(case, office, application).state == ApplicationState.REVIEWING
