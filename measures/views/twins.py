"""同一措施: joining a measure with others of its section, and taking one out again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from measures.domain.evidence_list import Numbered, numbers_of
from measures.domain.guards import refuse_closed
from measures.domain.twins import candidates, join_twins, leave_twins
from measures.interfaces.instruction_forms import LeaveForm, TwinsForm
from measures.interfaces.search import matching
from measures.models import Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.accounts.limits import count_search
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.form_pages import FormPage, posted, save_form


@dataclass(frozen=True, kw_only=True)
class TwinsPage(FormPage):
    """`joined`: what is the same already; `lines`: what may be joined; `chosen`: what is ticked."""

    measure: Measure
    joined: Sequence[Numbered] = ()
    lines: Sequence[Numbered] = ()
    chosen: Collection[str] = ()
    query: str = ""
    submit: str = "关联为同一措施"


@require_http_methods(["GET", "HEAD", "POST"])
def measure_twins(request: LoggedIn, measure: UUID) -> HttpResponse:
    """What the measure is joined with, and a searchable list of what it may be joined with."""
    row = _editable(request, measure)
    if refused := _stopped(request, row):
        return refused
    found = candidates(row).select_related("task__issue")
    form = TwinsForm(posted(request), measures=found)
    query = request.GET.get("q", "").strip()[:100]
    shown = found
    if query:
        count_search(request.user)
        shown = found.filter(matching(query, request.user.access))
    chosen = set(request.POST.getlist("measures"))

    def save(cleaned: dict[str, Any]) -> str:
        join_twins([row, *cleaned["measures"]], actor=request.user, reason=cleaned["reason"])
        return request.path

    back = reverse("measure", kwargs={"measure": row.public_id})
    same = Measure.objects.visible_to(request.user).filter(same_as=row.same_as_id)
    joined = same.select_related("task__issue").in_order() if row.same_as_id else []
    page = TwinsPage(
        title="同一措施", done="已关联为同一措施，以后进展填一处即可。", back_url=back,
        template="measures/twins.html", trail=_trail(row, ("同一措施", "")), measure=row,
        joined=_numbered(row, joined), lines=_numbered(row, shown), query=query, chosen=chosen,
    )  # fmt: skip
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def twin_leave(request: LoggedIn, twin: UUID) -> HttpResponse:
    """Take one measure out of those that are the same, with the reason."""
    row = _editable(request, twin)
    if refused := _stopped(request, row):
        return refused
    back = reverse("measure_twins", kwargs={"measure": row.public_id})

    def save(cleaned: dict[str, Any]) -> str:
        leave_twins(row, actor=request.user, reason=cleaned["reason"])
        return reverse("measure", kwargs={"measure": row.public_id})

    page = TwinsPage(
        title="取消同一措施", done="已取消关联，以后进展各自填报。", back_url=back,
        template="measures/twins_leave.html", measure=row, submit="取消关联",
        trail=_trail(row, ("同一措施", back), ("取消关联", "")),
        intro="取消后进展各自填报；以前同步的进展保留在各条措施中。",
    )  # fmt: skip
    return save_form(request, LeaveForm(posted(request)), page, save)


def _editable(request: LoggedIn, public_id: UUID) -> Measure:
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related(
            "inspection__organization", "task__issue"
        ),
        public_id=public_id,
    )
    require(request.user, Ability.EDIT_MEASURE, row)
    return row


def _stopped(request: LoggedIn, row: Measure) -> HttpResponse | None:
    """Back to a measure of which nothing may be written any more, with the reason."""
    try:
        refuse_closed(row)
    except Refused as error:
        messages.error(request, error.message)
        return redirect("measure", measure=row.public_id)
    return None


def _numbered(row: Measure, measures: Any) -> list[Numbered]:
    numbers = numbers_of(row.inspection)
    return [Numbered(numbers[one.pk], one) for one in measures if one.pk in numbers]


def _trail(row: Measure, *last: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    ledger = reverse("ledger", kwargs={"inspection": row.inspection.public_id})
    return (
        ("台账", ledger),
        ("措施", reverse("measure", kwargs={"measure": row.public_id})),
        *last,
    )
