"""The 一览表 as a sheet: default columns of product.md §7, one line per measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from issues.enums import Level
from issues.models import Inspection
from measures.domain.conditions import counted
from measures.domain.figures import Headline, headline
from measures.domain.moment import Moment, moment_of
from measures.domain.outcome_figures import OutcomeFigures, outcome_figures
from measures.domain.rollup import Tree, tree
from measures.enums import Nature, Status
from measures.models import Measure
from measures.models.measure import MeasureQuerySet
from measures.reading import Reading, reading
from rectify.accounts.models import Section, User
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import now, today
from rectify.lib.money import format_yuan
from rectify.lib.shanghai import day_of
from reports.rendering.sheet import Column, Sheet, Summary, SummarySection, write_workbook

STATUS_COLOURS = {
    Status.COMPLETED.label: "#DDEFE3",
    Status.BASICALLY_DONE.label: "#DCE9F7",
    Status.IN_PROGRESS.label: "#FFF4D6",
    Status.NOT_STARTED.label: "#EDEFF2",
}

COLUMNS: tuple[Column, ...] = (
    Column("number", "序号", 5, "int"),
    Column("area", "方面", 14, group_header="巡察反馈", merge_by="area_key"),
    Column("issue", "反馈问题", 18, group_header="巡察反馈", merge_by="issue_key"),
    Column("task", "问题表现", 18, group_header="巡察反馈", merge_by="task_key"),
    Column("goal", "整改目标", 16, group_header="整改方案"),
    Column("text", "整改措施", 34, group_header="整改方案"),
    Column("leader", "责任领导", 12, group_header="责任分工", merge_by="task_key", centred=True),
    Column("lead_section", "牵头科室", 11, group_header="责任分工", centred=True),
    Column("support_sections", "配合科室", 11, group_header="责任分工", centred=True),
    Column("owner", "责任人", 11, group_header="责任分工", centred=True),
    Column("deadline", "整改时限", 13, group_header="整改方案", centred=True),
    Column("nature", "整改类型", 9, group_header="整改方案", centred=True,
           choices=tuple(Nature.labels)),
    Column("result", "整改情况", 40, group_header="落实情况"),
    Column("status", "完成状态", 9, "status", group_header="落实情况"),
    Column("completed_on", "完成时间", 12, "date", group_header="落实情况"),
    Column("evidence", "佐证材料", 20, group_header="落实情况"),
    Column("remark", "备注", 14),
    Column("id", "编号", 34, "id", hidden=True),
)  # fmt: skip


def write_ledger(
    inspection: Inspection,
    path: Path,
    *,
    measure_ids: Sequence[int] | None = None,
    as_of: date | None = None,
    user: User | None = None,
    printed_by: str = "系统",
) -> int:
    """Write the ledger to an .xlsx file; returns the number of measure rows.

    `measure_ids` narrows the rows (what a filter shows), None = all that `user` may read; `user`
    None = the whole inspection; `as_of` a past day, None = the inspection's own. Fields that the
    person may not read stay empty. Raises WorkbookNotWritten (old file intact), CellTooLong.
    """
    moment = moment_of(inspection, as_of)
    rows = counted(inspection, moment, user)
    if measure_ids is not None:
        rows = rows.filter(pk__in=measure_ids)
    name = f"{inspection.organization.name}{inspection.name}整改一览表"
    sheet = Sheet(
        title=name,
        subtitle=_subtitle(moment),
        columns=COLUMNS,
        rows=ledger_rows(rows, user),
        freeze_after="task",
        footer=f"打印人：{printed_by}　打印时间：{format_date(day_of(now()))}",
        status_choices=tuple(Status.labels),
        status_colours=STATUS_COLOURS,
    )
    return write_workbook(path, sheet, summary(inspection, moment, user), created=now())


def _subtitle(moment: Moment) -> str:
    """A past day has its own status and people, but the texts are those of now: said on paper."""
    day = f"统计截至{format_date(moment.as_of)}"
    past = moment.as_of < today()
    return f"{day}（状态、类型、时限和责任为当日记录，文字为导出时内容）" if past else day


def ledger_rows(measures: MeasureQuerySet, user: User | None) -> Iterator[dict[str, Any]]:
    """One mapping per `counted` measure in ledger order, keyed as COLUMNS, with merge keys.

    Status, nature, dates and people are those of the moment that was counted.
    """
    for number, measure in enumerate(measures.for_ledger().iterator(chunk_size=500), 1):
        parts = ~Reading.NOTHING if user is None else reading(user, measure)
        yield _row(number, measure, parts, _held(measure))


@dataclass(frozen=True)
class _Held:
    """What the joined MeasureState says of a measure at the counted moment."""

    status: str
    nature: str
    due_on: date | None
    completed_on: date | None
    leader: str
    lead_section: str


def _held(measure: Any) -> _Held:
    """A past leader or section is named from its own row; the present one by its snapshot."""
    leader, section = measure.leader_name, measure.lead_section_name
    if measure.state_leader_id != measure.leader_id:
        leader = User.objects.filter(pk=measure.state_leader_id).values_list("name", flat=True)
        leader = leader.first() or ""
    if measure.state_lead_section_id != measure.lead_section_id:
        section = Section.objects.filter(pk=measure.state_lead_section_id)
        section = section.values_list("name", flat=True).first() or ""
    return _Held(
        status=Status(measure.state_status).label,
        nature=Nature(measure.state_nature).label,
        due_on=measure.state_due_on,
        completed_on=measure.state_completed_on,
        leader=leader,
        lead_section=section,
    )


def _row(number: int, measure: Measure, parts: Reading, held: _Held) -> dict[str, Any]:
    task = measure.task
    full = Reading.FULL in parts
    return {
        "number": number,
        "area": task.issue.area.title,
        "issue": task.issue.title,
        "task": task.title,
        "area_key": (task.issue.area_id,),
        "issue_key": (task.issue.area_id, task.issue_id),
        "task_key": (task.issue.area_id, task.issue_id, task.pk),
        "goal": measure.goal,
        "text": measure.text,
        "leader": "、".join([held.leader, *(row.name for row in measure.co_leads.all())])
        if held.leader
        else "",
        "lead_section": held.lead_section,
        "support_sections": "、".join(row.name for row in measure.supports.all()),
        "owner": measure.owner_name if full else "",
        "deadline": _deadline(measure, held),
        "nature": held.nature,
        "result": measure.result_text if Reading.RESULT in parts else "",
        "status": held.status,
        "completed_on": held.completed_on,
        "evidence": "、".join(link.evidence.original_name for link in measure.evidence_links.all())
        if full
        else "",
        "remark": measure.remark if full else "",
        "id": measure.public_id.hex,
    }


def _deadline(measure: Measure, held: _Held) -> str:
    """The deadline as it was worded; a past date that has been extended since, as a date."""
    if measure.deadline_text and held.due_on == measure.due_on:
        return measure.deadline_text
    return format_date(held.due_on) if held.due_on else ""


def summary(inspection: Inspection, moment: Moment, user: User | None) -> Summary:
    """The figures of the whole inspection as the person may see it, on a sheet of their own."""
    head = headline(inspection, moment, user)
    shape = tree(inspection, moment, user)
    came = outcome_figures(inspection, moment, user)
    return Summary(
        title=f"{inspection.name}整改情况汇总",
        subtitle=f"统计截至{format_date(moment.as_of)}，含不公开事项，不随筛选变化",
        sections=(
            SummarySection("数量", _levels(inspection, shape, head)),
            SummarySection("措施完成情况", _measures(head)),
            SummarySection("整改成果", _outcomes(came)),
        ),
    )


def _levels(
    inspection: Inspection, shape: Tree, head: Headline
) -> tuple[tuple[str, str | int], ...]:
    return (
        (f"{inspection.label_area}（个）", shape.counts(Level.AREA)["total"]),
        (f"{inspection.label_issue}（个）", shape.counts(Level.ISSUE)["total"]),
        (f"{inspection.label_task}（个）", shape.counts(Level.TASK)["total"]),
        (f"{inspection.label_measure}（项）", head["total"]),
    )


def _measures(head: Headline) -> tuple[tuple[str, str | int], ...]:
    return (
        *((status.label, head[status.value]) for status in reversed(Status)),
        ("已完成中：已销号", head["closed"]),
        ("已完成中：待销号", head["awaiting_closure"]),
        ("完成率", head.rates.strict),
        ("完成率（含基本完成）", head.rates.inclusive),
        ("超期", head["overdue"]),
        ("其中：基本完成超期", head["basically_overdue"]),
        ("超期完成", head["completed_late"]),
        ("七日内到期", head["due_soon"]),
    )


def _outcomes(came: OutcomeFigures) -> tuple[tuple[str, str | int], ...]:
    money: list[tuple[str, str | int]] = []
    for line in came.money:
        money.append((f"{line.kind.label}（应缴）", format_yuan(line.due_fen)))
        money.append((f"{line.kind.label}（实缴）", format_yuan(line.paid_fen)))
    persons: list[tuple[str, str | int]] = []
    for person in came.persons:
        persons.append((f"{person.form.label}（人）", person.persons))
        persons.append((f"{person.form.label}（人次）", person.occasions))
    return (
        ("制定和完善制度（项）", came.rules),
        ("废止制度（项）", came.rules_repealed),
        *money,
        *persons,
    )
