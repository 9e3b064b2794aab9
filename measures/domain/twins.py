"""同一措施: measures of one section that are the same work, so that progress is typed once.

Each keeps its own row and counts on its own; what is joined is only the weekly progress.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from measures.domain.guards import refuse_closed
from measures.models import Measure, ProgressEntry, SameMeasure
from measures.models.measure import MeasureQuerySet
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused

KIND = "same_measure"


@transaction.atomic
def join_twins(measures: Sequence[Measure], *, actor: Actor, reason: str) -> SameMeasure:
    """Say that two or more measures are the same one; those that are joined already stay so.

    One Operation. Raises NotAllowed, Refused: fewer than two, another inspection or lead section,
    closed or archived, or joined with others before.
    """
    for measure in measures:
        require(actor, Ability.EDIT_MEASURE, measure)
    rows = _locked(measures)
    if len(rows) < 2:
        raise Refused("请至少选择一条与它相同的措施。", field="measures")
    if not reason.strip():
        raise Refused("请写明为什么是同一措施。", field="reason")
    first = rows[0]
    _refuse_unlike(rows)
    groups = {row.same_as_id for row in rows if row.same_as_id is not None}
    if len(groups) > 1:
        raise Refused("所选措施已分属不同的同一措施，请先取消其中一组的关联。", field="measures")
    organization = first.inspection.organization
    operation = begin(actor=actor, organization=organization, kind=KIND, reason=reason.strip())
    if groups:
        group = SameMeasure.objects.get(pk=groups.pop())
    else:
        group = add(
            SameMeasure(inspection=first.inspection, reason=reason.strip()), actor=actor,
            organization=organization, action="twins.create", operation=operation,
            label=str(first),
        )  # fmt: skip
    new = [row for row in rows if row.same_as_id is None]
    if not new:
        raise Refused("所选措施已经是同一措施，不必再关联。", field="measures")
    for row in new:
        change(row, actor=actor, organization=organization, action="measure.join",
               version=row.version, values={"same_as": group}, label=str(row),
               also={"reason": ("", reason.strip())}, operation=operation)  # fmt: skip
    return group


@transaction.atomic
def leave_twins(measure: Measure, *, actor: Actor, reason: str) -> Measure:
    """Take one measure out; the last open one that would be left alone goes with it.

    What was written before stays in every measure. Raises NotAllowed, Refused.
    """
    require(actor, Ability.EDIT_MEASURE, measure)
    group = measure.same_as_id
    rows = _locked(list(Measure.objects.filter(same_as=group)) if group else [])
    own = next((row for row in rows if row.pk == measure.pk), None)
    if own is None or own.same_as_id is None:
        raise Refused("这条措施没有与其他措施关联为同一措施。")
    if not reason.strip():
        raise Refused("请写明取消关联的理由。", field="reason")
    refuse_closed(own)
    left = [row for row in rows if row.pk != own.pk]
    alone = left if len(left) == 1 and left[0].closed_at is None else []
    leaving = [own, *alone]
    organization = measure.inspection.organization
    operation = begin(actor=actor, organization=organization, kind=KIND, reason=reason.strip())
    for row in leaving:
        change(row, actor=actor, organization=organization, action="measure.leave",
               version=row.version, values={"same_as": None}, label=str(row),
               also={"reason": ("", reason.strip())}, operation=operation)  # fmt: skip
    return own


def candidates(measure: Measure) -> MeasureQuerySet:
    """Measures that `join_twins` would join with this one."""
    rows: MeasureQuerySet = Measure.objects.filter(
        inspection_id=measure.inspection_id, lead_section_id=measure.lead_section_id,
        lead_section__isnull=False, same_as__isnull=True, closed_at__isnull=True,
    )  # fmt: skip
    return rows.current().exclude(pk=measure.pk).in_order()


def twins_of(measure: Measure, section: Section) -> MeasureQuerySet:
    """The other measures into which the section's progress on this one is written too: not closed,
    still of the same lead section, and for a supporting section those that it supports."""
    rows: MeasureQuerySet = Measure.objects.filter(
        same_as=measure.same_as_id, lead_section_id=measure.lead_section_id, closed_at__isnull=True
    )
    if section.pk != measure.lead_section_id:
        rows = rows.filter(supports__section=section)
    return rows.current().exclude(pk=measure.pk).in_order()


def lock_group(measure: Measure) -> None:
    """Hold every row of the group, always in the same order, so that two writers wait in line."""
    rows = Measure.objects.filter(same_as=measure.same_as_id).order_by("pk")
    list(rows.select_for_update().only("pk"))


def entries_of_twins(measure: Measure, section: Section, week: date) -> list[ProgressEntry]:
    """What stands in the twins for that week. One query; none for a measure without twins."""
    if measure.same_as_id is None:
        return []
    rows = ProgressEntry.objects.filter(
        measure__in=twins_of(measure, section), section=section, week_start=week
    )
    return list(rows.select_related("measure").order_by("measure__place", "pk"))


def _locked(measures: Sequence[Measure]) -> list[Measure]:
    """The rows as they stand, in the order of the ledger, held until the transaction ends."""
    keys = {measure.pk for measure in measures}
    rows = Measure.objects.filter(pk__in=keys).select_related("inspection__organization")
    found = list(rows.order_by("pk").select_for_update(of=("self",)))
    return sorted(found, key=lambda row: (row.place, row.pk))


def _refuse_unlike(rows: Sequence[Measure]) -> None:
    first = rows[0]
    for row in rows:
        if row.inspection_id != first.inspection_id:
            raise Refused("只能关联同一次巡察的措施。", field="measures")
    for row in rows:
        if row.lead_section_id is None or row.lead_section_id != first.lead_section_id:
            raise Refused(
                f"只能关联同一牵头科室的措施：“{row}”由{row.lead_section_name or '（未指定）'}"
                f"牵头，“{first}”由{first.lead_section_name or '（未指定）'}牵头。",
                field="measures",
            )
        refuse_closed(row)
