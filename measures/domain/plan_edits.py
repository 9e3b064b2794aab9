"""What the office or a section saves about a measure: written at once, or asked to be decided.

Once the plan is approved each of these acts is an adjustment; whoever saves says whether the
leader is to decide it here or which paper has decided it already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from issues.models import Task
from measures.domain.adjustments import (
    plan_is_frozen,
    propose_addition,
    propose_change,
    propose_removal,
)
from measures.domain.guards import refuse_closed, refuse_overtaken
from measures.domain.measures import add_measure, edit_measure, remove_measure
from measures.domain.paper import Paper
from measures.domain.plan_columns import plan_changes, unpack
from measures.enums import AdjustmentAct, ApplicationState, Verdict
from measures.models import Adjustment, Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor


@dataclass(frozen=True)
class Asked:
    """Why the plan changes, and who decides: `propose` = the leader, else the `paper` has."""

    reason: str = ""
    propose: bool = False
    paper: Paper | None = None


@dataclass(frozen=True)
class Returned:
    """A proposal that came back: what it asked for, as values, and why it came back."""

    adjustment: Adjustment
    asked: dict[str, Any]
    comment: str


def returned_change(measure: Measure) -> Returned | None:
    """The last adjustment of the measure where it was returned to be mended."""
    last = measure.adjustments.order_by("-applied_at", "-pk").first()
    if last is None or last.state != ApplicationState.RETURNED or last.act != AdjustmentAct.CHANGE:
        return None
    decision = last.decisions.filter(verdict=Verdict.RETURNED).order_by("-pk").first()
    return Returned(last, unpack(last.values), decision.comment if decision else "")


@transaction.atomic
def save_new_measure(
    task: Task, *, actor: Actor, values: dict[str, Any], asked: Asked
) -> Measure | Adjustment:
    """The new measure, or the proposal of one. Raises what add_measure and propose_addition do."""
    if asked.propose and plan_is_frozen(task.inspection):
        return propose_addition(task, actor=actor, values=values, reason=asked.reason)
    return add_measure(task, actor=actor, **values, reason=asked.reason, paper=asked.paper)


@transaction.atomic
def save_measure(
    measure: Measure, *, actor: Actor, version: int, values: dict[str, Any], asked: Asked
) -> Adjustment | None:
    """Write what the plan does not say at once, and what it says as `asked`.

    Returns the proposal where there is one. Raises what edit_measure and propose_change do.
    """
    require(actor, Ability.EDIT_MEASURE, measure)
    refuse_closed(measure)
    changes = plan_changes(refuse_overtaken(measure, version), values)
    proposal = None
    if changes and asked.propose and plan_is_frozen(measure.inspection):
        planned = {name: values[name] for name in changes}
        proposal = propose_change(measure, actor=actor, values=planned, reason=asked.reason)
        values = {name: value for name, value in values.items() if name not in changes}
    edit_measure(measure, actor=actor, version=version, values=values, reason=asked.reason,
                 paper=asked.paper)  # fmt: skip
    return proposal


@transaction.atomic
def propose_edit(
    measure: Measure, *, actor: Actor, version: int, values: dict[str, Any], reason: str
) -> Adjustment:
    """A section's proposal about what it had before its eyes. Raises StaleVersion and what
    propose_change does."""
    require(actor, Ability.APPLY_CLOSURE, measure)
    refuse_overtaken(measure, version)
    return propose_change(measure, actor=actor, values=values, reason=reason)


@transaction.atomic
def save_removal(
    measure: Measure, *, actor: Actor, version: int, asked: Asked
) -> Adjustment | None:
    """Take the measure out of the plan, or propose to. Returns the proposal where there is one.

    Raises what remove_measure and propose_removal do."""
    if asked.propose and plan_is_frozen(measure.inspection):
        require(actor, Ability.APPLY_CLOSURE, measure)
        refuse_overtaken(measure, version)
        return propose_removal(measure, actor=actor, reason=asked.reason)
    remove_measure(measure, actor=actor, version=version, reason=asked.reason, paper=asked.paper)
    return None
