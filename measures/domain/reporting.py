"""What the lead section reports of its measure: status and result. Self-reported until closed."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from measures.domain.guards import refuse_closed, refuse_overtaken
from measures.domain.states import write_state
from measures.enums import Status
from measures.models import Measure
from measures.reading import require
from measures.rules import REPORT_FIELDS, transition
from rectify.accounts.enums import Ability, Role
from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.domain.changes import change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event, Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.clock import now, today

# Longer ago than this, a step back is a decision and states its reason.
TAKE_BACK = timedelta(minutes=10)


@transaction.atomic
def report(
    measure: Measure,
    *,
    actor: Actor,
    version: int,
    values: dict[str, Any],
    reason: str = "",
    operation: Operation | None = None,
) -> Measure:
    """Change any of status, result_text, next_step, completed_on (a date not after today).

    A step of status must be in the transition table; becoming 已完成 sets completed_on to today
    where it is not given, leaving it clears the date. The responsible leader is told of a change
    of status. Raises NotAllowed, StaleVersion, ValidationError, Refused.
    """
    require(actor, Ability.REPORT_STATUS, measure)
    refuse_closed(measure)
    unknown = set(values) - REPORT_FIELDS
    if unknown:
        raise ValueError(f"not reported here: {sorted(unknown)}")
    columns = dict(values)
    before = refuse_overtaken(measure, version).status
    after = columns.get("status", before)
    if after != before:
        _check_step(measure, before, after, actor, reason)
    _date_completion(measure, columns, before, after)
    organization = measure.inspection.organization
    change(measure, actor=actor, organization=organization, action="measure.report",
           version=version, values=columns, operation=operation)  # fmt: skip
    write_state(measure)
    if after != before:
        if reason.strip() and transition(before, after).needs_reason:  # type: ignore[union-attr]  # _check_step found it
            record(actor=actor, organization=organization, action="measure.step_back",
                   subject=measure, changes={"reason": ("", reason.strip())},
                   operation=operation)  # fmt: skip
        _tell_leader(measure, actor, Status(before), Status(after))
    return measure


@transaction.atomic
def take_back(measure: Measure, *, actor: Actor, version: int) -> Measure:
    """Undo the actor's own change of status that was the last thing done to the measure.

    Nobody else may have touched it since, and not more than ten minutes may have passed; the
    former completion date comes back with the former status. Raises Refused otherwise, and what
    `report` raises.
    """
    require(actor, Ability.REPORT_STATUS, measure)
    refuse_closed(measure)
    last = (
        Event.objects.filter(object_type="measure", object_id=str(measure.pk))
        .exclude(action="measure.step_back")
        .order_by("-pk")
        .first()
    )
    own = last is not None and last.actor_id == getattr(person(actor), "pk", None)
    if last is None or not own or "status" not in last.changes or now() - last.at > TAKE_BACK:
        raise Refused("只能撤销自己刚才的修改。请到措施页填写理由后修改状态。", field="status")
    values: dict[str, Any] = {"status": last.changes["status"][0]}
    completed_on = last.changes.get("completed_on", [None])[0]
    if values["status"] == Status.COMPLETED and completed_on:
        values["completed_on"] = date.fromisoformat(completed_on)
    return report(measure, actor=actor, version=version, values=values, reason="撤销刚才的修改")


def _check_step(measure: Measure, before: str, after: str, actor: Actor, reason: str) -> None:
    step = transition(before, after)
    if step is None:
        raise Refused(
            f"不能由“{Status(before).label}”直接改为“{Status(after).label}”。", field="status"
        )
    if step.needs_reason and not reason.strip():
        raise Refused(
            f"由“{Status(before).label}”退回“{Status(after).label}”须写明理由。", field="reason"
        )
    if isinstance(actor, SystemActor):
        return
    organization_id = measure.organization_id
    held = {role for role in Role if actor.access.has_role(role, organization_id)}
    if held.isdisjoint(step.roles):
        raise NotAllowed(
            f"由“{Status(before).label}”改为“{Status(after).label}”须由"
            f"{'、'.join(role.label for role in step.roles)}办理。"
        )


def _date_completion(measure: Measure, columns: dict[str, Any], before: str, after: str) -> None:
    if after == Status.COMPLETED:
        day = columns.get("completed_on") or (measure.completed_on if before == after else None)
        columns["completed_on"] = day or today()
        if columns["completed_on"] > today():
            raise Refused("完成时间不能晚于今天。", field="completed_on")
        feedback_on = measure.inspection.entered_on or measure.inspection.feedback_on
        if feedback_on and columns["completed_on"] < feedback_on:
            raise Refused("完成时间不能早于巡察进驻日期。", field="completed_on")
    elif after != before or "completed_on" in columns:
        columns["completed_on"] = None


def _tell_leader(measure: Measure, actor: Actor, before: Status, after: Status) -> None:
    leader = measure.leader
    if leader is None or leader == actor:
        return
    tell(
        key=f"measure-status:{measure.pk}:{measure.version}",
        organization=measure.inspection.organization,
        recipient=leader,
        subject=f"措施状态由“{before.label}”改为“{after.label}”",
        body=f"{measure.lead_section_name or actor.name}填报了一条由您负责的措施。",
        link=f"/measures/{measure.public_id}/",
    )
