"""撤销: putting every measure that one operation changed back as it was, from the audit log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import models, transaction

from issues.domain.inspections import refuse_archived
from measures.domain.history import told
from measures.domain.latest import events_of, moves, sentence_of
from measures.domain.plan_rows import (
    LIST_KEYS,
    list_change,
    listed,
    take_out_measure,
    write_list,
)
from measures.domain.states import write_state
from measures.enums import ApplicationState
from measures.exceptions import Overtaken, RowsRefused
from measures.models import Adjustment, ClosureApplication, Extension, Measure
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import change
from rectify.audit.domain.operations import begin, mark_undone
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event, Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.chinese_dates import format_date
from rectify.lib.shanghai import day_of

KIND = "undo"
# Kinds of operations that change measures and nothing that could not be put back.
UNDOABLE = frozenset({"bulk_edit"})
_PENDING = ((ClosureApplication, "销号"), (Extension, "延期"), (Adjustment, "措施调整"))


@dataclass(frozen=True)
class Former:
    """One measure as it was before the operation. `columns` by name, `lists` key and name of
    each in order; `created`: it was not there. `obstacles`: what stands against it, in words."""

    measure: Measure
    columns: Mapping[str, Any]
    lists: Mapping[str, Sequence[tuple[int, str]]]
    created: bool
    obstacles: Sequence[str]


def former_states(operation: Operation, *, lock: bool = False) -> list[Former]:
    """Every measure of the operation as it was before, in the order of the ledger.

    Ten queries, and two more where somebody changed one since. `lock`: hold the rows until the
    transaction ends.
    """
    own = Event.objects.filter(operation=operation, object_type="measure", success=True)
    by_key = {
        int(key): list(events)
        for key, events in groupby(
            sorted(own.order_by("seq"), key=lambda one: int(one.object_id)),
            key=lambda one: one.object_id,
        )
    }
    rows = Measure.objects.filter(pk__in=list(by_key)).select_related("inspection__organization")
    rows = rows.select_related("leader").prefetch_related("supports", "co_leads").in_order()
    measures = list(rows.select_for_update(of=("self",)) if lock else rows)
    against = _obstacles(measures, by_key)
    read = _Reader(event for events in by_key.values() for event in events)
    return [
        Former(
            measure=measure,
            columns=read.columns(by_key[measure.pk]),
            lists=read.lists(by_key[measure.pk]),
            created=any(one.action == "measure.create" for one in by_key[measure.pk]),
            obstacles=against.get(measure.pk, []),
        )
        for measure in measures
    ]


def why_not_undo(operation: Operation) -> str:
    """Why the operation as a whole cannot be undone, as a sentence; "" = it can."""
    if operation.kind == KIND:
        return "撤销本身不能再撤销；如需恢复，请重新修改。"
    if operation.kind not in UNDOABLE:
        return "这类操作不能撤销。"
    if operation.undone_by is not None:
        by = operation.undone_by
        return f"这次修改已由{by.actor_name}于{format_date(day_of(by.at))}撤销，不能再次撤销。"
    return ""


@transaction.atomic
def undo(operation: Operation, *, actor: Actor, skip: Collection[UUID] = ()) -> Operation:
    """Put every measure of the operation back as it was before it, as one operation of its own.

    What somebody changed since is left alone and must be named by `skip` (public ids), so that
    nobody leaves a row behind unknowingly. An adjustment that the operation made stays on record
    as void. There is no limit of time; an operation is undone once. Raises NotAllowed, Overtaken
    (undone by somebody else), Refused (no such kind, archived, nothing left to undo) and
    RowsRefused with each row that was changed since and is not skipped.
    """
    organization = operation.organization
    if organization is None:
        raise Refused("这类操作不能撤销。")
    require_in(actor, Ability.EDIT_MEASURE, organization)
    stored = Operation.objects.select_related("undone_by").get(pk=operation.pk)
    if why := why_not_undo(stored):
        raise (Overtaken if stored.undone_by else Refused)(why)
    by = begin(
        actor=actor, organization=organization, kind=KIND,
        reason=f"撤销{stored.actor_name}{format_date(day_of(stored.at))}的修改（{stored.reason}）"[:500],
    )  # fmt: skip
    if not mark_undone(stored, by=by):
        raise Overtaken("这次修改刚刚已被他人撤销，请刷新查看。")
    formers = former_states(stored, lock=True)
    for inspection in {former.measure.inspection for former in formers}:
        refuse_archived(inspection)
    against = [former for former in formers if former.obstacles]
    unnamed = [one for one in against if one.measure.public_id not in skip]
    if unnamed:
        raise RowsRefused(
            f"有{len(against)}条措施在这次修改之后又有变动，没有撤销任何一条。",
            [(one.measure, "；".join(one.obstacles)) for one in against], overtaken=True,
        )  # fmt: skip
    restored = [former for former in formers if not former.obstacles]
    if not restored:
        raise Refused("这次修改的措施之后都有变动，没有可以撤销的。请在各条措施里修改。")
    left = {former.measure.pk: former.measure.leader for former in restored if _stepped(former)}
    for former in restored:
        _put_back(former, actor, by)
    _void_adjustments(stored, [former.measure for former in restored], actor, by)
    _tell_leaders([leader for leader in left.values() if leader is not None], actor, by, restored)
    return by


def _put_back(former: Former, actor: Actor, operation: Operation) -> None:
    measure = former.measure
    if former.created:
        take_out_measure(measure, actor=actor, version=measure.version, operation=operation)
        return
    also: dict[str, Any] = {}
    for name, rows in former.lists.items():
        also |= list_change(name, listed(measure, name), rows)
    change(measure, actor=actor, organization=measure.inspection.organization,
           action="measure.undo", version=measure.version, values=dict(former.columns),
           also=also, operation=operation)  # fmt: skip
    for name, rows in former.lists.items():
        write_list(measure, name, rows)
    write_state(measure)


def _void_adjustments(
    operation: Operation, measures: Sequence[Measure], actor: Actor, by: Operation
) -> None:
    made = Event.objects.filter(operation=operation, action="adjustment.create")
    keys = [int(key) for key in made.values_list("object_id", flat=True)]
    for row in Adjustment.objects.filter(pk__in=keys, measure__in=measures):
        change(row, actor=actor, organization=by.organization, action="adjustment.void",
               version=row.version, values={"state": ApplicationState.VOIDED},
               label=str(row), operation=by)  # fmt: skip


def _stepped(former: Former) -> bool:
    return "status" in former.columns


def _tell_leaders(
    leaders: Sequence[User], actor: Actor, by: Operation, restored: Sequence[Former]
) -> None:
    """Who was told of a new status is told that it was taken back: one message for each."""
    inspection = restored[0].measure.inspection
    for leader in {one.pk: one for one in leaders if one != actor}.values():
        count = sum(one == leader for one in leaders)
        tell(
            key=f"undo:{by.pk}",
            organization=inspection.organization,
            recipient=leader,
            subject=f"{count}条措施的状态修改已撤销",
            body=f"{by.actor_name}撤销了一次批量修改，由您负责的{count}条措施恢复为原来的状态。",
            link=f"/inspections/{inspection.public_id}/ledger/",
        )


def _obstacles(
    measures: Sequence[Measure], own: Mapping[int, Sequence[Event]]
) -> dict[int, list[str]]:
    """What somebody did to each measure since: who, when and what. At most six queries."""
    found: dict[int, list[str]] = {}
    last = {key: events[-1].seq for key, events in own.items()}
    ids = {event.pk for events in own.values() for event in events}
    later = [
        event
        for event in events_of(measures)
        if moves(event) and event.pk not in ids and event.seq > last[int(event.object_id)]
    ]
    for event, happening in zip(later, told(later), strict=True):
        found.setdefault(int(event.object_id), []).append(sentence_of(happening))
    since = {events[-1].operation_id: events[-1].at for events in own.values()}
    for model, word in _PENDING:
        rows: Any = model._default_manager.filter(
            measure__in=measures, state__in=ApplicationState.pending(),
            applied_at__gte=min(since.values()),
        ) if since else ()  # fmt: skip
        for row in rows:
            found.setdefault(row.measure_id, []).append(
                f"{row.applied_by_name}于{format_date(day_of(row.applied_at))}"
                f"提出了{word}申请，正在办理"
            )
    for measure in measures:
        if measure.closed_at is not None or measure.archived_at is not None:
            word = "已销号" if measure.closed_at is not None else "已取消"
            found.setdefault(measure.pk, []).append(f"{word}，内容只读")
    return found


class _Reader:
    """Reads from events what the columns and lists of a measure were before them."""

    def __init__(self, events: Any) -> None:
        people: set[Any] = set()
        sections: set[Any] = set()
        for event in events:
            for name, (before, _) in event.changes.items():
                column = _column(name)
                if isinstance(column, models.ForeignKey):
                    (people if column.related_model is User else sections).add(before)
        self._rows: dict[Any, Mapping[Any, Any]] = {
            User: User.objects.in_bulk(people - {None}),
            Section: Section.objects.in_bulk(sections - {None}),
        }

    def columns(self, events: Sequence[Event]) -> dict[str, Any]:
        """Each changed column as it was before the first event that changed it."""
        before: dict[str, Any] = {}
        for event in events:
            for name, (old, _) in event.changes.items():
                column = _column(name)
                if column is not None and event.action != "measure.create":
                    before.setdefault(column.name, self._value(column, old))
        return before

    def lists(self, events: Sequence[Event]) -> dict[str, list[tuple[int, str]]]:
        before: dict[str, list[tuple[int, str]]] = {}
        for event in events:
            for name, keys in LIST_KEYS.items():
                if keys in event.changes and event.action != "measure.create":
                    pairs = zip(event.changes[keys][0], event.changes[name][0], strict=True)
                    before.setdefault(name, list(pairs))
        return before

    def _value(self, column: models.Field[Any, Any], stored: Any) -> Any:
        if isinstance(column, models.ForeignKey):
            return None if stored is None else self._rows[column.related_model][stored]
        return column.to_python(stored)


def _column(name: str) -> models.Field[Any, Any] | None:
    """The column of a measure that an event calls so: by its name or that of its key."""
    for column in Measure._meta.concrete_fields:
        if name in (column.name, column.attname):
            return column
    return None
