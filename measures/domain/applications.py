"""What is asked about a measure and decided along a route (measures.rules): 销号, 延期, 调整."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import transaction

from measures.domain.effects import take_effect
from measures.domain.guards import hold
from measures.domain.paper import Paper, keep_upload, refuse_paper, signature
from measures.enums import AdjustmentAct, ApplicationState, DecisionStep, Verdict
from measures.exceptions import Overtaken
from measures.models import Adjustment, ClosureApplication, Decision, Extension, Measure
from measures.reading import may
from measures.rules import ROUTES, STATIONS, Route, following
from rectify.accounts.domain.permissions import may_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import now
from rectify.lib.shanghai import day_of

AnyApplication = TypeVar("AnyApplication", ClosureApplication, Extension, Adjustment)
MODELS: dict[Route, type[ClosureApplication] | type[Extension] | type[Adjustment]] = {
    Route.CLOSURE: ClosureApplication,
    Route.EXTENSION: Extension,
    Route.ADJUSTMENT: Adjustment,
}
# What an application carries of its own: rewritten when a returned one is filed again.
CARGO: dict[Route, tuple[str, ...]] = {
    Route.CLOSURE: (),
    Route.EXTENSION: ("old_due_on", "old_deadline_text", "new_due_on", "new_deadline_text",
                      "long_term", "stage_goal", "next_review_on"),
    Route.ADJUSTMENT: ("act", "changes", "values", "leader"),
}  # fmt: skip


def route_of(application: ClosureApplication | Extension | Adjustment) -> Route:
    return next(route for route, model in MODELS.items() if isinstance(application, model))


def inspection_of(application: ClosureApplication | Extension | Adjustment) -> Any:
    """The inspection of an application, also of one that has no measure yet."""
    if isinstance(application, Adjustment):
        return application.inspection
    return application.measure.inspection


@transaction.atomic
def file_application(
    application: AnyApplication, *, actor: Actor, operation: Operation | None = None
) -> AnyApplication:
    """File an unsaved application. The caller has checked the right and the rules of its kind.

    One that was returned is reopened with the new content and keeps its decisions; one that is
    still pending becomes void, and the new one takes its place. It starts with the head of the
    section where there is one and somebody else applies, otherwise with the office. Raises
    ValidationError.
    """
    route: Route = route_of(application)
    organization = inspection_of(application).organization
    application.state = _first_station(application.measure, actor)
    application.applied_by, application.applied_by_name = person(actor), actor.name
    application.applied_at = now()
    said: dict[str, Any] = {
        "actor": actor, "organization": organization, "operation": operation,
        "label": _label(application),
    }  # fmt: skip
    last = _last(application)
    if last is not None and last.state in ApplicationState.pending():
        change(last, action=f"{route}.void", version=last.version,
               values={"state": ApplicationState.VOIDED}, **said)  # fmt: skip
        last = None
    if last is not None and last.state == ApplicationState.RETURNED:
        kept = ("state", "reason", "applied_by", "applied_by_name", "applied_at", *CARGO[route])
        filed = change(last, action=f"{route}.reapply", version=last.version,
                       values={name: getattr(application, name) for name in kept},
                       **said)  # fmt: skip
    else:
        filed = add(application, action=f"{route}.apply", **said)
    _tell_next(filed)
    return filed


@transaction.atomic
def decide(
    application: AnyApplication,
    *,
    actor: Actor,
    version: int,
    verdict: Verdict,
    comment: str = "",
    paper: Paper | None = None,
    operation: Operation | None = None,
) -> AnyApplication:
    """Take the next step of a pending application; accepting the last one takes effect.

    With `paper` the office records what was signed or resolved elsewhere, marked so for ever.
    The party group's step is always recorded with its meeting. Raises NotAllowed, Overtaken
    (somebody was first, withdrawn, void), Refused (no reason for a return), StaleVersion.
    """
    stored = _seen(application, version)
    station = STATIONS[ApplicationState(stored.state)]
    if why := why_not_decide(stored, actor, paper=paper):
        raise NotAllowed(why)
    if verdict == Verdict.RETURNED and not comment.strip():
        raise Refused("退回须写明意见，说明哪里需要补正。", field="comment")
    if station.step == DecisionStep.PARTY_GROUP and not (paper and paper.meeting.strip()):
        raise Refused("请填写作出决定的党组会议。", field="meeting")
    inspection = inspection_of(stored)
    if paper is not None:
        refuse_paper(paper, inspection, actor=actor)
        paper = keep_upload(paper, inspection, actor=actor, operation=operation)
    route = route_of(stored)
    after = ApplicationState.RETURNED
    if verdict == Verdict.ACCEPTED:
        after = following(route, ApplicationState(stored.state), inspection.closure_gate)
    said: dict[str, Any] = {
        "actor": actor, "organization": inspection.organization, "operation": operation,
        "label": _label(stored),
    }  # fmt: skip
    change(stored, action=f"{route}.{station.step}", version=version, values={"state": after},
           **said)  # fmt: skip
    add(
        Decision(**{route.value: stored}, step=station.step, verdict=verdict,
                 comment=comment.strip(), **signature(actor, paper)),
        action="decision.add", **said,
    )  # fmt: skip
    if after == ApplicationState.ACCEPTED:
        _fulfil(stored, actor, operation)
    if after in ApplicationState.pending():
        _tell_next(stored)
    else:
        _tell_applicant(stored, actor)
    return stored


def _fulfil(
    application: ClosureApplication | Extension | Adjustment,
    actor: Actor,
    operation: Operation | None,
) -> None:
    """Let the accepted application take effect; nothing is left to be decided of a measure that
    it takes out of the plan."""
    take_effect(application, actor=actor, operation=operation)
    removes = isinstance(application, Adjustment) and application.act == AdjustmentAct.REMOVE
    if removes and application.measure is not None:
        void_pending(application.measure, actor=actor, operation=operation)


@transaction.atomic
def withdraw(
    application: AnyApplication, *, actor: Actor, version: int, operation: Operation | None = None
) -> AnyApplication:
    """Take back a pending application: the applicant, or anybody who might have filed it.

    Raises NotAllowed, Overtaken."""
    if not _owns(application, actor):
        raise NotAllowed("只有申请的科室或整改办可以撤回这份申请。")
    stored = _seen(application, version)
    return change(
        stored, actor=actor, organization=inspection_of(stored).organization,
        action=f"{route_of(stored)}.withdraw", version=version,
        values={"state": ApplicationState.WITHDRAWN}, label=_label(stored), operation=operation,
    )  # fmt: skip


@transaction.atomic
def void_pending(measure: Measure, *, actor: Actor, operation: Operation | None = None) -> None:
    """End whatever is pending on a measure that is closed, reopened or taken out."""
    for route, model in MODELS.items():
        rows: Any = model.objects
        for row in rows.filter(measure=measure, state__in=ApplicationState.pending()):
            change(row, actor=actor, organization=measure.inspection.organization,
                   action=f"{route}.void", version=row.version, label=str(measure),
                   values={"state": ApplicationState.VOIDED}, operation=operation)  # fmt: skip


def may_withdraw(application: ClosureApplication | Extension | Adjustment, actor: Actor) -> bool:
    return application.state in ApplicationState.pending() and _owns(application, actor)


def has_a_part(application: ClosureApplication | Extension | Adjustment, actor: User) -> bool:
    """Whether the actor takes any step of the application's route, now or later, or records
    papers: who has none is told so, whatever became of the application."""
    steps = (STATIONS[state] for state in ROUTES[route_of(application)])
    return may_in(actor, Ability.RECORD_PAPER, inspection_of(application).organization) or any(
        _reaches(actor, application, step.ability, head=step.head_of_section) for step in steps
    )


def why_not_decide(
    application: ClosureApplication | Extension | Adjustment,
    actor: Actor,
    *,
    paper: Paper | None = None,
) -> str:
    """Why the actor may not take the next step, as a sentence for the screen; "" = may.

    `paper`: asked about recording a paper decision, whose signer must not be the applicant."""
    if application.state not in ApplicationState.pending():
        return "该申请已经办结。"
    if isinstance(actor, SystemActor):
        return ""
    station = STATIONS[ApplicationState(application.state)]
    organization = inspection_of(application).organization
    if paper is not None:
        if not may_in(actor, Ability.RECORD_PAPER, organization):
            return "只有整改办可以代录纸质签批。"
        if application.applied_by_name and paper.name == application.applied_by_name:
            return "申请人不能审定自己的申请，请核对签批人。"
        return ""
    if not _reaches(actor, application, station.ability, head=station.head_of_section):
        who = "牵头科室负责人" if station.head_of_section else station.role.label
        return f"由{who}办理。"
    if application.applied_by_id == actor.pk:
        return "申请人不能办理自己的申请，请由其他人员办理。"
    return ""


def overtaken_words(application: ClosureApplication | Extension | Adjustment) -> str:
    """Who was first, for somebody whose decision came too late."""
    if application.state == ApplicationState.WITHDRAWN:
        return "该申请已被撤回，不能再办理。"
    if application.state == ApplicationState.VOIDED:
        return "该申请已由新的申请代替，不能再办理。"
    last = application.decisions.order_by("-pk").first()
    if last is None:
        return "该申请刚刚重新提交，请刷新后再办理。"
    return (
        f"该申请已由{last.decided_by_name}于{format_date(last.decided_on)}"
        f"{last.get_step_display()}，意见为“{last.get_verdict_display()}”。您的意见没有保存。"
    )


def _seen(application: AnyApplication, version: int) -> AnyApplication:
    """The application, its row locked after its measure's. Raises Overtaken where it is not what
    the actor saw."""
    hold(application.measure_id)
    rows: Any = type(application)._default_manager
    stored: AnyApplication = rows.select_for_update(of=("self",)).get(pk=application.pk)
    if stored.state not in ApplicationState.pending() or stored.version != version:
        raise Overtaken(overtaken_words(stored))
    application.state = stored.state
    return application


def _reaches(
    actor: User,
    application: ClosureApplication | Extension | Adjustment,
    ability: Ability,
    *,
    head: bool,
) -> bool:
    measure = application.measure
    if measure is None:
        led = isinstance(application, Adjustment) and application.leader_id == actor.pk
        whole = may_in(actor, ability, inspection_of(application).organization)
        return led if ability == Ability.DECIDE_CLOSURE else whole
    if head:
        section = measure.lead_section
        if section is None or section.head_id is None:
            # The head has left since and there is no other: it must not wait for nobody.
            return may(actor, Ability.REVIEW_CLOSURE, measure)
        return section.head_id == actor.pk
    return may(actor, ability, measure)


def _owns(application: ClosureApplication | Extension | Adjustment, actor: Actor) -> bool:
    """Whether the actor applied, or might have."""
    own = person(actor) is not None and application.applied_by_id == getattr(actor, "pk", None)
    measure = application.measure
    return own or (measure is not None and may(actor, Ability.APPLY_CLOSURE, measure))


def _first_station(measure: Measure | None, actor: Actor) -> ApplicationState:
    """Confirmed by the head of the section, unless there is none or the head applies."""
    section = measure.lead_section if measure is not None else None
    if section is None or section.head_id is None or isinstance(actor, SystemActor):
        return ApplicationState.REVIEWING
    return (
        ApplicationState.REVIEWING if section.head_id == actor.pk else ApplicationState.CONFIRMING
    )


def _last(application: AnyApplication) -> AnyApplication | None:
    if application.measure is None:
        return None
    rows: Any = type(application)._default_manager
    of_measure = rows.select_for_update(of=("self",)).filter(measure=application.measure)
    last: AnyApplication | None = of_measure.order_by("-applied_at", "-pk").first()
    return last


def _label(application: ClosureApplication | Extension | Adjustment) -> str:
    return str(application.measure or application)


def _tell_next(application: ClosureApplication | Extension | Adjustment) -> None:
    """Tell the one person whom a station names; offices and groups look at their inbox."""
    measure = application.measure
    recipient: User | None = None
    if application.state == ApplicationState.CONFIRMING and measure is not None:
        recipient = measure.lead_section.head if measure.lead_section else None
    if application.state == ApplicationState.DECIDING:
        proposed = application.leader if isinstance(application, Adjustment) else None
        recipient = measure.leader if measure is not None else proposed
    _tell(application, recipient, "有一份申请待您办理", "请在待办中查看并办理。")


def _tell_applicant(application: ClosureApplication | Extension | Adjustment, actor: Actor) -> None:
    if application.applied_by_id != getattr(actor, "pk", None):
        label = ApplicationState(application.state).label
        _tell(application, application.applied_by, f"您的{route_of(application).label}申请{label}",
              "请打开措施查看意见。")  # fmt: skip


def _tell(
    application: ClosureApplication | Extension | Adjustment,
    recipient: User | None,
    subject: str,
    body: str,
) -> None:
    if recipient is None:
        return
    measure = application.measure
    route = route_of(application)
    tell(
        key=f"{route}:{application.pk}:{application.version}",
        organization=inspection_of(application).organization,
        recipient=recipient,
        subject=subject,
        body=f"{route.label}申请，{format_date(day_of(application.applied_at))}提出。{body}",
        link=f"/measures/{measure.public_id}/" if measure is not None else "/inbox/",
    )
