"""Weekly progress: one entry per measure, week and section."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from measures.domain.measures import refuse_closed
from measures.models import Measure, ProgressEntry, WeeklyRound
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section
from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.clock import now, today
from rectify.lib.weeks import week_start as monday_before


def writing_section(actor: Actor, measure: Measure) -> Section | None:
    """The section for which the actor writes: the own one on this measure, else the lead one."""
    if measure.lead_section_id is None or isinstance(actor, SystemActor):
        return measure.lead_section
    if measure.lead_section_id in actor.access.sections:
        return measure.lead_section
    for support in measure.supports.select_related("section"):
        if support.section_id in actor.access.sections:
            return support.section
    return measure.lead_section


@transaction.atomic
def write_progress(
    measure: Measure,
    *,
    actor: Actor,
    week_start: date,
    text: str = "",
    difficulty: str = "",
    no_change: bool = False,
    version: int | None = None,
    operation: Operation | None = None,
) -> ProgressEntry:
    """Write or rewrite the actor's section's entry for the week (`week_start` a Monday).

    `version` is that of the entry that the writer saw, None where there was none. An entry by
    somebody outside the section is marked 代填 for ever. A difficulty is told to the leader.
    Raises NotAllowed, StaleVersion, ValidationError, Refused (round closed, no lead section,
    a week in the future).
    """
    require(actor, Ability.WRITE_PROGRESS, measure)
    refuse_closed(measure)
    section = writing_section(actor, measure)
    if section is None:
        raise Refused("该措施尚未指定牵头科室，请先由办公室指定。")
    _refuse_week(measure, week_start)
    words = {
        "text": "" if no_change else text.strip(),
        "difficulty": difficulty.strip(),
        "no_change": no_change,
    }
    values = words | _signature(actor, measure, section)
    key = {"measure": measure, "week_start": week_start, "section": section}
    entry = ProgressEntry.objects.filter(**key).first()
    said: dict[str, Any] = {
        "actor": actor,
        "organization": measure.inspection.organization,
        "label": f"{section.name} {week_start:%Y-%m-%d}",
        "operation": operation,
    }
    if entry is not None and entry.on_behalf:
        values["on_behalf"] = True  # whoever mends it, it was once written for the section
    if entry is None:
        row = ProgressEntry(**key, section_name=section.name, **values)
        entry = add(row, action="progress.write", **said)
    else:
        change(entry, action="progress.rewrite", version=version or 0, values=values, **said)
    if entry.difficulty:
        _tell_difficulty(measure, entry, actor)
    return entry


def _signature(actor: Actor, measure: Measure, section: Section) -> dict[str, Any]:
    """Who wrote and when; a rewritten entry is no longer a returned one."""
    return {
        "status": measure.status,
        "author": person(actor),
        "author_name": actor.name,
        "on_behalf": _on_behalf(actor, measure, section),
        "written_at": now(),
        "returned_by": None,
        "return_reason": "",
    }


def _on_behalf(actor: Actor, measure: Measure, section: Section) -> bool:
    """Whether somebody outside the section writes for it. Raises NotAllowed who may not."""
    if isinstance(actor, SystemActor) or section.pk in actor.access.sections:
        return False
    if measure.organization_id not in actor.access.whole(Ability.WRITE_PROGRESS):
        raise NotAllowed("只能填报本科室的进展。")
    return True


def _refuse_week(measure: Measure, week_start: date) -> None:
    if week_start.isoweekday() != 1:
        raise ValidationError({"week_start": "周次须以星期一的日期表示。"})
    if week_start > monday_before(today()):
        raise Refused("不能填报以后的周次。", field="week_start")
    closed = WeeklyRound.objects.filter(
        inspection=measure.inspection_id, week_start=week_start, closed_at__isnull=False
    )
    if closed.exists():
        raise Refused("该周调度已结束，进展不能再改。请填报本周，或请办公室重新打开该周。")


def _tell_difficulty(measure: Measure, entry: ProgressEntry, actor: Actor) -> None:
    if measure.leader is not None and measure.leader != actor:
        tell(
            key=f"difficulty:{entry.pk}:{entry.version}",
            organization=measure.inspection.organization,
            recipient=measure.leader,
            subject="有措施填报了需协调的困难",
            body=f"{entry.section_name}填报了困难，请查看并协调。",
            link=f"/measures/{measure.public_id}/",
        )
