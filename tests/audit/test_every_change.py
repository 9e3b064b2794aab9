"""Every domain function leaves its events, no more and no fewer; a refused one leaves none."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from issues.domain.inspections import create_inspection, move_to_stage, update_inspection
from issues.domain.tree import add_area, add_issue, add_task, edit_node
from issues.enums import Stage
from measures.domain.applications import decide
from measures.domain.closure import apply_closure
from measures.domain.evidence import attach_evidence, hand_out
from measures.domain.measures import edit_measure
from measures.domain.outcomes import add_outcome
from measures.domain.plan import approve_plan
from measures.domain.progress import write_progress
from measures.domain.reporting import report
from measures.domain.rounds import close_round, open_round
from measures.enums import MeetingKind, Status, Verdict
from measures.models import MeetingOutcome
from rectify.audit.domain.events import verify
from rectify.audit.exceptions import StaleVersion
from rectify.audit.models import Chain, Event
from reports.domain.digests import build_digest
from reports.domain.documents import draft_notice, edit_document
from tests.measures.domain.small_bureau import MONDAY, Small

Step = Callable[[Small], Any]


def closed(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    decide(application, actor=small.office, version=1, verdict=Verdict.ACCEPTED)
    decide(application, actor=small.leader, version=2, verdict=Verdict.ACCEPTED)


def evidence_taken(small: Small) -> None:
    evidence = attach_evidence(
        small.measure(), actor=small.clerk, file=io.BytesIO(b"x"), name="a.pdf", size=1
    )
    hand_out(evidence, actor=small.clerk).close()


def round_closed(small: Small) -> None:
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(row, actor=small.office, version=1)


def rewritten(small: Small) -> None:
    measure = small.measure()
    write_progress(measure, actor=small.clerk, week_start=MONDAY, text="一")
    write_progress(measure, actor=small.clerk, week_start=MONDAY, text="二", version=1)


CHANGES: dict[str, tuple[Step, list[str]]] = {
    "inspection": (
        lambda s: create_inspection(
            actor=s.office, organization=s.organization, code="more", name="专项巡察"
        ),
        ["inspection.create"],
    ),
    "inspection edited": (
        lambda s: update_inspection(
            s.inspection, actor=s.office, version=1, values={"name": "改名"}
        ),
        ["inspection.update"],
    ),
    "stage": (
        lambda s: move_to_stage(s.inspection, Stage.RECTIFYING, actor=s.office),
        ["inspection.update"],
    ),
    "area": (lambda s: add_area(s.inspection, actor=s.office, title="新方面"), ["area.create"]),
    "issue": (
        lambda s: add_issue(s.task.issue.area, actor=s.office, title="新问题"),
        ["issue.create"],
    ),
    "task": (lambda s: add_task(s.task.issue, actor=s.office, title="新任务"), ["task.create"]),
    "node": (
        lambda s: edit_node(s.task, actor=s.office, version=1, values={"title": "改"}),
        ["task.update"],
    ),
    "measure": (lambda s: s.measure(), ["measure.create"]),
    "measure edited": (
        lambda s: edit_measure(s.measure(), actor=s.office, version=1, values={"goal": "改"}),
        ["measure.create", "measure.update"],
    ),
    "report": (
        lambda s: report(
            s.measure(), actor=s.clerk, version=1, values={"status": Status.IN_PROGRESS}
        ),
        ["measure.create", "measure.report"],
    ),
    "progress": (rewritten, ["measure.create", "progress.write", "progress.rewrite"]),
    "evidence": (
        evidence_taken,
        ["measure.create", "evidence.add", "job.request", "evidence.link", "evidence.download"],
    ),
    "closure": (
        closed,
        [
            "measure.create",
            "evidence.add",
            "job.request",
            "evidence.link",
            "measure.report",
            "closure.apply",
            "closure.office_review",
            "decision.add",
            "closure.leader",
            "decision.add",
            "measure.close",
        ],
    ),
    "round": (round_closed, ["round.open", "round.close"]),
    "plan": (
        lambda s: (
            s.measure(),
            approve_plan(s.inspection, actor=s.office, meeting="会", approved_on=date(2024, 3, 20)),
        ),
        ["measure.create", "plan.approve"],
    ),
    "outcome": (
        lambda s: add_outcome(
            MeetingOutcome(inspection=s.inspection, kind=MeetingKind.SPECIAL, title="研究整改"),
            actor=s.office,
        ),
        ["outcome.create"],
    ),
    "digest": (
        lambda s: build_digest(s.inspection, MONDAY, actor=s.office),
        ["digest.build"],
    ),
    "document": (
        lambda s: edit_document(
            draft_notice(s.inspection, actor=s.office),
            actor=s.office,
            version=1,
            values={"title": "改题"},
        ),
        ["document.draft", "document.edit"],
    ),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_each_change_leaves_its_events_in_order(small: Small, name: str) -> None:
    change, actions = CHANGES[name]
    before = small.events()
    change(small)
    events = Event.objects.filter(chain__organization=small.organization, seq__gt=before)
    assert [event.action for event in events.order_by("seq")] == actions
    assert all(event.actor_name for event in events)
    # The preview of a file is asked for by the system.
    assert all(event.actor_id is not None for event in events.exclude(action="job.request"))
    assert verify(Chain.objects.get(organization=small.organization)) is None


@pytest.mark.parametrize("name", ["digest"])
def test_building_what_is_there_leaves_no_event(small: Small, name: str) -> None:
    CHANGES[name][0](small)
    before = small.events()
    CHANGES[name][0](small)
    assert small.events() == before


def test_an_event_shows_before_and_after_of_what_differed(small: Small) -> None:
    measure = small.measure(goal="旧")
    edit_measure(
        measure,
        actor=small.office,
        version=1,
        values={
            "goal": "新",
            "text": measure.text,
            "due_on": date(2024, 7, 1),
            "support_sections": [],
        },
    )
    last = Event.objects.filter(chain__organization=small.organization).order_by("-seq")[0]
    assert last.changes == {
        "goal": ["旧", "新"],
        "due_on": ["2024-06-30", "2024-07-01"],
        "support_sections": [["财务科"], []],
        "support_section_ids": [[small.supporting.pk], []],
    }
    assert (last.object_type, last.object_id) == ("measure", str(measure.pk))


@pytest.mark.parametrize("version", [0, 5])
def test_a_stale_write_changes_nothing_and_leaves_no_event(small: Small, version: int) -> None:
    before = small.events()
    targets: list[Callable[[], Any]] = [
        lambda: update_inspection(
            small.inspection, actor=small.office, version=version, values={"name": "迟到"}
        ),
        lambda: edit_node(
            small.task, actor=small.office, version=version, values={"title": "迟到"}
        ),
        lambda: edit_node(
            small.task.issue.area, actor=small.office, version=version, values={"title": "迟到"}
        ),
    ]
    for write in targets:
        with pytest.raises(StaleVersion) as stale:
            write()
        assert "迟到" not in str(stale.value.current)
    assert small.events() == before


def test_a_refused_value_leaves_no_event(small: Small) -> None:
    before = small.events()
    with pytest.raises(ValidationError):
        update_inspection(
            small.inspection, actor=small.office, version=1, values={"classification": "classified"}
        )
    with pytest.raises(ValidationError):
        add_area(small.inspection, actor=small.office, title="  ")
    assert small.events() == before
    assert small.inspection.version == 1


def test_the_password_is_never_in_the_log(small: Small) -> None:
    names = {name for event in Event.objects.all() for name in event.changes}
    assert not names & {"password", "last_login"}
