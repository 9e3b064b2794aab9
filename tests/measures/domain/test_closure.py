"""销号: apply → office reviews → leader decides; nobody decides on their own application."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from django.db import IntegrityError

from measures.domain.applications import decide
from measures.domain.closure import apply_closure
from measures.domain.evidence import attach_evidence
from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.domain.reporting import report
from measures.enums import ApplicationState, Status, Verdict
from measures.exceptions import Overtaken
from measures.models import ClosureApplication, Decision, Measure
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused
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


def step(
    application: ClosureApplication,
    actor: User,
    verdict: Verdict = Verdict.ACCEPTED,
    comment: str = "",
) -> ClosureApplication:
    return decide(
        application, actor=actor, version=application.version, verdict=verdict, comment=comment
    )


def test_three_steps_close_the_measure_and_no_two_do(small: Small) -> None:
    measure = small.completed()
    application = apply_closure(measure, actor=small.clerk, reason="已落实")
    assert application.state == ApplicationState.REVIEWING
    assert step(application, small.office).state == ApplicationState.DECIDING
    assert Measure.objects.get(pk=measure.pk).closed_at is None
    assert step(application, small.leader).state == ApplicationState.ACCEPTED
    assert Measure.objects.get(pk=measure.pk).closed_at is not None
    steps = [(row.step, row.decided_by) for row in Decision.objects.filter(closure=application)]
    assert steps == [("office_review", small.office), ("leader", small.leader)]


def test_closing_is_seen_by_every_figure(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    step(step(application, small.office), small.leader)
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
        step(application, actor)
    step(application, small.office)
    with pytest.raises(NotAllowed):
        step(application, actor)
    assert Measure.objects.get(pk=measure.pk).closed_at is None


def test_the_steps_do_not_change_places(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    for early in (small.leader, small.clerk):
        with pytest.raises(NotAllowed):
            step(application, early)
    step(application, small.office)
    for late in (small.office, small.reviewer, small.clerk):
        with pytest.raises(NotAllowed):
            step(application, late)


def test_the_office_does_not_review_its_own_application_but_a_colleague_may(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.office)
    with pytest.raises(Refused, match="自己的申请"):
        step(application, small.office)
    assert step(application, small.reviewer).state == ApplicationState.DECIDING


def test_an_outsider_decides_nothing(small: Small, neighbour: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    for actor in (neighbour.office, neighbour.leader):
        with pytest.raises(NotAllowed):
            step(application, actor)


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


def test_a_new_application_voids_the_one_that_waits(small: Small) -> None:
    measure = small.completed()
    first = apply_closure(measure, actor=small.clerk)
    second = apply_closure(measure, actor=small.office)
    states = ClosureApplication.objects.filter(measure=measure).values_list("pk", "state")
    assert dict(states) == {
        first.pk: ApplicationState.VOIDED, second.pk: ApplicationState.REVIEWING,
    }  # fmt: skip
    with pytest.raises(Overtaken, match="新的申请代替"):
        step(first, small.office)


def test_the_database_itself_holds_one_pending_application(small: Small) -> None:
    measure = small.completed()
    first = apply_closure(measure, actor=small.clerk)
    first.pk, first.public_id = None, uuid4()
    with pytest.raises(IntegrityError):
        first.save(force_insert=True)


def test_a_return_says_why_and_the_application_is_reopened_when_it_is_mended(small: Small) -> None:
    measure = small.completed()
    application = apply_closure(measure, actor=small.clerk)
    with pytest.raises(Refused, match="退回须写明意见"):
        step(application, small.office, Verdict.RETURNED)
    application.refresh_from_db()
    assert application.state == ApplicationState.REVIEWING
    step(application, small.office, Verdict.RETURNED, "缺少签收表")
    assert application.state == ApplicationState.RETURNED
    assert not Measure.objects.get(pk=measure.pk).closed_at
    with pytest.raises(Overtaken, match=r"office（small）.*退回"):
        step(application, small.reviewer)
    again = apply_closure(measure, actor=small.clerk, reason="已补签收表")
    assert (again.pk, again.state, again.reason) == (
        application.pk, ApplicationState.REVIEWING, "已补签收表",
    )  # fmt: skip
    assert [row.comment for row in Decision.objects.filter(closure=again)] == ["缺少签收表"]


def test_a_decision_taken_twice_counts_once(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    other_window = ClosureApplication.objects.get(pk=application.pk)
    step(application, small.office)
    with pytest.raises(Overtaken, match="office（small）"):
        step(other_window, small.reviewer)
    assert Decision.objects.filter(closure=application).count() == 1


def test_a_measure_that_slid_back_in_the_meantime_is_not_closed(small: Small) -> None:
    measure = small.completed()
    application = step(apply_closure(measure, actor=small.clerk), small.office)
    report(
        measure,
        actor=small.office,
        version=measure.version,
        values={"status": Status.IN_PROGRESS},
        reason="查出错项",
    )
    fresh = ClosureApplication.objects.get(pk=application.pk)
    with pytest.raises(Refused):
        step(fresh, small.leader)
    measure.refresh_from_db()
    fresh.refresh_from_db()
    assert (measure.closed_at, measure.status) == (None, Status.IN_PROGRESS)
    assert fresh.state == ApplicationState.DECIDING
