"""整改方案: what it holds, its approval, how far the measures differ from it now, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import Inspection
from measures.domain.plan import approve_plan, plan_contents
from measures.domain.plan_difference import Column, columns_in_words, plan_difference
from measures.enums import AdjustmentAct
from measures.interfaces.plan_forms import PlanForm
from measures.models import Adjustment
from measures.reading import Reading, reading
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.form_fields import put_beside
from rectify.form_pages import posted
from rectify.shell import remember


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The plan before its approval with the form for it; afterwards the difference to it."""
    found = _inspection(request, inspection)
    user = request.user
    if request.method == "POST":
        require_in(user, Ability.EDIT_MEASURE, found.organization)
    form = PlanForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            approve_plan(found, actor=user, **form.values())
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, "已审定整改方案。此后改动措施按措施调整办理。")
            return redirect("plan", inspection=found.public_id)
    difference = plan_difference(found, user)
    context: dict[str, Any] = {
        "inspection": found,
        "trail": [("台账", _ledger(found)), ("整改方案", "")],
        "form": form,
        "difference": difference,
        "may_approve": may_in(user, Ability.EDIT_MEASURE, found.organization),
        "partial": found.organization_id not in user.access.whole(Ability.SEE_SUMMARY),
        "reads_adjustments": _reads_adjustments(found, user),
    }
    if difference is None:
        context["contents"] = plan_contents(found, user)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "measures/plan.html", context, status=status)


@dataclass(frozen=True)
class ListedAdjustment:
    """One row of the list, as far as its reader may read it."""

    row: Adjustment
    columns: Sequence[Column]


@require_safe
def adjustments(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Every adjustment of the plan: asked for, decided, returned."""
    found = _inspection(request, inspection)
    if not _reads_adjustments(found, request.user):
        raise NotAllowed("措施调整不在您的查看范围内。")
    rows = (
        Adjustment.objects.visible_to(request.user)
        .filter(inspection=found)
        .select_related("measure__task__issue", "task__issue", "leader")
        .prefetch_related("measure__supports", "measure__co_leads", "decisions")
    )
    context = {
        "inspection": found,
        "trail": [
            ("台账", _ledger(found)),
            ("整改方案", reverse("plan", kwargs={"inspection": found.public_id})),
            ("措施调整", ""),
        ],
        "rows": [ListedAdjustment(row, _columns(row, request.user)) for row in rows],
    }
    return render(request, "measures/plan_adjustments.html", context)


def _inspection(request: LoggedIn, public_id: UUID) -> Inspection:
    found = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related("organization"),
        public_id=public_id,
    )
    remember(request, found)
    return found


def _reads_adjustments(inspection: Inspection, user: User) -> bool:
    return inspection.organization_id in user.access.anywhere(Ability.SEE_RESULT)


def _columns(row: Adjustment, user: User) -> list[Column]:
    """What a change changes, and what a measure that is only proposed would say besides its text;
    what came or went as a whole is told by its text."""
    if row.measure is None:
        return [column for column in columns_in_words(row.changes) if column.name != "text"]
    if row.act != AdjustmentAct.CHANGE:
        return []
    return columns_in_words(row.changes, full=Reading.FULL in reading(user, row.measure))


def _ledger(inspection: Inspection) -> str:
    return reverse("ledger", kwargs={"inspection": inspection.public_id})
