"""Creating measures, changing what the plan says of them, taking them out of the plan."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from issues.domain.inspections import refuse_archived
from issues.models import Task
from measures.domain.adjustments import (
    addition_in_words,
    plan_is_frozen,
    record_adjustment,
    removal_in_words,
)
from measures.domain.applications import void_pending
from measures.domain.guards import refuse_closed, refuse_overtaken
from measures.domain.paper import Paper
from measures.domain.plan_columns import plan_changes
from measures.domain.plan_rows import insert_measure, rewrite_measure, take_out_measure
from measures.enums import AdjustmentAct
from measures.models import Measure
from measures.reading import require
from measures.rules import EDIT_FIELDS
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.audit.actors import Actor
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation


@transaction.atomic
def add_measure(
    task: Task,
    *,
    actor: Actor,
    text: str,
    leader: User | None = None,
    co_leaders: Sequence[User] = (),
    lead_section: Section | None = None,
    support_sections: Sequence[Section] = (),
    owner: User | None = None,
    reason: str = "",
    paper: Paper | None = None,
    operation: Operation | None = None,
    **fields: Any,
) -> Measure:
    """A new measure at the end of its task, with its first MeasureState.

    Once the plan is approved it is an adjustment: `reason` and the `paper` that decided it.
    Raises NotAllowed, ValidationError (a person or section of another bureau included), Refused
    when the task is full or the frozen plan is changed without reason and decision.
    """
    inspection = task.inspection
    require_in(actor, Ability.EDIT_MEASURE, inspection.organization)
    refuse_archived(inspection)
    frozen = plan_is_frozen(inspection)
    if frozen:
        _refuse_undecided("新增措施", reason, paper)
    measure = insert_measure(
        task,
        {
            "text": text.strip(), "leader": leader, "co_leaders": co_leaders, "owner": owner,
            "lead_section": lead_section, "support_sections": support_sections, **fields,
        },
        actor=actor, operation=operation,
    )  # fmt: skip
    if frozen and paper is not None:
        record_adjustment(
            measure, AdjustmentAct.ADD, addition_in_words(measure.text), actor=actor,
            reason=reason, paper=paper, operation=operation,
        )  # fmt: skip
    return measure


@transaction.atomic
def edit_measure(
    measure: Measure,
    *,
    actor: Actor,
    version: int,
    values: dict[str, Any],
    reason: str = "",
    paper: Paper | None = None,
    operation: Operation | None = None,
) -> Measure:
    """Change text, people, deadline and the like; `co_leaders`/`support_sections` are sequences.

    After the plan was approved a change of what it says needs a reason and the paper that decided
    it, and is kept as an Adjustment; without a paper it is proposed (`adjustments`) and written
    when it is decided. Raises NotAllowed, StaleVersion, ValidationError, Refused (closed, no
    reason, no decision).
    """
    require(actor, Ability.EDIT_MEASURE, measure)
    refuse_closed(measure)
    unknown = set(values) - EDIT_FIELDS
    if unknown:
        raise ValueError(f"not editable here: {sorted(unknown)}")
    stored = refuse_overtaken(measure, version)
    changes = plan_changes(stored, values)
    if changes and plan_is_frozen(measure.inspection):
        _refuse_undecided("修改措施、时限或责任人", reason, paper)
        if paper is not None:
            record_adjustment(
                measure, AdjustmentAct.CHANGE, changes, actor=actor, reason=reason, paper=paper,
                operation=operation,
            )  # fmt: skip
    return rewrite_measure(measure, values, actor=actor, version=version, operation=operation)


@transaction.atomic
def remove_measure(
    measure: Measure,
    *,
    actor: Actor,
    version: int,
    reason: str,
    paper: Paper | None = None,
    operation: Operation | None = None,
) -> Measure:
    """Take a measure out of the plan: it is archived, never deleted, and what is pending on it
    becomes void. Raises NotAllowed, StaleVersion, Refused (closed, no reason, frozen without a
    decision)."""
    require(actor, Ability.EDIT_MEASURE, measure)
    refuse_closed(measure)
    refuse_overtaken(measure, version)
    if not reason.strip():
        raise Refused("请写明取消这条措施的理由。", field="reason")
    if plan_is_frozen(measure.inspection):
        _refuse_undecided("取消措施", reason, paper)
        if paper is not None:
            record_adjustment(
                measure, AdjustmentAct.REMOVE, removal_in_words(measure), actor=actor,
                reason=reason, paper=paper, operation=operation,
            )  # fmt: skip
    void_pending(measure, actor=actor, operation=operation)
    return take_out_measure(measure, actor=actor, version=version, operation=operation)


def _refuse_undecided(what: str, reason: str, paper: Paper | None) -> None:
    if not reason.strip():
        raise Refused(f"整改方案已审定：{what}属于措施调整，请写明理由。", field="reason")
    if paper is None:
        raise Refused(
            f"整改方案已审定：{what}须经审定。请登记已作出的决定，或提交分管领导审定。",
            field="decided_by_name",
        )
