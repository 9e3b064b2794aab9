"""Saving an outline as a new inspection, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from issues.domain.inspections import create_inspection
from issues.domain.tree import add_area, add_issue, add_task
from issues.enums import SourceKind, Stage
from issues.models import ClaimedFigure, Inspection, Issue, SourceDocument
from issues.reading.outline import Outline, OutlineIssue
from measures.domain.measures import add_measure
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization
from rectify.audit.actors import Actor
from rectify.audit.domain.events import record
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.canonical import sha256_of


@dataclass(frozen=True)
class Saved:
    """The new inspection and how many nodes it got at each level."""

    inspection: Inspection
    areas: int
    issues: int
    tasks: int
    measures: int


@transaction.atomic
def save_outline(
    outline: Outline, *, actor: Actor, organization: Organization, code: str, name: str, raw: str
) -> Saved:
    """One transaction: the source text, the tree, its measures and what the text claimed.

    Each measure gets the printed text as both `text` and `result_text`, status 未启动 and nobody
    responsible. `raw` is the file as it came. Raises NotAllowed, Refused (code used before),
    ValidationError.
    """
    require_in(actor, Ability.EDIT_TREE, organization)
    if Inspection.objects.filter(code=code).exists():
        raise Refused(f"代码 {code} 已被使用，请换一个代码。", field="code")
    operation = begin(actor=actor, organization=organization, kind="import_outline", reason=name)
    source = SourceDocument.objects.create(
        organization=organization, kind=SourceKind.OUTLINE, name=name, text=raw,
        sha256=sha256_of(raw),
    )  # fmt: skip
    record(actor=actor, organization=organization, action="source.add", subject=source,
           changes={"sha256": (None, source.sha256)}, operation=operation)  # fmt: skip
    inspection = create_inspection(
        actor=actor,
        organization=organization,
        code=code,
        name=outline.inspection_name or name,
        team=outline.team,
        entered_on=outline.entered_on,
        left_on=outline.left_on,
        feedback_on=outline.feedback_on,
        scheme="dongguan" if outline.prints_tasks else "pingshan",
        prints_tasks=outline.prints_tasks,
        stage=Stage.RECTIFYING,
        source=source,
        operation=operation,
    )
    counts = _save_tree(outline, inspection, actor, operation)
    ClaimedFigure.objects.bulk_create(
        ClaimedFigure(inspection=inspection, source=source, kind=claim.kind, value=claim.value,
                      unit=claim.unit, text=claim.text, start=claim.start, end=claim.end)
        for claim in outline.claims
    )  # fmt: skip
    return Saved(inspection, *counts)


def _save_tree(
    outline: Outline, inspection: Inspection, actor: Actor, operation: Operation
) -> tuple[int, int, int, int]:
    issues = tasks = measures = 0
    for area in outline.areas:
        area_row = add_area(
            inspection, actor=actor, title=area.title, operation=operation,
            source_number=area.number, source_title=area.raw_title,
        )  # fmt: skip
        for issue in area.issues:
            issue_row = add_issue(
                area_row, actor=actor, title=issue.title, operation=operation,
                source_number=issue.number, source_title=issue.raw_title,
            )  # fmt: skip
            issues += 1
            tasks += len(issue.tasks)
            measures += _save_tasks(issue, issue_row, actor, operation)
    return len(outline.areas), issues, tasks, measures


def _save_tasks(issue: OutlineIssue, row: Issue, actor: Actor, operation: Operation) -> int:
    count = 0
    for task in issue.tasks:
        task_row = add_task(
            row, actor=actor, title=task.title, operation=operation, lead_in=task.lead_in,
            preamble=task.preamble, source_number=task.number, source_title=task.raw_title,
        )  # fmt: skip
        for point in task.measures:
            add_measure(
                task_row, actor=actor, text=point.text, result_text=point.text,
                source_number=point.ordinal, source_start=point.start, source_end=point.end,
                operation=operation,
            )  # fmt: skip
            count += 1
    return count
