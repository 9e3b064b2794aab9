"""Creating measures and changing what the plan says of them."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from issues.domain.inspections import ARCHIVED, refuse_archived
from issues.domain.tree import MOST_SIBLINGS
from issues.models import Task
from measures.domain.states import write_state
from measures.enums import ApplicationState
from measures.models import Adjustment, Measure, MeasureLeader, MeasureSupport, PlanBaseline
from measures.reading import require
from measures.rules import EDIT_FIELDS, PLAN_FIELDS
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.audit.models import Operation
from rectify.lib.clock import now

# Foreign keys that keep the name at the time beside them.
SNAPSHOTS = {"leader": "leader_name", "lead_section": "lead_section_name", "owner": "owner_name"}


def place_of(task: Task, position: int) -> int:
    """The ledger order of a measure: area, issue, task and measure position, three digits each."""
    issue = task.issue
    place = issue.area.position
    for part in (issue.position, task.position, position):
        place = place * 1000 + part
    return place


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
    operation: Operation | None = None,
    **fields: Any,
) -> Measure:
    """A new measure at the end of its task, with its first MeasureState.

    Raises NotAllowed, ValidationError (a person or section of another bureau included), Refused
    when the task is full or its inspection's plan is frozen without the reason of an adjustment.
    """
    inspection = task.inspection
    organization = inspection.organization
    require_in(actor, Ability.EDIT_MEASURE, organization)
    refuse_archived(inspection)
    _of_bureau(organization, [leader, owner, *co_leaders], [lead_section, *support_sections])
    reason = str(fields.pop("reason", ""))
    frozen = PlanBaseline.objects.filter(inspection=inspection).exists()
    if frozen and not reason:
        raise Refused("整改方案已审定：新增措施属于措施调整，请写明理由。", field="reason")
    position = _next_position(task)
    measure = Measure(
        organization=organization, inspection=inspection, task=task, position=position,
        place=place_of(task, position), text=text.strip(),
        **_with_names({"leader": leader, "lead_section": lead_section, "owner": owner}),
        **fields,
    )  # fmt: skip
    lists = {
        "co_leaders": [user.name for user in co_leaders],
        "support_sections": [section.name for section in support_sections],
    }
    add(measure, actor=actor, organization=organization, action="measure.create",
        operation=operation,
        also={name: (None, names) for name, names in lists.items() if names},
    )  # fmt: skip
    _set_co_leaders(measure, co_leaders)
    _set_supports(measure, support_sections)
    write_state(measure)
    if frozen:
        _adjustment(measure, {"text": [None, measure.text]}, reason, actor)
    return measure


@transaction.atomic
def edit_measure(
    measure: Measure,
    *,
    actor: Actor,
    version: int,
    values: dict[str, Any],
    reason: str = "",
    operation: Operation | None = None,
) -> Measure:
    """Change text, people, deadline and the like; `co_leaders`/`support_sections` are sequences.

    After the plan was approved a change of what it says needs a reason and is kept as an
    Adjustment. Raises NotAllowed, StaleVersion, ValidationError, Refused (closed, no reason).
    """
    require(actor, Ability.EDIT_MEASURE, measure)
    refuse_closed(measure)
    unknown = set(values) - EDIT_FIELDS
    if unknown:
        raise ValueError(f"not editable here: {sorted(unknown)}")
    stored = refuse_overtaken(measure, version)
    organization = measure.inspection.organization
    _of_bureau(
        organization,
        [values.get("leader"), values.get("owner"), *values.get("co_leaders", ())],
        [values.get("lead_section"), *values.get("support_sections", ())],
    )
    columns = dict(values)
    co_leaders = columns.pop("co_leaders", None)
    supports = columns.pop("support_sections", None)
    columns = _with_names(columns)
    lists = _list_changes(measure, co_leaders, supports)
    plan_changes = _plan_changes(stored, columns) | lists
    if plan_changes and PlanBaseline.objects.filter(inspection=measure.inspection_id).exists():
        if not reason.strip():
            raise Refused("整改方案已审定：修改措施、时限或责任人属于措施调整，请写明理由。",
                          field="reason")  # fmt: skip
        _adjustment(measure, plan_changes, reason, actor)
    change(measure, actor=actor, organization=organization, action="measure.update",
           version=version, values=columns, operation=operation,
           also={name: (old, new) for name, (old, new) in lists.items()})  # fmt: skip
    if co_leaders is not None:
        _set_co_leaders(measure, co_leaders)
    if supports is not None:
        _set_supports(measure, supports)
    write_state(measure)
    return measure


def _with_names(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns with the name at the time beside every person and section among them."""
    names = {
        snapshot: columns[name].name if columns[name] else ""
        for name, snapshot in SNAPSHOTS.items()
        if name in columns
    }
    return {**columns, **names}


