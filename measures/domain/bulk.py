"""Setting the same on many measures at once: what would change, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from measures.domain.bulk_words import before_words, label_of, value_words
from measures.domain.latest import latest_changes
from measures.domain.measures import edit_measure
from measures.domain.paper import Paper
from measures.domain.reporting import report
from measures.enums import Status
from measures.exceptions import RowsRefused
from measures.models import Measure
from measures.models.measure import MeasureQuerySet
from measures.rules import transition
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section
from rectify.audit.actors import Actor
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.audit.models import Operation
from rectify.lib.clock import today

# How many measures the browser may change in one step.
MOST_ROWS = 200
KIND = "bulk_edit"
_LONGEST_REASON = 500


class SupportWay(StrEnum):
    """What is done with the chosen supporting sections."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"

    @property
    def label(self) -> str:
        return {"add": "增加", "replace": "改为", "remove": "去掉"}[self.value]


@dataclass(frozen=True)
class Wanted:
    """What is to hold of every chosen measure. `columns` as `edit_measure` takes them, without
    lists; `supports` None leaves the supporting sections alone; `status` "" leaves the status."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    supports: Sequence[Section] | None = None
    support_way: SupportWay = SupportWay.ADD
    status: str = ""
    completed_on: date | None = None
    reason: str = ""
    paper: Paper | None = None

    def in_words(self) -> str:
        """What was asked, for the list of operations."""
        said = [f"{label_of(name)}：{value_words(name, value)}"
                for name, value in self.columns.items()]  # fmt: skip
        if self.supports is not None:
            said.append(f"配合科室{self.support_way.label}：{value_words('', self.supports)}")
        if self.status:
            said.insert(0, f"完成状态：{Status(self.status).label}")
        if self.reason:
            said.append(f"理由：{self.reason}")
        return "；".join(said)[:_LONGEST_REASON]


@dataclass(frozen=True)
class Cell:
    """One column of one row: before and after as words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """What would happen to one measure. Neither cells nor refusal: it stays as it is."""

    measure: Measure
    cells: Sequence[Cell]
    refusal: str = ""


def with_all_for_bulk(rows: MeasureQuerySet) -> MeasureQuerySet:
    """The measures with everything that a preview reads, in a fixed number of queries."""
    return (
        rows.select_related("inspection__organization", "disclosure_approver", "leader")
        .prefetch_related("supports__section", "co_leads__user")
        .in_order()
    )


def rehearse(measures: Sequence[Measure], wanted: Wanted) -> list[Row]:
    """What `bulk_edit` would do to each measure (from `with_all_for_bulk`). No query.

    A refusal here spares the person a refused attempt; the rules themselves stand in the domain
    functions that `bulk_edit` calls.
    """
    return [_row(measure, wanted) for measure in measures]


@transaction.atomic
def bulk_edit(
    inspection: Inspection, *, actor: Actor, versions: Mapping[UUID, int], wanted: Wanted
) -> Operation:
    """Change all measures named by `versions` (public id → the version that was previewed).

    All or nothing: one Operation, each row through `edit_measure` and `report`. Raises NotAllowed,
    Refused (archived, too many, another inspection's measure, nothing to change) and RowsRefused
    with every row that somebody changed since, or that a rule refuses.
    """
    require_in(actor, Ability.EDIT_MEASURE, inspection.organization)
    refuse_archived(inspection)
    refuse_too_many(len(versions))
    rows = Measure.objects.filter(inspection=inspection, public_id__in=list(versions))
    measures = list(with_all_for_bulk(rows).select_for_update(of=("self",)))
    if len(measures) != len(versions):
        raise Refused("所选措施中有的不属于本次巡察，没有修改任何一条。请回到台账重新选择。")
    _refuse_overtaken(measures, versions)
    changing = [row.measure for row in rehearse(measures, wanted) if row.cells or row.refusal]
    if not changing:
        raise Refused("所选措施都已经是这样，没有需要修改的内容。")
    operation = begin(
        actor=actor, organization=inspection.organization, kind=KIND, reason=wanted.in_words()
    )
    refused = [
        (measure, why)
        for measure in changing
        if (why := _change_one(measure, wanted, actor, operation))
    ]
    if refused:
        raise RowsRefused(f"有{len(refused)}条不能这样修改，没有保存任何一条。", refused)
    return operation


def refuse_too_many(count: int) -> None:
    """Raises Refused beyond MOST_ROWS, or for none."""
    if not count:
        raise Refused("请先在台账里勾选要修改的措施。")
    if count > MOST_ROWS:
        raise Refused(
            f"一次最多修改 {MOST_ROWS} 条措施，现在选了 {count} 条。"
            "请用筛选条件缩小范围，分几次修改。"
        )


