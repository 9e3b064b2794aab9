"""What an accepted application does to its measure."""

from __future__ import annotations

from typing import Any

from measures.domain.guards import refuse_closed
from measures.domain.plan_columns import unpack
from measures.domain.plan_rows import insert_measure, rewrite_measure, take_out_measure
from measures.domain.states import write_state
from measures.enums import AdjustmentAct, Nature, Status
from measures.models import Adjustment, ClosureApplication, Extension, Measure
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clock import now


def take_effect(
    application: ClosureApplication | Extension | Adjustment,
    *,
    actor: Actor,
    operation: Operation | None,
) -> None:
    """Close, extend or adjust. Called once, by the decision that accepts.

    Raises Refused where the measure has changed so that the decision no longer fits it.
    """
    if isinstance(application, ClosureApplication):
        _close(_fresh(application.measure), actor, operation)
    elif isinstance(application, Extension):
        _extend(application, actor, operation)
    else:
        _adjust(application, actor, operation)


def _fresh(measure: Measure) -> Measure:
    """The measure as it stands: the decision is about it, not about what was loaded before."""
    return Measure.objects.select_related("inspection__organization").get(pk=measure.pk)


def _close(measure: Measure, actor: Actor, operation: Operation | None) -> None:
    refuse_closed(measure)
    if measure.status != Status.COMPLETED:
        raise Refused("该措施已不是“已完成”状态，不能销号。请退回申请，由科室核实。")
    change(measure, actor=actor, organization=measure.inspection.organization,
           action="measure.close", version=measure.version, values={"closed_at": now()},
           operation=operation)  # fmt: skip
    write_state(measure)


def _extend(extension: Extension, actor: Actor, operation: Operation | None) -> None:
    measure = _fresh(extension.measure)
    refuse_closed(measure)
    values: dict[str, Any] = {}
    if extension.new_due_on is not None:
        values = {"due_on": extension.new_due_on, "deadline_text": extension.new_deadline_text}
    if extension.long_term:
        values |= {"nature": Nature.LONG_TERM, "next_review_on": extension.next_review_on}
    if extension.stage_goal:
        values["stage_goal"] = extension.stage_goal
    change(measure, actor=actor, organization=measure.inspection.organization,
           action="measure.extend", version=measure.version, values=values,
           operation=operation)  # fmt: skip
    write_state(measure)


def _adjust(adjustment: Adjustment, actor: Actor, operation: Operation | None) -> None:
    values = unpack(adjustment.values)
    if adjustment.act == AdjustmentAct.ADD:
        if adjustment.task is None:
            raise Refused("所属问题表现已不存在，请重新提出调整。")
        measure = insert_measure(adjustment.task, values, actor=actor, operation=operation)
        change(adjustment, actor=actor, organization=measure.inspection.organization,
               action="adjustment.fulfil", version=adjustment.version,
               values={"measure": measure}, operation=operation)  # fmt: skip
        return
    if adjustment.measure is None:
        raise Refused("所调整的措施已不存在，请重新提出调整。")
    measure = _fresh(adjustment.measure)
    refuse_closed(measure)
    if adjustment.act == AdjustmentAct.REMOVE:
        take_out_measure(measure, actor=actor, version=measure.version, operation=operation)
    else:
        rewrite_measure(measure, values, actor=actor, version=measure.version,
                        operation=operation)  # fmt: skip
