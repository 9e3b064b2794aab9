"""The 整改方案: what it holds before its approval, and approving it, which freezes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from issues.domain.inspections import refuse_archived
from issues.models import Inspection, Issue, ProblemArea, Task
from measures.domain.adjustments import plan_is_frozen
from measures.models import Measure, PlanBaseline
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import today


@dataclass(frozen=True)
class Gap:
    """Something that a plan should have and these rows lack: a hint, never a block."""

    word: str
    measures: Sequence[Measure] = ()
    issues: Sequence[Issue] = ()

    @property
    def count(self) -> int:
        return len(self.measures) + len(self.issues)


@dataclass(frozen=True)
class PlanContents:
    """What the plan holds, counted at every level, and what it still lacks."""

    areas: int
    issues: int
    tasks: int
    measures: int
    gaps: Sequence[Gap]


@dataclass(frozen=True)
class PlanCounts:
    """方案113条，现115条: for somebody who reads the bureau whole."""

    before: int
    now: int

    @property
    def sentence(self) -> str:
        return f"方案{self.before}条，现{self.now}条"


@transaction.atomic
def approve_plan(
    inspection: Inspection,
    *,
    actor: Actor,
    meeting: str,
    approved_on: date,
    operation: Operation | None = None,
) -> PlanBaseline:
    """Freeze text, deadline and people of every measure as approved by the meeting.

    Raises NotAllowed, ValidationError (no meeting), Refused for a plan that was approved before,
    an empty one, and a day before the feedback or after today.
    """
    require_in(actor, Ability.EDIT_MEASURE, inspection.organization)
    refuse_archived(inspection)
    if plan_is_frozen(inspection):
        raise Refused("整改方案已经审定，不能重复审定。此后的改动请按措施调整办理。")
    _refuse_day(inspection, approved_on)
    rows = [_row(measure) for measure in _current(inspection)]
    if not rows:
        raise Refused("还没有整改措施，不能审定方案。请先录入措施。")
    return add(
        PlanBaseline(inspection=inspection, meeting=meeting.strip(), approved_on=approved_on,
                     rows=rows, recorded_by=person(actor), recorded_by_name=actor.name),
        actor=actor, organization=inspection.organization, action="plan.approve",
        operation=operation,
    )  # fmt: skip


def plan_contents(inspection: Inspection, user: User) -> PlanContents:
    """Counts and gaps of what the person may see. Four queries."""
    seen = list(
        Measure.objects.visible_to(user)
        .filter(inspection=inspection)
        .current()
        .select_related("task__issue__area")
        .in_order()
    )
    here: dict[str, Any] = {"inspection": inspection, "archived_at__isnull": True}
    own = Measure.objects.filter(task__issue=OuterRef("pk"), archived_at__isnull=True)
    issues = list(
        Issue.objects.visible_to(user)
        .filter(**here)
        .annotate(answered=Exists(own))
        .select_related("area")
        .order_by("area__position", "position")
    )
    areas = set(ProblemArea.objects.visible_to(user).filter(**here).values_list("pk", flat=True))
    tasks = set(Task.objects.visible_to(user).filter(**here).values_list("pk", flat=True))
    return PlanContents(
        areas=len(areas | {measure.task.issue.area_id for measure in seen}),
        issues=len({issue.pk for issue in issues} | {measure.task.issue_id for measure in seen}),
        tasks=len(tasks | {measure.task_id for measure in seen}),
        measures=len(seen),
        gaps=(
            Gap("问题没有整改措施", issues=[one for one in issues if not vars(one)["answered"]]),
            Gap("措施没有责任领导", [one for one in seen if one.leader_id is None]),
            Gap("措施没有牵头科室", [one for one in seen if one.lead_section_id is None]),
            Gap("措施没有整改时限",
                [one for one in seen if one.due_on is None and not one.deadline_text]),
        ),
    )  # fmt: skip


def plan_counts(inspection: Inspection, user: User) -> PlanCounts | None:
    """How many measures the approved plan had and the bureau has now. None where the plan is not
    approved, and for somebody who reads a part of the bureau only. Two queries."""
    if inspection.organization_id not in user.access.whole(Ability.SEE_SUMMARY):
        return None
    baseline = PlanBaseline.objects.visible_to(user).filter(inspection=inspection).first()
    if baseline is None:
        return None
    now = Measure.objects.visible_to(user).filter(inspection=inspection).current().count()
    return PlanCounts(len(baseline.rows), now)


def _current(inspection: Inspection) -> Any:
    return (
        Measure.objects.filter(inspection=inspection)
        .current()
        .prefetch_related("co_leads", "supports")
        .in_order()
    )


def _row(measure: Measure) -> dict[str, Any]:
    """Every column of PLAN_FIELDS and the measure's own mark, as JSON."""
    return {
        "measure": measure.public_id.hex,
        "text": measure.text,
        "goal": measure.goal,
        "nature": measure.nature,
        "deadline_text": measure.deadline_text,
        "due_on": measure.due_on.isoformat() if measure.due_on else None,
        "leader": measure.leader_name,
        "co_leaders": [row.name for row in measure.co_leads.all()],
        "lead_section": measure.lead_section_name,
        "support_sections": [row.name for row in measure.supports.all()],
        "owner": measure.owner_name,
    }


def _refuse_day(inspection: Inspection, day: date) -> None:
    if day > today():
        raise Refused("审定日期不能晚于今天。", field="approved_on")
    if inspection.feedback_on and day < inspection.feedback_on:
        raise Refused(
            f"审定日期不能早于反馈日期（{format_date(inspection.feedback_on)}）。",
            field="approved_on",
        )
