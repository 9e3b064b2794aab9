"""What may be done next with a measure, and in words why the rest may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from measures.domain.closure import missing_for_closure
from measures.enums import Nature, Status
from measures.models import Measure
from measures.reading import may
from measures.rules import APPLICATION_STEPS, TRANSITIONS, Act, Route
from measures.views.affairs import Affair, pending_by_route
from measures.views.ledger_rows import roles_in
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import User

_OFFICE = Role.OFFICE.label
# Who holds one of these works on the measure, beyond reading it.
_WORK = (
    Ability.WRITE_PROGRESS, Ability.EDIT_MEASURE, Ability.APPLY_CLOSURE, Ability.DECIDE_CLOSURE,
)  # fmt: skip


_UNFROZEN = "整改方案审定前由整改办直接修改"
# What asking along a route is called, and its address.
_ASKING = {
    Route.CLOSURE: ("申请销号", "measure_closure"),
    Route.EXTENSION: ("申请延期或转为长期坚持", "measure_extension"),
    Route.ADJUSTMENT: ("申请措施调整", "measure_adjust"),
}


@dataclass(frozen=True)
class NextAction:
    """`url` "" = not possible now, and `why` says the reason; otherwise `why` is a hint or ""."""

    word: str
    url: str
    why: str = ""


def next_actions(
    measure: Measure, user: User, *, frozen: bool, affairs: Sequence[Affair] = ()
) -> list[NextAction]:
    """The actions of this page for this person: what waits to be decided, then what is done in
    the order in which it is.

    Empty for somebody who only reads: how far a close-out has come is told to those who work on it.
    """
    decides = any(one.pending and not one.why for one in affairs)
    if not decides and not any(may(user, one, measure) for one in _WORK):
        return _instructing(measure, user)
    stopped = _stopped(measure)
    waiting = pending_by_route(affairs)
    found = [action for affair in waiting.values() for action in _of_decision(affair)]
    found += _of_work(measure, user, stopped, frozen=frozen)
    for route in Route:
        found.append(_application(measure, user, route, waiting.get(route), frozen=frozen))
    if measure.archived_at is None and measure.closed_at is None:
        found.append(_removal(measure, user, frozen=frozen))
    if measure.closed_at is not None and measure.archived_at is None:
        url = _address("measure_reopen", measure) if _records(user, measure) else ""
        found.append(NextAction("重新启动", url, "" if url else f"由{_OFFICE}按决定代录"))
    if may(user, Ability.EDIT_MEASURE, measure):
        url = "" if stopped else _address("measure_twins", measure)
        found.append(NextAction("关联同一措施", url, stopped))
    return found + _instructing(measure, user)


def _instructing(measure: Measure, user: User) -> list[NextAction]:
    """Giving a 批示 on the measure, and recording one, for those who may."""
    stopped = _stopped(measure)
    found = []
    for word, name, ability in (
        ("批示", "instruction_new", Ability.INSTRUCT),
        ("代录批示、议定事项", "instruction_record", Ability.RECORD_PAPER),
    ):
        if may(user, ability, measure):
            place = reverse(name, kwargs={"inspection": measure.inspection.public_id})
            url = "" if stopped else f"{place}?measure={measure.public_id}"
            found.append(NextAction(word, url, stopped))
    return found


def step_words(measure: Measure, user: User) -> list[str]:
    """The steps of status that exist but belong to others: 「…须由…办理」."""
    roles = roles_in(user, measure.organization_id)
    return [
        f"由“{row.source.label}”改为“{row.target.label}”须由{_either(row.roles)}办理。"
        for row in TRANSITIONS
        if row.source == measure.status and roles.isdisjoint(row.roles)
    ]


def why_not_apply(measure: Measure, user: User, route: Route) -> str:
    """Why nothing can be asked along the route now; "" = may be asked. As the domain will judge."""
    if not may(user, Ability.APPLY_CLOSURE, measure):
        step = next(one for one in APPLICATION_STEPS if (one.route, one.act) == (route, Act.APPLY))
        lead = measure.lead_section_name or "牵头科室"
        who = [lead if role is Role.SECTION else role.label for role in step.roles]
        return f"由{'或'.join(who)}提出"
    if stopped := _stopped(measure):
        return stopped
    if route is Route.CLOSURE:
        missing = [words for _, words in missing_for_closure(measure)]
        return f"还须{'、'.join(missing)}" if missing else ""
    return ""


def _of_work(measure: Measure, user: User, stopped: str, *, frozen: bool) -> list[NextAction]:
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
    why = f"由{_OFFICE}办理" if not edit else stopped
    hint = "方案已审定，改动措施、时限或责任人须写调整理由" if frozen else ""
    url = _address("measure_edit", measure)
    return [*found, NextAction("修改措施", "" if why else url, why or hint)]


def _application(
    measure: Measure, user: User, route: Route, waiting: Affair | None, *, frozen: bool
) -> NextAction:
    """Asking along a route; one that waits is named, and would be replaced."""
    word, name = _ASKING[route]
    why = why_not_apply(measure, user, route)
    if not why and route is Route.ADJUSTMENT and not frozen:
        why = _UNFROZEN
    url = "" if why else _address(name, measure)
    if waiting is not None:
        replaced = "；再次申请将代替它" if url else ""
        return NextAction(word, url, f"已申请，{waiting.here}{replaced}")
    hint = ""
    ended = measure.status == Status.COMPLETED and measure.nature != Nature.LONG_TERM
    if url and route is Route.EXTENSION and ended:
        hint = "已完成，只能转为长期坚持"
    return NextAction(word, url, why or hint)


def _removal(measure: Measure, user: User, *, frozen: bool) -> NextAction:
    """Taking the measure out of the plan: before it is frozen the office alone does it."""
    why = why_not_apply(measure, user, Route.ADJUSTMENT)
    if not why and not frozen and not may(user, Ability.EDIT_MEASURE, measure):
        why = _UNFROZEN
    return NextAction("取消措施", "" if why else _address("measure_remove", measure), why)


def _of_decision(affair: Affair) -> list[NextAction]:
    """Deciding, recording a paper and withdrawing, for one application that waits."""
    label, place = affair.route.label, f"#{affair.anchor}"
    step = affair.here.removeprefix("待")
    found = [
        NextAction(f"办理{label}申请：{step}", "" if affair.why else place, affair.why.rstrip("。"))
    ]
    if affair.records_paper and affair.form is None:
        found.append(NextAction(f"代录{label}申请的签批", f"{_decide(affair)}?paper=1"))
    if affair.may_withdraw:
        found.append(NextAction(f"撤回{label}申请", place))
    return found


def _decide(affair: Affair) -> str:
    application = affair.application.public_id
    return reverse(
        "application_decide", kwargs={"route": affair.route.value, "application": application}
    )


def _records(user: User, measure: Measure) -> bool:
    return may(user, Ability.RECORD_PAPER, measure)


def _address(name: str, measure: Measure) -> str:
    return reverse(name, kwargs={"measure": measure.public_id})


def _stopped(measure: Measure) -> str:
    if measure.closed_at is not None:
        return "已销号，内容只读"
    return "已归档，内容只读" if measure.archived_at is not None else ""


def _either(roles: tuple[Role, ...]) -> str:
    return "或".join(role.label for role in roles)
