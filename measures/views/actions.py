"""What may be done next with a measure, and in words why the rest may not."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from measures.domain.closure import STEPS
from measures.enums import ApplicationState, Status
from measures.models import Measure
from measures.reading import may
from measures.rules import TRANSITIONS
from measures.views.ledger_rows import roles_in
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import User


@dataclass(frozen=True)
class NextAction:
    """`url` "" = not possible now, and `why` says the reason; otherwise `why` is a hint or ""."""

    word: str
    url: str
    why: str = ""


def next_actions(measure: Measure, user: User, *, frozen: bool) -> list[NextAction]:
    """The actions of this page for this person, in the order in which they are taken.

    Empty for somebody who only reads: how far a close-out has come is told to those who work on it.
    """
    if not any(may(user, one, measure) for one in (Ability.WRITE_PROGRESS, Ability.EDIT_MEASURE)):
        return []
    stopped = _stopped(measure)
    lead = measure.lead_section_name or "牵头科室"
    found = []
    for word, place, ability, denied in (
        ("填报状态和整改情况", "#report", Ability.REPORT_STATUS, f"由{lead}或整改办填报"),
        ("填报本周进展", "#progress", Ability.WRITE_PROGRESS, "由牵头科室、配合科室填报"),
        ("上传佐证材料", "#evidence", Ability.WRITE_PROGRESS, "由牵头科室、配合科室上传"),
    ):
        allowed = may(user, ability, measure)
        why = denied if not allowed else stopped
        found.append(NextAction(word, "" if why else place, why))
    edit = may(user, Ability.EDIT_MEASURE, measure)
    why = "由局办公室（整改办）办理" if not edit else stopped
    hint = "方案已审定，改动措施、时限或责任人须写调整理由" if frozen else ""
    url = reverse("measure_edit", kwargs={"measure": measure.public_id})
    found.append(NextAction("修改措施", "" if why else url, why or hint))
    found.append(NextAction("申请销号", "", _closure_words(measure)))
    return found


def step_words(measure: Measure, user: User) -> list[str]:
    """The steps of status that exist but belong to others: 「…须由…办理」."""
    roles = roles_in(user, measure.organization_id)
    return [
        f"由“{row.source.label}”改为“{row.target.label}”须由{_either(row.roles)}办理。"
        for row in TRANSITIONS
        if row.source == measure.status and roles.isdisjoint(row.roles)
    ]


def _stopped(measure: Measure) -> str:
    if measure.closed_at is not None:
        return "已销号，内容只读"
    return "已归档，内容只读" if measure.archived_at is not None else ""


def _closure_words(measure: Measure) -> str:
    """How far the measure is from being closed, as `domain.closure` will ask."""
    if measure.closed_at is not None:
        return "已销号"
    pending = measure.closures.filter(state__in=ApplicationState.pending()).first()
    if pending is not None:
        step = STEPS.get(str(vars(pending)["state"]))
        return f"已申请，待{step[0].label}" if step else "已申请，正在办理"
    missing = []
    if measure.status != Status.COMPLETED:
        missing.append("状态为“已完成”")
    if not measure.result_text.strip():
        missing.append("填写整改情况")
    if not measure.evidence_links.exists():
        missing.append("上传佐证材料")
    return f"还须{'、'.join(missing)}" if missing else "条件已具备，由牵头科室提出申请"


def _either(roles: tuple[Role, ...]) -> str:
    return "或".join(role.label for role in roles)