def _refuse_overtaken(measures: Sequence[Measure], versions: Mapping[UUID, int]) -> None:
    late = [one for one in measures if one.version != versions[one.public_id]]
    if late:
        said = latest_changes(late)
        raise RowsRefused(
            f"预览之后有{len(late)}条措施被他人修改，没有保存任何一条。",
            [(one, said.get(one.pk, "已被他人修改")) for one in late],
            overtaken=True,
        )


def _change_one(measure: Measure, wanted: Wanted, actor: Actor, operation: Operation) -> str:
    """Change one row through the functions that change any row; why not, or ""."""
    columns, step = _columns(measure, wanted), _step(measure, wanted)
    try:
        if columns:
            edit_measure(
                measure, actor=actor, version=measure.version, values=columns,
                reason=wanted.reason, paper=wanted.paper, operation=operation,
            )  # fmt: skip
        if step:
            report(measure, actor=actor, version=measure.version, values=step,
                   reason=wanted.reason, operation=operation)  # fmt: skip
    except StaleVersion:
        return "刚刚被他人修改"
    except Refused as error:
        return error.message
    except ValidationError as error:
        return "".join(error.messages)
    return ""


def _row(measure: Measure, wanted: Wanted) -> Row:
    after = _step(measure, wanted)
    if after.get("status") == Status.COMPLETED:
        after.setdefault("completed_on", today())
    elif after and measure.completed_on is not None:
        after["completed_on"] = None
    after |= _columns(measure, wanted)
    cells = [
        Cell(label_of(name), before_words(measure, name), value_words(name, value))
        for name, value in after.items()
    ]
    why = _refusal(measure, wanted) if cells else ""
    return Row(measure, cells if not why else [], why)


def _refusal(measure: Measure, wanted: Wanted) -> str:
    if measure.closed_at is not None:
        return "已销号，内容只读"
    if measure.archived_at is not None:
        return "已取消，内容只读"
    if not wanted.status or wanted.status == measure.status:
        return ""
    before, after = Status(measure.status), Status(wanted.status)
    step = transition(before, after)
    if step is None:
        return f"不能由“{before.label}”直接改为“{after.label}”"
    if step.needs_reason and not wanted.reason:
        return f"由“{before.label}”退回“{after.label}”须写明理由"
    return ""


def _step(measure: Measure, wanted: Wanted) -> dict[str, Any]:
    """What `report` is to write: nothing where the status is already so."""
    if not wanted.status or wanted.status == measure.status:
        return {}
    step: dict[str, Any] = {"status": wanted.status}
    if wanted.completed_on is not None and wanted.status == Status.COMPLETED:
        step["completed_on"] = wanted.completed_on
    return step


def _columns(measure: Measure, wanted: Wanted) -> dict[str, Any]:
    """What `edit_measure` is to write: only what differs, with what follows from it."""
    columns = {
        name: value for name, value in wanted.columns.items() if _differs(measure, name, value)
    }
    before = [row.section for row in measure.supports.all()]
    after = _supports(measure, wanted, before)
    if after != before:
        columns["support_sections"] = after
    leader = columns.get("leader")
    co_leaders = [row.user for row in measure.co_leads.all()]
    if leader is not None and leader in co_leaders:  # who leads is not listed beside the leader
        columns["co_leaders"] = [user for user in co_leaders if user != leader]
    return columns


def _supports(measure: Measure, wanted: Wanted, before: Sequence[Section]) -> list[Section]:
    """The supporting sections as they would be; the section that leads is never among them."""
    after = list(before)
    if wanted.supports is not None:
        chosen = list(wanted.supports)
        if wanted.support_way == SupportWay.REPLACE:
            after = chosen
        elif wanted.support_way == SupportWay.REMOVE:
            after = [one for one in after if one not in chosen]
        else:
            after += [one for one in chosen if one not in after]
    elif "lead_section" not in wanted.columns:
        return after
    lead = measure.lead_section_id
    if "lead_section" in wanted.columns:
        lead = getattr(wanted.columns["lead_section"], "pk", None)
    return [one for one in after if one.pk != lead]


def _differs(measure: Measure, name: str, value: Any) -> bool:
    column = Measure._meta.get_field(name)
    if isinstance(column, models.ForeignKey):
        return bool(getattr(measure, column.attname) != getattr(value, "pk", None))
    return bool(getattr(measure, name) != value)
