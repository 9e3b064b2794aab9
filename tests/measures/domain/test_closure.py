"""销号: apply → office reviews → leader decides; nobody decides on their own application."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError

from measures.domain.closure import apply_closure, decide_closure
from measures.domain.evidence import attach_evidence
from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.domain.reporting import report
from measures.enums import ApplicationState, Status, Verdict
from measures.models import ClosureApplication, Decision, Measure
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from tests.measures.domain.small_bureau import Small

NOBODY_ELSE = (
    "helper",
    "stranger",
    "other_leader",
    "party_member",
    "secretary",
    "discipline",
    "sysadmin",
    "secadmin",
    "auditor",
)


def decide(
    application: ClosureApplication,
    actor: User,
    verdict: Verdict = Verdict.ACCEPTED,
    comment: str = "",
) -> ClosureApplication:
    return decide_closure(
        application, actor=actor, version=application.version, verdict=verdict, comment=comment
    )


def test_three_steps_close_the_measure_and_no_two_do(small: Small) -> None:
    measure = small.completed()
    application = apply_closure(measure, actor=small.clerk, reason="已落实")
    assert application.state == ApplicationState.REVIEWING
    assert decide(application, small.office).state == ApplicationState.DECIDING
    assert Measure.objects.get(pk=measure.pk).closed_at is None
    assert decide(application, small.leader).state == ApplicationState.ACCEPTED
    assert Measure.objects.get(pk=measure.pk).closed_at is not None
    steps = [(row.step, row.decided_by) for row in Decision.objects.filter(closure=application)]
    assert steps == [("office_review", small.office), ("leader", small.leader)]


def test_closing_is_seen_by_every_figure(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    decide(decide(application, small.office), small.leader)
    head = headline(small.inspection, moment_of(small.inspection), None)
    assert (head["closed"], head["awaiting_closure"], head.rates.closure) == (1, 0, "100%")


@pytest.mark.parametrize("who", NOBODY_ELSE)
def test_nobody_else_applies_reviews_or_decides(small: Small, who: str) -> None:
    actor = getattr(small, who)
    measure = small.completed()
    with pytest.raises(NotAllowed):
        apply_closure(measure, actor=actor)
    application = apply_closure(measure, actor=small.clerk)
    with pytest.raises(NotAllowed):
        decide(application, actor)
    decide(application, small.office)
    with pytest.raises(NotAllowed):
        decide(application, actor)
    assert Measure.objects.get(pk=measure.pk).closed_at is None


def test_the_steps_do_not_change_places(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    for early in (small.leader, small.clerk):
        with pytest.raises(NotAllowed):
            decide(application, early)
    decide(application, small.office)
    for late in (small.office, small.reviewer, small.clerk):
        with pytest.raises(NotAllowed):
            decide(application, late)


def test_the_office_does_not_review_its_own_application_but_a_colleague_may(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.office)
    with pytest.raises(Refused, match="自己的申请"):
        decide(application, small.office)
    assert decide(application, small.reviewer).state == ApplicationState.DECIDING


def test_an_outsider_decides_nothing(small: Small, neighbour: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    for actor in (neighbour.office, neighbour.leader):
        with pytest.raises(NotAllowed):
            decide(application, actor)


def test_only_a_completed_measure_with_result_and_file_is_ready(small: Small) -> None:
    measure = small.measure()
    with pytest.raises(Refused, match="已完成"):
        apply_closure(measure, actor=small.clerk)
    report(measure, actor=small.clerk, version=1, values={"status": Status.COMPLETED})
    with pytest.raises(Refused) as no_result:
        apply_closure(measure, actor=small.clerk)
    assert no_result.value.field == "result_text"
    report(measure, actor=small.clerk, version=2, values={"result_text": "台账已建。"})
    with pytest.raises(Refused) as no_file:
        apply_closure(measure, actor=small.clerk)
    assert no_file.value.field == "file"
    attach_evidence(measure, actor=small.clerk, file=io.BytesIO(b"x"), name="a.pdf", size=1)
    assert apply_closure(measure, actor=small.clerk).state == ApplicationState.REVIEWING


def test_two_applications_at_once_are_one_too_many(small: Small) -> None:
    measure = small.completed()
    apply_closure(measure, actor=small.clerk)
    events = small.events()
    with pytest.raises(ValidationError, match="待办的销号申请"):
        apply_closure(measure, actor=small.office)
    assert (ClosureApplication.objects.filter(measure=measure).count(), small.events()) == (
        1,
        events,
    )


def test_a_return_says_why_and_frees_the_way_for_another(small: Small) -> None:
    measure = small.completed()
    application = apply_closure(measure, actor=small.clerk)
    with pytest.raises(ValidationError, match="退回须写明意见"):
        decide(application, small.office, Verdict.RETURNED)
    application.refresh_from_db()
    assert application.state == ApplicationState.REVIEWING
    decide(application, small.office, Verdict.RETURNED, "缺少签收表")
    assert application.state == ApplicationState.RETURNED
    assert not Measure.objects.get(pk=measure.pk).closed_at
    with pytest.raises(Refused, match="已经办结"):
        decide(application, small.office)
    assert apply_closure(measure, actor=small.clerk).pk != application.pk


def test_a_decision_taken_twice_counts_once(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    other_window = ClosureApplication.objects.get(pk=application.pk)
    decide(application, small.office)
    with pytest.raises(StaleVersion):
        decide(other_window, small.reviewer)
    assert Decision.objects.filter(closure=application).count() == 1


def test_a_measure_that_slid_back_in_the_meantime_is_not_closed(small: Small) -> None:
    measure = small.completed()
    application = decide(apply_closure(measure, actor=small.clerk), small.office)
    report(
        measure,
        actor=small.office,
        version=measure.version,
        values={"status": Status.IN_PROGRESS},
        reason="查出错项",
    )
    fresh = ClosureApplication.objects.get(pk=application.pk)
    with pytest.raises((Refused, ValidationError)):
        decide(fresh, small.leader)
    measure.refresh_from_db()
    fresh.refresh_from_db()
    assert (measure.closed_at, measure.status) == (None, Status.IN_PROGRESS)
    assert fresh.state == ApplicationState.DECIDING
