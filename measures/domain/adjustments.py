"""措施调整: a change of the approved plan, proposed and decided, or recorded from a paper."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from issues.domain.inspections import refuse_archived
from issues.models import Inspection, Task
from measures.domain.applications import file_application
from measures.domain.guards import refuse_closed
from measures.domain.paper import Paper, keep_upload, refuse_paper, signature
from measures.domain.plan_columns import pack, plan_changes, words
from measures.domain.plan_rows import refuse_foreign
from measures.enums import AdjustmentAct, ApplicationState, DecisionStep, Verdict
from measures.models import Adjustment, Decision, Measure, PlanBaseline
from measures.reading import require
from measures.rules import PLAN_FIELDS
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clock import now


def plan_is_frozen(inspection: Inspection) -> bool:
    """Whether the 整改方案 was approved: from then on a change of it is an adjustment."""
    return PlanBaseline.objects.filter(inspection=inspection).exists()


@transaction.atomic
def propose_change(
    measure: Measure,
    *,
    actor: Actor,
    values: dict[str, Any],
    reason: str,
    operation: Operation | None = None,
) -> Adjustment:
    """Ask to change columns of the plan (values as `edit_measure` takes them); written when it is
    decided. Raises NotAllowed, ValidationError, Refused (closed, not frozen, nothing differs)."""
    require(actor, Ability.APPLY_CLOSURE, measure)
    refuse_closed(measure)
    _refuse_unfrozen(measure.inspection)
    unknown = set(values) - PLAN_FIELDS
    if unknown:
        raise ValueError(f"not part of the plan: {sorted(unknown)}")
    refuse_foreign(measure.inspection.organization, values)
    changes = plan_changes(Measure.objects.get(pk=measure.pk), values)
    if not changes:
        raise Refused("没有改动任何内容，不需要调整。", field="text")
    asked = {name: values[name] for name in changes}
    return _propose(
        Adjustment(inspection=measure.inspection, measure=measure, act=AdjustmentAct.CHANGE,
                   changes=changes, values=pack(asked), reason=reason.strip()),
        actor, operation,
    )  # fmt: skip


@transaction.atomic
def propose_addition(
    task: Task,
    *,
    actor: Actor,
    values: dict[str, Any],
    reason: str,
    operation: Operation | None = None,
) -> Adjustment:
    """Ask for a further measure; its `leader` decides. It comes into being when it is accepted.

    Raises NotAllowed (the office proposes), ValidationError, Refused (not frozen, no text, no
    leader)."""
    inspection = task.inspection
    require_in(actor, Ability.EDIT_MEASURE, inspection.organization)
    refuse_archived(inspection)
    _refuse_unfrozen(inspection)
    refuse_foreign(inspection.organization, values)
    if not str(values.get("text", "")).strip():
        raise Refused("请填写整改措施。", field="text")
    if values.get("leader") is None:
        raise Refused("请选定责任领导：新增的措施由责任领导审定。", field="leader")
    return _propose(
        Adjustment(inspection=inspection, task=task, leader=values["leader"],
                   act=AdjustmentAct.ADD, changes=_proposal_in_words(values),
                   values=pack(values), reason=reason.strip()),
        actor, operation,
    )  # fmt: skip


@transaction.atomic
def propose_removal(
    measure: Measure, *, actor: Actor, reason: str, operation: Operation | None = None
) -> Adjustment:
    """Ask to take a measure out of the plan. Raises NotAllowed, Refused (closed, not frozen)."""
    require(actor, Ability.APPLY_CLOSURE, measure)
    refuse_closed(measure)
    _refuse_unfrozen(measure.inspection)
    return _propose(
        Adjustment(inspection=measure.inspection, measure=measure, act=AdjustmentAct.REMOVE,
                   changes=removal_in_words(measure), reason=reason.strip()),
        actor, operation,
    )  # fmt: skip


@transaction.atomic
def record_adjustment(
    measure: Measure,
    act: AdjustmentAct,
    changes: dict[str, list[Any]],
    *,
    actor: Actor,
    reason: str,
    paper: Paper,
    operation: Operation | None = None,
) -> Adjustment:
    """Keep an adjustment that was decided on paper or in a meeting, with that decision.

    Raises NotAllowed, Refused (the paper), ValidationError."""
    inspection = measure.inspection
    refuse_paper(paper, inspection, actor=actor)
    paper = keep_upload(paper, inspection, actor=actor, operation=operation)
    said: dict[str, Any] = {
        "actor": actor, "organization": inspection.organization, "label": str(measure),
        "operation": operation,
    }  # fmt: skip
    row = add(
        Adjustment(
            inspection=inspection, measure=measure, act=act, changes=changes,
            reason=reason.strip(), state=ApplicationState.ACCEPTED, applied_by=person(actor),
            applied_by_name=actor.name, applied_at=now(),
        ),
        action="adjustment.create", **said,
    )  # fmt: skip
    step = DecisionStep.PARTY_GROUP if paper.meeting.strip() else DecisionStep.LEADER
    add(Decision(adjustment=row, step=step, verdict=Verdict.ACCEPTED, **signature(actor, paper)),
        action="decision.add", **said)  # fmt: skip
    return row


def addition_in_words(text: str) -> dict[str, list[Any]]:
    return {"text": [None, text]}


def _proposal_in_words(values: dict[str, Any]) -> dict[str, list[Any]]:
    """All that the plan would say of a new measure: there is no row yet to be looked at."""
    told = {name: words(name, values[name]) for name in sorted(PLAN_FIELDS & set(values))}
    filled = {name: [None, value] for name, value in told.items() if value}
    return filled | addition_in_words(str(values["text"]).strip())


def removal_in_words(measure: Measure) -> dict[str, list[Any]]:
    return {"text": [measure.text, None]}


def _propose(adjustment: Adjustment, actor: Actor, operation: Operation | None) -> Adjustment:
    if not adjustment.reason:
        raise Refused("措施调整须写明理由。", field="reason")
    return file_application(adjustment, actor=actor, operation=operation)


def _refuse_unfrozen(inspection: Inspection) -> None:
    if not plan_is_frozen(inspection):
        raise Refused("整改方案还没有审定，请由整改办直接修改措施，不需要申请调整。")
