"""方案113条 → 现115条: what differs from the approved plan, and the decisions that explain it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from issues.models import Inspection
from measures.domain.plan_columns import words
from measures.enums import AdjustmentAct, ApplicationState, Nature
from measures.models import Adjustment, Decision, Extension, Measure, PlanBaseline
from measures.reading import Reading, reading
from measures.rules import PLAN_FIELDS
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.lib.chinese_dates import format_date

LABELS = {
    "text": "整改措施",
    "goal": "整改目标",
    "nature": "整改类型",
    "deadline_text": "整改时限",
    "due_on": "到期日",
    "leader": "责任领导",
    "co_leaders": "共同责任领导",
    "lead_section": "牵头科室",
    "support_sections": "配合科室",
    "owner": "责任人",
}
DEADLINES = frozenset({"deadline_text", "due_on"})
# Columns that only somebody who reads the measure wholly may read.
PERSONAL = frozenset({"owner"})


@dataclass(frozen=True)
class Column:
    """One column before and after, as people read it. `hidden`: not for this reader."""

    name: str
    label: str
    before: str
    after: str
    hidden: bool = False
    explained: bool = True


@dataclass(frozen=True)
class Explanation:
    """A granted adjustment or extension: `columns` are what it changed."""

    application: Adjustment | Extension
    decided_at: datetime
    columns: Sequence[Column]
    # {column: the value that it wrote, in words}; what came into being or went says so by `act`.
    wrote: Mapping[str, Any] = field(default_factory=dict)
    act: str = ""

    @property
    def is_extension(self) -> bool:
        return isinstance(self.application, Extension)

    @property
    def word(self) -> str:
        return "延期" if self.is_extension else "措施调整"

    @property
    def decisions(self) -> Sequence[Decision]:
        return list(self.application.decisions.all())


@dataclass(frozen=True)
class Difference:
    """One measure that was added, taken out or changed since the plan was approved.

    `told`: the reader may know reasons and decisions; only then `explained` says anything.
    """

    measure: Measure | None
    text: str
    columns: Sequence[Column] = ()
    explanations: Sequence[Explanation] = ()
    told: bool = True
    explained: bool = True

    @property
    def unexplained(self) -> list[str]:
        """Labels of the changed columns that no decision accounts for."""
        return [column.label for column in self.columns if not column.explained]

    @property
    def moves_deadline(self) -> bool:
        return any(column.name in DEADLINES for column in self.columns)


@dataclass(frozen=True)
class PlanDifference:
    """The approved plan against the measures of now, as far as the reader sees them.

    `partial`: only the reader's own measures, of the baseline too. before + added - removed = now.
    """

    baseline: PlanBaseline
    before: int
    now: int
    added: Sequence[Difference]
    removed: Sequence[Difference]
    changed: Sequence[Difference]
    partial: bool

    @property
    def deadlines(self) -> int:
        return sum(one.moves_deadline for one in self.changed)

    @property
    def unexplained(self) -> int:
        """How many differences no decision accounts for, among those whose reasons may be read."""
        rows = (*self.added, *self.removed, *self.changed)
        return sum(one.told and not one.explained for one in rows)

    @property
    def sentence(self) -> str:
        """方案113条 → 现115条：新增3条，取消1条，修改7条（其中时限4条）"""
        parts = []
        if self.added:
            parts.append(f"新增{len(self.added)}条")
        if self.removed:
            parts.append(f"取消{len(self.removed)}条")
        if self.changed:
            deadlines = f"（其中时限{self.deadlines}条）" if self.deadlines else ""
            parts.append(f"修改{len(self.changed)}条{deadlines}")
        said = "，".join(parts) or "与审定的方案一致"
        return f"方案{self.before}条 → 现{self.now}条：{said}"


def plan_difference(inspection: Inspection, user: User) -> PlanDifference | None:
    """Compare the baseline with the measures as they stand. None before the approval.

    At most ten queries, however many measures differ.
    """
    baseline = PlanBaseline.objects.filter(inspection=inspection).first()
    if baseline is None:
        return None
    rows: dict[str, dict[str, Any]] = {str(row["measure"]): row for row in baseline.rows}
    partial = inspection.organization_id not in user.access.whole(Ability.SEE_SUMMARY)
    measures = {
        measure.public_id.hex: measure
        for measure in Measure.objects.visible_to(user)
        .filter(inspection=inspection)
        .select_related("task__issue__area")
        .prefetch_related("co_leads", "supports")
        .in_order()
    }
    reasons = _explanations(inspection, user)
    added, removed, changed = [], [], []
    for mark, measure in measures.items():
        row, current = rows.get(mark), measure.archived_at is None
        why = reasons.get(measure.pk, [])
        parts = reading(user, measure)
        if row is None and current:
            added.append(_whole(measure, measure.text, why, parts, AdjustmentAct.ADD))
        elif row is not None and not current:
            removed.append(_whole(measure, row["text"], why, parts, AdjustmentAct.REMOVE))
        elif row is not None and (found := _changed(measure, row, why, parts)):
            changed.append(found)
    lost = [] if partial else [row for mark, row in rows.items() if mark not in measures]
    removed += [Difference(None, row["text"], explained=False) for row in lost]
    return PlanDifference(
        baseline=baseline,
        before=sum(mark in measures for mark in rows) + len(lost),
        now=sum(measure.archived_at is None for measure in measures.values()),
        added=added, removed=removed, changed=changed, partial=partial,
    )  # fmt: skip


def columns_in_words(changes: Mapping[str, Sequence[Any]], *, full: bool = True) -> list[Column]:
    """What an adjustment changes, {column: [before, after]}, in the order of the 一览表.

    `full`: the reader may read who the owner is."""
    ordered = [name for name in LABELS if name in changes]
    ordered += [name for name in changes if name not in LABELS]
    return [
        Column(name, LABELS.get(name, name), shown(name, changes[name][0]),
               shown(name, changes[name][1]), hidden=name in PERSONAL and not full)
        for name in ordered
    ]  # fmt: skip


def shown(name: str, value: Any) -> str:
    """A value in the words of `plan_columns` as it stands on a screen; "" for nothing."""
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    if name == "due_on" and value:
        return format_date(date.fromisoformat(str(value)))
    return str(value or "")


def present_words(measure: Measure, name: str) -> Any:
    """What the measure has in a column of the plan, in the words of `plan_columns`; names as they
    were kept with it. Asks nothing of the database where the lists are prefetched."""
    if name == "co_leaders":
        return [row.name for row in measure.co_leads.all()]
    if name == "support_sections":
        return [row.name for row in measure.supports.all()]
    if name in {"leader", "lead_section", "owner"}:
        return getattr(measure, f"{name}_name")
    return words(name, getattr(measure, name))


def _baseline_words(row: Mapping[str, Any], name: str) -> Any:
    return words(name, row[name]) if name == "nature" else row[name] or _nothing(name)


def _nothing(name: str) -> Any:
    return [] if name in {"co_leaders", "support_sections"} else ""


def _changed(
    measure: Measure, row: Mapping[str, Any], why: Sequence[Explanation], parts: Reading
) -> Difference | None:
    """The columns that differ from the baseline's row; a column that it lacks is not compared."""
    columns = []
    for name in LABELS:
        if name not in PLAN_FIELDS or name not in row:
            continue
        before, after = _baseline_words(row, name), present_words(measure, name)
        if before == after:
            continue
        last = next((one for one in reversed(why) if name in one.wrote), None)
        columns.append(
            Column(
                name, LABELS[name], shown(name, before), shown(name, after),
                hidden=name in PERSONAL and Reading.FULL not in parts,
                explained=last is not None and last.wrote[name] == after,
            )
        )  # fmt: skip
    if not columns:
        return None
    touching = {column.name for column in columns}
    return Difference(
        measure, measure.text, columns,
        [_for_reader(one, parts) for one in why if touching & one.wrote.keys()],
        told=Reading.RESULT in parts,
        explained=all(column.explained for column in columns),
    )  # fmt: skip


