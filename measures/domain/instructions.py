"""批示 and 议定事项: given by the secretary, recorded by the office, traced until answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from measures.domain.guards import refuse_closed
from measures.enums import InstructionKind, Medium
from measures.models import Instruction, Measure
from measures.models.rounds import InstructionQuerySet
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.jobs.domain.outbox import tell
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import now, today

NOT_YOURS = "由批示所送科室或措施的牵头科室答复，整改办可以代为答复。"
# The column that holds who answered; a section's name may be cut, never the person's.
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Addressed:
    """To whom: one measure, or one or several sections. Raises Refused for neither or both."""

    measure: Measure | None = None
    sections: Sequence[Section] = ()

    def targets(self) -> list[dict[str, Any]]:
        """The columns of each row that is to be written, sections in their order."""
        if self.measure is not None and not self.sections:
            return [{"measure": self.measure}]
        if self.measure is not None or not self.sections:
            raise Refused("请选定一条措施，或者选定科室。", field="sections")
        ordered = sorted(set(self.sections), key=lambda one: (one.sort_order, one.pk))
        return [{"section": section} for section in ordered]


@dataclass(frozen=True)
class Given:
    """What was said on paper or in a meeting: by an account, or by somebody who has only a name."""

    on: date
    kind: InstructionKind = InstructionKind.INSTRUCTION
    by: User | None = None
    by_name: str = ""
    occasion: str = ""

    @property
    def name(self) -> str:
        return self.by.name if self.by else self.by_name.strip()


@transaction.atomic
def give_instruction(
    inspection: Inspection,
    *,
    actor: Actor,
    to: Addressed,
    text: str,
    due_on: date | None = None,
) -> list[Instruction]:
    """The secretary's own 批示, given here and now; one row for each section.

    Those who have to act are told. Raises NotAllowed, Refused, ValidationError.
    """
    require_in(actor, Ability.INSTRUCT, inspection.organization)
    columns = {
        "kind": InstructionKind.INSTRUCTION, "given_by": person(actor),
        "given_by_name": actor.name, "given_on": today(), "medium": Medium.SYSTEM,
    }  # fmt: skip
    return _write(inspection, actor, to, text, due_on, columns, action="instruction.give")


@transaction.atomic
def record_instruction(
    inspection: Inspection,
    *,
    actor: Actor,
    to: Addressed,
    given: Given,
    text: str,
    due_on: date | None = None,
) -> list[Instruction]:
    """What the office types in of a 批示 on paper or an 议定事项, marked 代录 for ever.

    Raises NotAllowed, Refused (nobody gave it, a day to come or before the inspection),
    ValidationError.
    """
    require_in(actor, Ability.RECORD_PAPER, inspection.organization)
    if not given.name:
        raise Refused("请选择批示人，或填写批示人姓名、会议名称。", field="given_by_name")
    if given.on > today():
        raise Refused("批示日期不能晚于今天。", field="given_on")
    earliest = inspection.entered_on or inspection.feedback_on
    if earliest and given.on < earliest:
        raise Refused(
            f"批示日期不能早于{'进驻' if inspection.entered_on else '反馈'}日期"
            f"（{format_date(earliest)}）。",
            field="given_on",
        )
    columns = {
        "kind": given.kind, "given_by": given.by, "given_by_name": given.name,
        "given_on": given.on, "occasion": given.occasion.strip(), "medium": Medium.PAPER,
        "recorded_by": person(actor), "recorded_by_name": actor.name,
    }  # fmt: skip
    return _write(inspection, actor, to, text, due_on, columns, action="instruction.record")


@transaction.atomic
def reply_instruction(
    instruction: Instruction, *, actor: Actor, version: int, reply: str
) -> Instruction:
    """Answer it, or put another answer in place of one's own until the inspection is archived.

    Every wording stays in the log. The office may answer for a section, which is said behind its
    name. Whoever gave or recorded it is told. Raises NotAllowed, StaleVersion, Refused.
    """
    if not may_reply(instruction, actor):
        raise NotAllowed(NOT_YOURS)
    refuse_archived(instruction.inspection)
    stored = Instruction.objects.select_for_update(of=("self",)).get(pk=instruction.pk)
    if stored.version != version:
        raise StaleVersion(stored)
    if not reply.strip():
        raise Refused("请填写办理情况。", field="reply")
    organization = instruction.inspection.organization
    change(
        instruction, actor=actor, organization=organization, version=version,
        action="instruction.rewrite" if stored.reply else "instruction.reply",
        label=_label(instruction),
        values={
            "reply": reply.strip(), "replied_at": now(), "replied_by": person(actor),
            "replied_by_name": _signature(instruction, actor),
        },
    )  # fmt: skip
    for recipient in {instruction.given_by, instruction.recorded_by} - {None, person(actor)}:
        tell(
            key=f"instruction-reply:{instruction.pk}:{instruction.version}",
            organization=organization,
            recipient=recipient,  # type: ignore[arg-type]  # None was taken out
            subject=f"一条{instruction.get_kind_display()}已答复",
            body=f"{format_date(instruction.given_on)}的{instruction.get_kind_display()}有了答复。",
            link=f"/instructions/{instruction.public_id}/",
        )
    return instruction


def may_reply(instruction: Instruction, actor: Actor) -> bool:
    """The section addressed, the lead section of the measure, or the office on their behalf."""
    return _is_addressed(instruction, actor) or may_in(
        actor, Ability.RECORD_PAPER, instruction.inspection.organization
    )


def answers_for_another(instruction: Instruction, actor: Actor) -> bool:
    """Whether an answer by the actor would be marked 代…答复."""
    return not _is_addressed(instruction, actor)


def instructions_of(inspection: Inspection, user: User) -> InstructionQuerySet:
    """All that the person may read: the open ones first, by what is due first, then the latest."""
    rows: InstructionQuerySet = Instruction.objects.visible_to(user)
    return (
        rows.filter(inspection=inspection)
        .select_related("measure", "section")
        .prefetch_related("measure__supports", "measure__co_leads")
        .order_by(F("due_on").asc(nulls_last=True), "-given_on", "-pk")
    )


def is_late() -> ExpressionWrapper[Any]:
    """Whether one is still open after the day by which it was due, for a list."""
    return ExpressionWrapper(Q(reply="", due_on__lt=today()), output_field=BooleanField())


def is_overdue(instruction: Instruction) -> bool:
    """The same of one."""
    due_on = instruction.due_on
    return not instruction.reply and due_on is not None and due_on < today()


def addressee(instruction: Instruction) -> Section | None:
    """The section that has to answer: the one named, else the one that leads the measure."""
    if instruction.section is not None:
        return instruction.section
    return instruction.measure.lead_section if instruction.measure is not None else None


def _write(
    inspection: Inspection,
    actor: Actor,
    to: Addressed,
    text: str,
    due_on: date | None,
    columns: dict[str, Any],
    *,
    action: str,
) -> list[Instruction]:
    targets = to.targets()
    refuse_archived(inspection)
    if not text.strip():
        raise Refused("请填写批示内容。", field="text")
    if due_on is not None and due_on < columns["given_on"]:
        raise Refused(
            f"办理时限不能早于批示日期（{format_date(columns['given_on'])}）。", field="due_on"
        )
    if to.measure is not None:
        if to.measure.inspection_id != inspection.pk:
            raise Refused("这条措施不属于本次巡察。", field="sections")
        refuse_closed(to.measure)
    if any(one.organization_id != inspection.organization_id for one in to.sections):
        raise Refused("只能送本单位的科室，请重新选择。", field="sections")
    organization = inspection.organization
    operation = None
    if len(targets) > 1:
        operation = begin(actor=actor, organization=organization, kind="instruction")
    written = []
    for target in targets:
        row = Instruction(
            inspection=inspection, text=text.strip(), due_on=due_on, **columns, **target
        )
        label = _label(row)
        add(row, actor=actor, organization=organization, action=action, label=label,
            operation=operation)  # fmt: skip
        written.append(row)
        _tell_addressed(row, actor)
    return written


def _label(instruction: Instruction) -> str:
    return str(instruction.measure or instruction.section)


def _is_addressed(instruction: Instruction, actor: Actor) -> bool:
    section = addressee(instruction)
    if isinstance(actor, SystemActor):
        return True
    return section is not None and section.pk in actor.access.sections


def _signature(instruction: Instruction, actor: Actor) -> str:
    """Who answered; for whom, where it was not the section itself."""
    if not answers_for_another(instruction, actor):
        return actor.name
    section = addressee(instruction)
    behind = f"（代{section.name if section else '承办科室'}答复）"
    return f"{actor.name}{behind}" if len(actor.name + behind) <= _LONGEST_NAME else actor.name


def _tell_addressed(instruction: Instruction, actor: Actor) -> None:
    """Tell the people of the section, and the leader of the measure; never the words of it."""
    section = addressee(instruction)
    people: Iterable[User] = User.objects.filter(
        is_active=True, memberships__section=section, memberships__ended_at__isnull=True
    ).distinct() if section is not None else ()  # fmt: skip
    measure = instruction.measure
    recipients = {*people, measure.leader if measure is not None else None}
    until = f"，请于{format_date(instruction.due_on)}前答复" if instruction.due_on else ""
    kind, day = InstructionKind(instruction.kind).label, format_date(instruction.given_on)
    for recipient in recipients - {None, person(actor), instruction.given_by}:
        tell(
            key=f"instruction:{instruction.pk}",
            organization=instruction.inspection.organization,
            recipient=recipient,  # type: ignore[arg-type]  # None was taken out
            subject=f"有一条{kind}",
            body=f"{day}有一条{kind}送{section or '有关科室'}办理{until}。",
            link=f"/instructions/{instruction.public_id}/",
        )
