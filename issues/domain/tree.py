"""Creating and changing problem areas, issues and tasks. New nodes go last among their siblings."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from issues.domain.inspections import refuse_archived
from issues.models import Inspection, Issue, ProblemArea, Task
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation

Node = ProblemArea | Issue | Task
# One printed level holds at most this many siblings: a measure's place has three digits a level.
MOST_SIBLINGS = 999


@transaction.atomic
def add_area(
    inspection: Inspection,
    *,
    actor: Actor,
    title: str,
    operation: Operation | None = None,
    **fields: Any,
) -> ProblemArea:
    """A new 方面 at the end.

    Raises NotAllowed, ValidationError, Refused (the level is full, the inspection is archived).
    """
    require_in(actor, Ability.EDIT_TREE, inspection.organization)
    refuse_archived(inspection)
    position = _next(ProblemArea.objects.filter(inspection=inspection))
    return add(
        ProblemArea(inspection=inspection, position=position, title=title.strip(), **fields),
        actor=actor,
        organization=inspection.organization,
        action="area.create",
        operation=operation,
    )


@transaction.atomic
def add_issue(
    area: ProblemArea,
    *,
    actor: Actor,
    title: str,
    operation: Operation | None = None,
    **fields: Any,
) -> Issue:
    """A new 问题 at the end of its area. Raises as `add_area`."""
    inspection = area.inspection
    require_in(actor, Ability.EDIT_TREE, inspection.organization)
    refuse_archived(inspection)
    return add(
        Issue(
            inspection=inspection,
            area=area,
            position=_next(Issue.objects.filter(area=area)),
            title=title.strip(),
            **fields,
        ),
        actor=actor,
        organization=inspection.organization,
        action="issue.create",
        operation=operation,
    )


@transaction.atomic
def add_task(
    issue: Issue,
    *,
    actor: Actor,
    title: str = "",
    operation: Operation | None = None,
    **fields: Any,
) -> Task:
    """A new 任务; without a title the implicit one, of which an issue has at most one."""
    inspection = issue.inspection
    require_in(actor, Ability.EDIT_TREE, inspection.organization)
    refuse_archived(inspection)
    return add(
        Task(
            inspection=inspection,
            issue=issue,
            position=_next(Task.objects.filter(issue=issue)),
            title=title.strip(),
            **fields,
        ),
        actor=actor,
        organization=inspection.organization,
        action="task.create",
        operation=operation,
    )


@transaction.atomic
def edit_node(
    node: Node,
    *,
    actor: Actor,
    version: int,
    values: dict[str, Any],
    operation: Operation | None = None,
) -> Node:
    """Change a node's own columns.

    Raises NotAllowed, StaleVersion, ValidationError, Refused (the inspection is archived).
    """
    organization = node.inspection.organization
    require_in(actor, Ability.EDIT_TREE, organization)
    refuse_archived(node.inspection)
    return change(
        node,
        actor=actor,
        organization=organization,
        action=f"{_word(node)}.update",
        version=version,
        values=values,
        operation=operation,
    )


def _word(node: Node) -> str:
    return "area" if isinstance(node, ProblemArea) else node._meta.model_name or ""


def _next(siblings: Any) -> int:
    highest = siblings.aggregate(highest=Max("position"))["highest"] or 0
    if highest >= MOST_SIBLINGS:
        raise Refused(f"同一层级最多 {MOST_SIBLINGS} 项。")
    return int(highest) + 1
