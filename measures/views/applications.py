"""Asking about a measure and deciding: 销号, 延期, 撤回, 同意 and 退回, 重新启动."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from measures.domain.applications import (
    MODELS,
    decide,
    has_a_part,
    inspection_of,
    overtaken_words,
    route_of,
    why_not_decide,
    withdraw,
)
from measures.domain.closure import apply_closure, missing_for_closure, reopen
from measures.domain.evidence import refuse_evidence
from measures.domain.extensions import apply_extension
from measures.domain.guards import refuse_closed
from measures.enums import ApplicationState, Verdict
from measures.exceptions import Overtaken
from measures.interfaces.application_forms import (
    ClosureForm,
    DecisionForm,
    ExtensionForm,
    PaperForm,
    ReopenForm,
    SeenForm,
)
from measures.models import Measure
from measures.reading import Reading, reading, require
from measures.rules import Route
from measures.views.affairs import (
    AnyOne,
    affair_of,
    anchor_of,
    home_of,
    title_of,
    with_decisions,
)
from rectify.accounts.domain.permissions import may_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, User
from rectify.accounts.requests import LoggedIn, safe_next
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.form_fields import put_beside
from rectify.form_pages import FormPage, posted, save_form

_EXPIRED = "页面已过期，请刷新后再办理。"


@dataclass(frozen=True)
class ActPage(FormPage):
    """The page of one act on a measure: `missing` (place on the measure's page, words) must be
    mended first, `replaces` says which application the new one would void."""

    submit: str = "提交"
    measure: Measure | None = None
    missing: tuple[tuple[str, str], ...] = ()
    replaces: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def measure_closure(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Ask to close a measure; what it still needs is said before."""
    row = _measure(request.user, measure)
    require(request.user, Ability.APPLY_CLOSURE, row)
    if refused := _read_only(request, row):
        return refused
    missing = tuple(
        ("evidence" if field == "file" else "report", words)
        for field, words in missing_for_closure(row)
    )
    page = _page(
        row, Route.CLOSURE, title="申请销号", done="已申请销号。", submit="申请销号",
        missing=missing,
    )  # fmt: skip

    def save(values: dict[str, Any]) -> str:
        filed = apply_closure(row, actor=request.user, reason=values["reason"])
        return f"{page.back_url}#{anchor_of(filed)}"

    return save_form(request, ClosureForm(posted(request)), page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_extension(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Ask for a later deadline, or to keep the measure up for the long term."""
    row = _measure(request.user, measure)
    require(request.user, Ability.APPLY_CLOSURE, row)
    if refused := _read_only(request, row):
        return refused
    page = _page(
        row, Route.EXTENSION, title="申请延期或转为长期坚持", done="已提出申请。", submit="提出申请"
    )

    def save(values: dict[str, Any]) -> str:
        filed = apply_extension(row, actor=request.user, **values)
        return f"{page.back_url}#{anchor_of(filed)}"

    return save_form(request, ExtensionForm(posted(request), measure=row), page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_reopen(request: LoggedIn, measure: UUID) -> HttpResponse:
    """重新启动 a closed measure, as was decided on paper or in a meeting."""
    row = _measure(request.user, measure)
    require(request.user, Ability.RECORD_PAPER, row)
    back = reverse("measure", kwargs={"measure": row.public_id})
    if row.closed_at is None:
        messages.warning(request, "该措施没有销号，不需要重新启动。")
        return redirect(back)
    form = ReopenForm(
        posted(request), request.FILES or None, organization=row.inspection.organization,
        initial={"version": row.version},
    )  # fmt: skip
    page = ActPage(
        title="重新启动", done="已重新启动，状态改为正在推进。", back_url=back,
        trail=_trail(row, "重新启动"), template="measures/act_form.html",
        intro="重新启动后，销号作废，措施改为正在推进，由牵头科室继续整改。原有记录保留。",
        draft=f"reopen-{row.public_id}", facts=_facts(row), submit="重新启动", measure=row,
    )  # fmt: skip

    def save(values: dict[str, Any]) -> str:
        reopen(row, actor=request.user, version=values["version"], reason=values["reason"],
               paper=form.as_paper())  # fmt: skip
        return back

    response = save_form(request, form, page, save)
    return _after_scan(request, form, row, response)


@require_http_methods(["GET", "HEAD", "POST"])
def application_decide(request: LoggedIn, route: str, application: UUID) -> HttpResponse:
    """Accept or return an application, or record what was decided on paper."""
    row = _application(request.user, route, application)
    if not has_a_part(row, request.user):
        raise NotAllowed(why_not_decide(row, request.user) or "这份申请不由您办理。")
    if request.method == "POST":
        return _decided(request, row)
    if row.state not in ApplicationState.pending():
        messages.warning(request, overtaken_words(row))
        return redirect(home_of(row))
    form = _decision_form(request, row)
    why = why_not_decide(row, request.user)
    if why and "paper" not in form.fields:
        raise NotAllowed(why)
    return _decision_page(request, row, form, HTTPStatus.OK)


@require_POST
def application_withdraw(request: LoggedIn, route: str, application: UUID) -> HttpResponse:
    """Take back an application that nobody has decided yet."""
    row: Any = _application(request.user, route, application)
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Refused(_EXPIRED)
    try:
        withdraw(row, actor=request.user, version=form.cleaned_data["version"])
    except (StaleVersion, Overtaken) as late:
        return _overtaken(request, row, late.message)
    messages.success(request, f"已撤回{title_of(row)}。")
    return redirect(safe_next(request, home_of(row)))


def _decided(request: LoggedIn, row: Any) -> HttpResponse:
    form = _decision_form(request, row)
    valid = form.is_valid()
    current = form.cleaned_data.get("version", row.version) == row.version
    if not current or row.state not in ApplicationState.pending():
        return _overtaken(request, row, overtaken_words(row))
    if "paper" not in form.fields and (why := why_not_decide(row, request.user)):
        raise NotAllowed(why)
    if valid:
        paper = form.signed()
        if why := why_not_decide(row, request.user, paper=paper):
            form.add_error("decided_by" if paper else None, why)
        else:
            try:
                decide(
                    row, actor=request.user, version=form.cleaned_data["version"],
                    verdict=Verdict(form.cleaned_data["verdict"]),
                    comment=form.cleaned_data["comment"], paper=paper,
                )  # fmt: skip
            except (StaleVersion, Overtaken) as late:
                return _overtaken(request, row, late.message)
            except (Refused, ValidationError) as error:
                put_beside(form, error)
            else:
                messages.success(request, _done(row))
                return redirect(safe_next(request, home_of(row)))
    response = _decision_page(request, row, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _after_scan(request, form, row.measure, response)


def _decision_form(
    request: LoggedIn, row: AnyOne, initial: dict[str, Any] | None = None
) -> DecisionForm:
    """The form as far as the person may fill it in: the office also records papers."""
    records = may_in(request.user, Ability.RECORD_PAPER, _organization(row))
    wanted = {"paper": True} if request.GET.get("paper") else {}
    filled = posted(request) if initial is None else None
    return DecisionForm(
        filled, request.FILES or None if filled is not None else None, application=row,
        records_paper=records, only_paper=records and bool(why_not_decide(row, request.user)),
        initial={**wanted, **(initial or {})},
    )  # fmt: skip


def _decision_page(
    request: LoggedIn, row: AnyOne, form: DecisionForm, status: HTTPStatus
) -> HttpResponse:
    back = safe_next(request, home_of(row))
    title = f"办理{title_of(row)}"
    page = ActPage(
        title=title, done="", back_url=back, trail=_trail(row.measure, title),
        template="measures/decide.html", draft=f"decide-{row.public_id}",
        facts=_facts(row.measure) if row.measure else (), submit="提交意见", measure=row.measure,
    )  # fmt: skip
    context = {
        "form": form, "page": page, "one": affair_of(row, request.user), "next": back,
        "reads_full": True,
    }  # fmt: skip
    return render(request, "measures/decide.html", context, status=status)


def _overtaken(request: LoggedIn, row: AnyOne, message: str) -> HttpResponse:
    """409: who was first, what was typed, and the form again where there is still something to
    decide for this person."""
    fresh = _application(request.user, route_of(row), row.public_id)
    affair = affair_of(fresh, request.user)
    typed = {
        name: request.POST.get(name, "")
        for name in ("comment", "verdict", "decided_by", "decided_by_name", "decided_on", "meeting")
    }
    form = None
    if affair.pending and not affair.why:
        form = _decision_form(request, fresh, initial=typed)
    context = {
        "message": message, "one": affair, "form": form, "typed": typed["comment"],
        "verdict": dict(Verdict.choices).get(typed["verdict"], ""),
        "next": safe_next(request, home_of(fresh)), "measure": fresh.measure,
        "trail": _trail(fresh.measure, "没有保存"),
        "reads_full": fresh.measure is not None
        and Reading.FULL in reading(request.user, fresh.measure),
    }  # fmt: skip
    return render(request, "measures/overtaken.html", context, status=HTTPStatus.CONFLICT)


def _after_scan(
    request: LoggedIn, form: PaperForm, measure: Measure | None, response: HttpResponse
) -> HttpResponse:
    """The response; a scan that was not let in is recorded and answered with 400, as everywhere."""
    if form.refused is None or measure is None:
        return response
    name, code = form.refused
    refuse_evidence(measure, actor=request.user, name=name, code=code)
    response.status_code = HTTPStatus.BAD_REQUEST
    return response


def _measure(user: User, public_id: UUID) -> Measure:
    rows = Measure.objects.visible_to(user).select_related(
        "inspection__organization", "task__issue", "lead_section", "leader"
    )
    return get_object_or_404(rows.prefetch_related("supports", "co_leads"), public_id=public_id)


def _application(user: User, route: str, public_id: UUID) -> AnyOne:
    """The application where the person reads it. Raises Http404, also for an unknown route."""
    if route not in list(Route):
        raise Http404
    model: Any = MODELS[Route(route)]
    inspection = "inspection" if route == Route.ADJUSTMENT else "measure__inspection"
    rows = model.objects.visible_to(user).select_related(
        f"{inspection}__organization", "measure__lead_section", "measure__leader",
        "measure__inspection__organization", "measure__task__issue",
    )  # fmt: skip
    rows = with_decisions(rows.prefetch_related("measure__supports", "measure__co_leads"))
    row: AnyOne = get_object_or_404(rows, public_id=public_id)
    return row


def _read_only(request: LoggedIn, measure: Measure) -> HttpResponse | None:
    """Back to the measure, with the reason, where nothing can be asked about it any more."""
    try:
        refuse_closed(measure)
    except Refused as error:
        messages.warning(request, error.message)
        return redirect("measure", measure=measure.public_id)
    return None


def _page(measure: Measure, route: Route, *, title: str, **words: Any) -> ActPage:
    pending: Any = MODELS[route].objects
    waiting = pending.filter(measure=measure, state__in=ApplicationState.pending()).first()
    replaces = ""
    if waiting is not None:
        replaces = (
            f"{waiting.applied_by_name}的{title_of(waiting)}还没有办结"
            f"（{waiting.get_state_display()}）；再次提出后，原申请作废，由新的代替。"
        )
    return ActPage(
        title=title, back_url=reverse("measure", kwargs={"measure": measure.public_id}),
        trail=_trail(measure, title), template="measures/act_form.html",
        draft=f"{route}-{measure.public_id}", facts=_facts(measure), measure=measure,
        replaces=replaces, **words,
    )  # fmt: skip


def _trail(measure: Measure | None, here: str) -> list[tuple[str, str]]:
    if measure is None:
        return [(here, "")]
    ledger = reverse("ledger", kwargs={"inspection": measure.inspection.public_id})
    own = reverse("measure", kwargs={"measure": measure.public_id})
    return [("台账", ledger), ("措施", own), (here, "")]


def _facts(measure: Measure) -> tuple[tuple[str, str], ...]:
    return (
        ("牵头科室", measure.lead_section_name or "—"),
        ("责任领导", measure.leader_name or "—"),
        ("整改时限", measure.deadline_text or "—"),
    )


def _organization(row: AnyOne) -> Organization:
    organization: Organization = inspection_of(row).organization
    return organization


def _done(row: AnyOne) -> str:
    """What came of a decision that was just taken."""
    title = title_of(row)
    if row.state == ApplicationState.RETURNED:
        return f"已退回{title}。"
    if row.state == ApplicationState.ACCEPTED:
        return f"已同意{title}，已经生效。"
    return f"已同意{title}，现在{ApplicationState(row.state).label}。"