def _next_position(task: Task) -> int:
    highest = Measure.objects.filter(task=task).aggregate(top=Max("position"))["top"] or 0
    if highest >= MOST_SIBLINGS:
        raise Refused(f"同一任务最多 {MOST_SIBLINGS} 条措施。")
    return int(highest) + 1


@transaction.atomic
def refuse_closed(measure: Measure) -> None:
    """Raises Refused for a measure that is closed, or archived by itself or with its inspection.

    Asks the row, locked until the transaction ends, not the object that was loaded before it.
    """
    rows = Measure.objects.select_for_update(of=("self",)).select_related("inspection")
    stored = rows.only("closed_at", "archived_at", "inspection__archived_at").get(pk=measure.pk)
    if stored.closed_at is not None:
        raise Refused("该措施已销号，内容只读。如需修改，请先办理退回或重新启动。")
    if stored.archived_at is not None:
        raise Refused("该措施已归档，内容只读。")
    if stored.inspection.archived_at is not None:
        raise Refused(ARCHIVED)


def refuse_overtaken(measure: Measure, version: int) -> Measure:
    """The measure as it stands. Raises StaleVersion where that is no longer `version`.

    Asked before any rule, which would judge a change that nobody asked for.
    """
    stored = Measure.objects.get(pk=measure.pk)
    if stored.version != version:
        raise StaleVersion(stored)
    return stored


def _of_bureau(
    organization: Organization, people: Sequence[User | None], sections: Sequence[Section | None]
) -> None:
    wanted_people = {user.pk for user in people if user is not None}
    known = set(
        User.objects.of_organization(organization)
        .filter(pk__in=wanted_people)
        .values_list("pk", flat=True)
    ) if wanted_people else set()  # fmt: skip
    if wanted_people - known:
        raise ValidationError("所选人员不属于本单位，请重新选择。", code="foreign")
    if any(s is not None and s.organization_id != organization.pk for s in sections):
        raise ValidationError("所选科室不属于本单位，请重新选择。", code="foreign")


def _list_changes(
    measure: Measure, co_leaders: Sequence[User] | None, supports: Sequence[Section] | None
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    if co_leaders is not None:
        before = [row.name for row in measure.co_leads.all()]
        if before != (after := [user.name for user in co_leaders]):
            found["co_leaders"] = [before, after]
    if supports is not None:
        before = [row.name for row in measure.supports.all()]
        if before != (after := [section.name for section in supports]):
            found["support_sections"] = [before, after]
    return found


def _plan_changes(stored: Measure, columns: dict[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name in PLAN_FIELDS & set(columns):
        before, after = getattr(stored, name), columns[name]
        if before != after:
            found[name] = [str(before or ""), str(after or "")]
    return found


def _adjustment(
    measure: Measure, changes: dict[str, list[Any]], reason: str, actor: Actor
) -> Adjustment:
    row = Adjustment(
        inspection_id=measure.inspection_id,
        measure=measure,
        changes=changes,
        reason=reason.strip(),
        state=ApplicationState.ACCEPTED,
        applied_by=person(actor),
        applied_by_name=actor.name,
        applied_at=now(),
    )
    return add(row, actor=actor, organization=measure.inspection.organization,
               action="adjustment.create", label=str(measure))  # fmt: skip


def _set_co_leaders(measure: Measure, users: Sequence[User]) -> None:
    measure.co_leads.all().delete()
    MeasureLeader.objects.bulk_create(
        MeasureLeader(measure=measure, user=user, name=user.name, position=position)
        for position, user in enumerate(users, 1)
    )


def _set_supports(measure: Measure, sections: Sequence[Section]) -> None:
    measure.supports.all().delete()
    MeasureSupport.objects.bulk_create(
        MeasureSupport(measure=measure, section=section, name=section.name, position=position)
        for position, section in enumerate(sections, 1)
    )
