"""Weekly progress: one entry per measure, week and section; the same in every twin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, QuerySet

from measures.domain.guards import refuse_closed
from measures.domain.twins import KIND, lock_group, twins_of
from measures.exceptions import Overtaken
from measures.models import Measure, ProgressEntry, WeeklyRound
from measures.reading import require
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.clock import now, today
from rectify.lib.weeks import week_label
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
    twins_seen: Mapping[UUID, int] | None = None,
    operation: Operation | None = None,
) -> ProgressEntry:
    """Write or rewrite the actor's section's entry for the week (`week_start` a Monday).

    `version` is that of the entry that the writer saw, None where there was none; `twins_seen`
    those in its twins (同一措施) by the entry's public id: the same entry is written into each of
    them, all or nothing. An entry by somebody outside the section is marked 代填 for ever. A
    difficulty is told to the leader. Raises NotAllowed, StaleVersion, ValidationError, Refused
    (round closed, no lead section, a week in the future), Overtaken (a twin, by name).
    """
    require(actor, Ability.WRITE_PROGRESS, measure)
    joined = measure.same_as_id is not None
    if joined:
        lock_group(measure)
    week = refuse_closed(measure, is_over=Exists(_ended(measure, week_start)))
    section = writing_section(actor, measure)
    if section is None:
        raise Refused("该措施尚未指定牵头科室，请先由办公室指定。")
    _refuse_week(week_start, is_over=week["is_over"])
    words = {
        "text": "" if no_change else text.strip(),
        "difficulty": difficulty.strip(),
        "no_change": no_change,
    }
    written = _Written(actor, section, week_start, words, operation)
    twins = _twins(measure, section) if joined else []
    if twins and operation is None:
        written.operation = begin(
            actor=actor, organization=measure.inspection.organization, kind=KIND
        )
    entry = written.put(measure, version)
    for twin in twins:
        require(actor, Ability.WRITE_PROGRESS, twin)
        written.put_twin(twin, twins_seen or {})
    if entry.difficulty:
        _tell_difficulty(measure, entry, actor)
    return entry


@dataclass
class _Written:
    """One text of one section for one week, on its way into a measure and its twins."""

    actor: Actor
    section: Section
    week_start: date
    words: Mapping[str, Any]
    operation: Operation | None

    def put(
        self, measure: Measure, version: int | None, *, seen: Mapping[UUID, int] | None = None
    ) -> ProgressEntry:
        """Into one measure; `seen` gives the version by the entry that stands there."""
        key = {"measure": measure, "week_start": self.week_start, "section": self.section}
        entry = ProgressEntry.objects.filter(**key).first()
        values = {**self.words, **_signature(self.actor, measure, self.section)}
        said: dict[str, Any] = {
            "actor": self.actor,
            "organization": measure.inspection.organization,
            "label": f"{self.section.name} {self.week_start:%Y-%m-%d}",
            "operation": self.operation,
        }
        if entry is None:
            row = ProgressEntry(**key, section_name=self.section.name, **values)
            return add(row, action="progress.write", **said)
        if entry.on_behalf:
            values["on_behalf"] = True  # whoever mends it, it was once written for the section
        if seen is not None:
            version = seen.get(entry.public_id)
        return change(entry, action="progress.rewrite", version=version or 0, values=values, **said)

    def put_twin(self, twin: Measure, seen: Mapping[UUID, int]) -> None:
        """The same into a twin. Raises Overtaken naming it where its entry is not what was seen."""
        try:
            self.put(twin, None, seen=seen)
        except StaleVersion as stale:
            raise Overtaken(twin_words(twin, stale.current)) from stale


def twin_words(twin: Measure, current: ProgressEntry) -> str:
    """That a twin has another entry, by whom and what it says."""
    told = "无变化" if current.no_change else current.text
    return (
        f"同一措施“{twin}”的{week_label(current.week_start)}进展已由{current.author_name}填报："
        f"“{told}”。您填写的内容没有保存；核对后再次提交，两处都以您填写的为准。"
    )


def _twins(measure: Measure, section: Section) -> list[Measure]:
    """The rows into which the entry goes besides, with what `put` reads of them."""
    rows = twins_of(measure, section).select_related("inspection__organization")
    return list(rows.prefetch_related("supports"))


def _ended(measure: Measure, week_start: date) -> QuerySet[WeeklyRound]:
    rounds: QuerySet[WeeklyRound] = WeeklyRound.objects.filter(
        inspection=measure.inspection_id, week_start=week_start, closed_at__isnull=False
    )
    return rounds


@transaction.atomic
def return_progress(
    entry: ProgressEntry, *, actor: Actor, version: int, reason: str
) -> ProgressEntry:
    """退回修改: the office asks the section to mend an entry; it stays marked until rewritten.

    Not after the round is closed. The section's people are told. Raises NotAllowed, StaleVersion,
    Refused (no reason, returned before, round or measure closed), ValidationError.
    """
    measure = entry.measure
    organization = measure.inspection.organization
    require_in(actor, Ability.RUN_ROUND, organization)
    week = refuse_closed(measure, is_over=Exists(_ended(measure, entry.week_start)))
    if week["is_over"]:
        raise Refused("该周调度已结束，进展不能再退回修改。", field="return_reason")
    stored = ProgressEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if stored.version != version:
        raise StaleVersion(stored)
    if stored.returned_by_id is not None:
        raise Refused("这条进展已经退回，正等待科室修改。", field="return_reason")
    if not reason.strip():
        raise Refused("请写明退回的原因，说明要补充什么。", field="return_reason")
    change(
        entry, actor=actor, organization=organization, action="progress.return", version=version,
        label=f"{entry.section_name} {entry.week_start:%Y-%m-%d}",
        values={"returned_by": person(actor), "return_reason": reason.strip()},
    )  # fmt: skip
    for recipient in User.objects.filter(
        is_active=True, memberships__section=entry.section_id, memberships__ended_at__isnull=True
    ).distinct():
        tell(
            key=f"progress-return:{entry.pk}:{entry.version}",
            organization=organization,
            recipient=recipient,
            subject="一条进展退回修改",
            body=f"{week_label(entry.week_start)}填报的一条进展被退回，请按原因修改后重新提交。",
            link=f"/measures/{measure.public_id}/?week={entry.week_start:%Y-%m-%d}#progress",
        )
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


def _refuse_week(week_start: date, *, is_over: bool) -> None:
    if week_start.isoweekday() != 1:
        raise ValidationError({"week_start": "周次须以星期一的日期表示。"})
    if week_start > monday_before(today()):
        raise Refused("不能填报以后的周次。", field="week_start")
    if is_over:
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