def _whole(
    measure: Measure, text: str, why: Sequence[Explanation], parts: Reading, act: AdjustmentAct
) -> Difference:
    """A measure that came or went as a whole: explained by the adjustment that did it."""
    return Difference(
        measure, text, explanations=[_for_reader(one, parts) for one in why],
        told=Reading.RESULT in parts, explained=any(one.act == act for one in why),
    )  # fmt: skip


def _for_reader(one: Explanation, parts: Reading) -> Explanation:
    if Reading.FULL in parts:
        return one
    columns = [
        Column(column.name, column.label, "", "", hidden=True)
        if column.name in PERSONAL else column
        for column in one.columns
    ]  # fmt: skip
    return Explanation(one.application, one.decided_at, columns, one.wrote, one.act)


def _explanations(inspection: Inspection, user: User) -> dict[int, list[Explanation]]:
    """What was granted since, by measure, in the order in which it took effect."""
    adjustments = (
        Adjustment.objects.visible_to(user)
        .filter(inspection=inspection, measure__isnull=False, state=ApplicationState.ACCEPTED)
        .prefetch_related("decisions")
    )
    extensions: Iterable[Extension] = (
        Extension.objects.visible_to(user)  # type: ignore[assignment]  # of the shared queryset
        .filter(measure__inspection=inspection, state=ApplicationState.ACCEPTED)
        .prefetch_related("decisions")
    )
    found: dict[int, list[Explanation]] = {}
    for adjustment in adjustments:
        if adjustment.measure_id is not None:
            found.setdefault(adjustment.measure_id, []).append(_of_adjustment(adjustment))
    for extension in extensions:
        found.setdefault(extension.measure_id, []).append(_of_extension(extension))
    for rows in found.values():
        rows.sort(key=lambda one: (one.decided_at, one.application.pk))
    return found


def _of_adjustment(adjustment: Adjustment) -> Explanation:
    change = adjustment.act == AdjustmentAct.CHANGE
    wrote = {name: pair[1] for name, pair in adjustment.changes.items()} if change else {}
    columns = columns_in_words(adjustment.changes) if change else []
    return Explanation(adjustment, _decided_at(adjustment), columns, wrote, adjustment.act)


def _of_extension(extension: Extension) -> Explanation:
    pairs: dict[str, list[Any]] = {}
    if extension.new_due_on is not None:
        pairs["deadline_text"] = [extension.old_deadline_text, extension.new_deadline_text]
        pairs["due_on"] = [words("due_on", extension.old_due_on),
                           words("due_on", extension.new_due_on)]  # fmt: skip
    if extension.long_term:
        pairs["nature"] = ["", Nature.LONG_TERM.label]
    wrote = {name: pair[1] for name, pair in pairs.items()}
    return Explanation(extension, _decided_at(extension), columns_in_words(pairs), wrote)


def _decided_at(application: Adjustment | Extension) -> datetime:
    """When the last decision was recorded: that is when the application took effect."""
    moments = [decision.created_at for decision in application.decisions.all()]
    return max(moments, default=application.applied_at)
