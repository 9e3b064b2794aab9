"""党组会议集中审议: one decision closes several measures, all of them or none."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest

from issues.enums import ClosureGate
from issues.models import Inspection
from measures.domain.applications import decide, withdraw
from measures.domain.closure import apply_closure
from measures.domain.paper import Scan
from measures.domain.resolution import awaiting_meeting, resolve_closures
from measures.enums import ApplicationState, Medium, Verdict
from measures.exceptions import Overtaken
from measures.models import ClosureApplication, Decision, Evidence, Measure
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event, Operation
from tests.measures.domain.small_bureau import TODAY, Small

MEETING = "党组会议2024年第9次会议"


def before_meeting(small: Small, text: str) -> ClosureApplication:
    """A close-out that the leader has accepted and the party group has not seen."""
    Inspection.objects.filter(pk=small.inspection.pk).update(closure_gate=ClosureGate.PARTY_GROUP)
    small.inspection.refresh_from_db()
    application = apply_closure(small.completed(text=text), actor=small.clerk)
    for actor in (small.office, small.leader):
        decide(application, actor=actor, version=application.version, verdict=Verdict.ACCEPTED)
    rows: Any = ClosureApplication.objects.select_related("measure__inspection__organization")
    stored: ClosureApplication = rows.get(pk=application.pk)
    return stored


def resolve(small: Small, *rows: ClosureApplication, **changed: Any) -> Operation:
    said: dict[str, Any] = {
        "actor": small.office, "meeting": MEETING, "decided_on": TODAY, **changed
    }  # fmt: skip
    return resolve_closures(small.inspection, [(row, row.version) for row in rows], **said)


def closed(small: Small) -> int:
    return Measure.objects.filter(inspection=small.inspection, closed_at__isnull=False).count()


def test_one_meeting_closes_all_that_were_chosen_and_leaves_the_rest(small: Small) -> None:
    first, second, third = (before_meeting(small, text) for text in ("甲", "乙", "丙"))
    assert [str(one.measure) for one in awaiting_meeting(small.inspection)] == ["甲", "乙", "丙"]
    operation = resolve(small, first, third)
    assert (closed(small), list(awaiting_meeting(small.inspection))) == (2, [second])
    decisions = Decision.objects.filter(step="party_group")
    said = {(row.meeting, row.decided_by_name, row.recorded_by) for row in decisions}
    assert {row.closure_id for row in decisions} == {first.pk, third.pk}
    assert said == {(MEETING, "党组会议", small.office)}
    assert {row.medium for row in decisions} == {Medium.PAPER}
    assert set(Event.objects.filter(operation=operation).values_list("action", flat=True)) == {
        "closure.party_group", "decision.add", "measure.close"
    }  # fmt: skip
    assert operation.reason == MEETING


def test_the_minutes_are_kept_once_and_proved_by_every_decision(small: Small) -> None:
    rows = [before_meeting(small, text) for text in ("甲", "乙")]
    scan = Scan(file=io.BytesIO(b"minutes"), name="纪要.pdf", size=7)
    resolve(small, *rows, scan=scan)
    kept = Evidence.objects.get(original_name="纪要.pdf")
    assert Decision.objects.filter(scan=kept).count() == 2
    assert not kept.links.exists()


def test_one_that_somebody_was_first_with_stops_all_and_is_named(small: Small) -> None:
    first, second = before_meeting(small, "甲"), before_meeting(small, "乙")
    withdraw(ClosureApplication.objects.get(pk=second.pk), actor=small.clerk,
             version=second.version)  # fmt: skip
    events = small.events()
    with pytest.raises(Overtaken) as late:
        resolve(small, first, second)
    assert "“乙”：该申请已被撤回" in late.value.message
    assert "“甲”" not in late.value.message
    assert (closed(small), small.events()) == (0, events)
    assert Operation.objects.filter(kind="closure.resolve").count() == 0


def test_what_was_resolved_is_not_resolved_again(small: Small) -> None:
    row = before_meeting(small, "甲")
    resolve(small, ClosureApplication.objects.get(pk=row.pk))
    with pytest.raises(Overtaken, match="党组会议"):
        resolve(small, row)


def test_a_measure_that_is_no_longer_completed_stops_all_and_is_named(small: Small) -> None:
    first, second = before_meeting(small, "甲"), before_meeting(small, "乙")
    Measure.objects.filter(pk=second.measure_id).update(status="in_progress", completed_on=None)
    with pytest.raises(Refused, match="“乙”：该措施已不是") as refused:
        resolve(small, first, second)
    assert (refused.value.field, closed(small)) == ("closures", 0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"meeting": " "}, "meeting"), ({"decided_on": TODAY + timedelta(days=1)}, "decided_on"),
     ({"decided_on": date(2024, 3, 3)}, "decided_on")],
)  # fmt: skip
def test_a_meeting_without_a_name_or_out_of_its_time_is_refused(
    small: Small, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        resolve(small, before_meeting(small, "甲"), **changed)
    assert (refused.value.field, closed(small)) == (field, 0)


def test_nothing_chosen_is_refused(small: Small) -> None:
    with pytest.raises(Refused, match="请勾选"):
        resolve(small)


def test_applications_of_another_inspection_are_refused(small: Small, neighbour: Small) -> None:
    own, foreign = before_meeting(small, "甲"), before_meeting(neighbour, "邻")
    with pytest.raises(Refused, match="同一次巡察"):
        resolve(small, own, foreign)
    assert closed(small) == closed(neighbour) == 0


@pytest.mark.parametrize("who", ["clerk", "leader", "party_member", "secretary", "discipline"])
def test_only_the_office_records_a_meeting(small: Small, neighbour: Small, who: str) -> None:
    row = before_meeting(small, "甲")
    for actor in (getattr(small, who), neighbour.office):
        with pytest.raises(NotAllowed):
            resolve(small, row, actor=actor)
    assert ClosureApplication.objects.get(pk=row.pk).state == ApplicationState.PARTY_GROUP
