"""Writing what the plan says of a measure: text, deadline, people and sections in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max

from issues.domain.tree import MOST_SIBLINGS
from issues.models import Task
from measures.domain.states import write_state
from measures.models import Measure, MeasureLeader, MeasureSupport
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clock import now

# Lists of a measure, and under which name an event keeps the keys of their rows.
LIST_KEYS = {"co_leaders": "co_leader_ids", "support_sections": "support_section_ids"}
# Foreign keys that keep the name at the time beside them.
SNAPSHOTS = {"leader": "leader_name", "lead_section": "lead_section_name", "owner": "owner_name"}


def place_of(task: Task, position: int) -> int:
    """The ledger order of a measure: area, issue, task and measure position, three digits each."""
    issue = task.issue
    place = issue.area.position
    for part in (issue.position, task.position, position):
        place = place * 1000 + part
    return place


def insert_measure(
    task: Task,
    values: dict[str, Any],
    *,
    actor: Actor,
    operation: Operation | None = None,
) -> Measure:
    """A new measure at the end of its task with its first MeasureState. `values` as edit_measure
    takes them. Raises ValidationError (a person or section of another bureau included), Refused
    when the task is full."""
    inspection = task.inspection
    organization = inspection.organization
    columns = dict(values)
    co_leaders = columns.pop("co_leaders", ())
    supports = columns.pop("support_sections", ())
    refuse_foreign(organization, values)
    position = _next_position(task)
    columns = {"leader": None, "lead_section": None, "owner": None} | columns
    measure = Measure(
        organization=organization, inspection=inspection, task=task, position=position,
        place=place_of(task, position), **_with_names(columns),
    )  # fmt: skip
    lists = {
        "co_leaders": [user.name for user in co_leaders],
        "support_sections": [section.name for section in supports],
    }
    add(measure, actor=actor, organization=organization, action="measure.create",
        operation=operation,
        also={name: (None, names) for name, names in lists.items() if names},
    )  # fmt: skip
    write_list(measure, "co_leaders", [(user.pk, user.name) for user in co_leaders])
    write_list(measure, "support_sections", [(row.pk, row.name) for row in supports])
    write_state(measure)
    return measure


def rewrite_measure(
    measure: Measure,
    values: dict[str, Any],
    *,
    actor: Actor,
    version: int,
    operation: Operation | None = None,
) -> Measure:
    """Write columns and lists of the plan. Raises StaleVersion, ValidationError."""
    organization = measure.inspection.organization
    refuse_foreign(organization, values)
    columns = dict(values)
    co_leaders = columns.pop("co_leaders", None)
    supports = columns.pop("support_sections", None)
    lists = _list_changes(measure, co_leaders, supports)
    change(measure, actor=actor, organization=organization, action="measure.update",
           version=version, values=_with_names(columns), operation=operation,
           also={name: (old, new) for name, (old, new) in lists.items()})  # fmt: skip
    if co_leaders is not None:
        write_list(measure, "co_leaders", [(user.pk, user.name) for user in co_leaders])
    if supports is not None:
        write_list(measure, "support_sections", [(row.pk, row.name) for row in supports])
    write_state(measure)
    return measure


def take_out_measure(
    measure: Measure, *, actor: Actor, version: int, operation: Operation | None = None
) -> Measure:
    """Archive the measure: it no longer counts, and every past day still shows it.

    Raises StaleVersion."""
    change(measure, actor=actor, organization=measure.inspection.organization,
           action="measure.archive", version=version, values={"archived_at": now()},
           operation=operation)  # fmt: skip
    write_state(measure)
    return measure


def refuse_foreign(organization: Organization, values: dict[str, Any]) -> None:
    """Raises ValidationError for a person or section of another bureau among the values."""
    _of_bureau(
        organization,
        [values.get("leader"), values.get("owner"), *values.get("co_leaders", ())],
        [values.get("lead_section"), *values.get("support_sections", ())],
    )


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
    """The lists that differ, by names for people and by keys for an undo (LIST_KEYS)."""
    found: dict[str, list[Any]] = {}
    for name, rows in (("co_leaders", co_leaders), ("support_sections", supports)):
        if rows is not None:
            found |= list_change(name, listed(measure, name), [(row.pk, row.name) for row in rows])
    return found


def listed(measure: Measure, name: str) -> list[tuple[int, str]]:
    """Key and name at the time of everybody in a list of the measure, in order."""
    if name == "co_leaders":
        return [(row.user_id, row.name) for row in measure.co_leads.all()]
    return [(row.section_id, row.name) for row in measure.supports.all()]


def list_change(
    name: str, before: Sequence[tuple[int, str]], after: Sequence[tuple[int, str]]
) -> dict[str, list[Any]]:
    """What an event says of a changed list; nothing where it did not change."""
    if list(before) == list(after):
        return {}
    return {
        name: [[word for _, word in before], [word for _, word in after]],
        LIST_KEYS[name]: [[key for key, _ in before], [key for key, _ in after]],
    }


def write_list(measure: Measure, name: str, rows: Sequence[tuple[int, str]]) -> None:
    """Put a list in place of what the measure has: keys with the names of their time."""
    if name == "co_leaders":
        measure.co_leads.all().delete()
        MeasureLeader.objects.bulk_create(
            MeasureLeader(measure=measure, user_id=key, name=word, position=position)
            for position, (key, word) in enumerate(rows, 1)
        )
        return
    measure.supports.all().delete()
    MeasureSupport.objects.bulk_create(
        MeasureSupport(measure=measure, section_id=key, name=word, position=position)
        for position, (key, word) in enumerate(rows, 1)
    )
