"""Adding a measure to a task, and changing what the plan says of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from issues.models import Task
from measures.domain.measures import add_measure, edit_measure, refuse_closed
from measures.interfaces.forms import MeasureForm, listed
from measures.models import Measure, PlanBaseline
from measures.reading import require
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside


@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: LoggedIn, task: UUID) -> HttpResponse:
    """A new measure at the end of the task."""
    parent = get_object_or_404(
        Task.objects.visible_to(request.user).select_related(
            "issue__area", "inspection__organization"
        ),
        public_id=task,
    )
    inspection = parent.inspection
    require_in(request.user, Ability.EDIT_MEASURE, inspection.organization)
    frozen = PlanBaseline.objects.filter(inspection=inspection).exists()
    form = MeasureForm(_posted(request), organization=inspection.organization, frozen=frozen)
    if request.method == "POST" and form.is_valid():
        try:
            row = add_measure(parent, actor=request.user, **form.values(), reason=form.reason)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, "已新增措施。")
            return redirect("measure", measure=row.public_id)
    back = reverse("ledger", kwargs={"inspection": inspection.public_id})
    return _page(request, form, parent, back=f"{back}?issue={parent.issue.public_id}",
                 action=reverse("measure_new", kwargs={"task": parent.public_id}))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def measure_edit(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Change text, people, deadline, disclosure. An adjustment once the plan is approved."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user)
        .select_related("task__issue__area", "inspection__organization")
        .prefetch_related("supports", "co_leads"),
        public_id=measure,
    )
    require(request.user, Ability.EDIT_MEASURE, row)
    address = {"measure": row.public_id}
    try:
        refuse_closed(row)
    except Refused as error:
        messages.error(request, error.message)
        return redirect("measure", measure=row.public_id)
    form = MeasureForm(
        _posted(request),
        organization=row.inspection.organization,
        frozen=PlanBaseline.objects.filter(inspection=row.inspection_id).exists(),
        measure=row,
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_measure(
                row,
                actor=request.user,
                version=form.cleaned_data["version"],
                values=form.changed_values(),
                reason=form.reason,
            )
        except StaleVersion as error:
            return _overtaken(request, form, error.current)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("measure", measure=row.public_id)
    return _page(request, form, row.task, back=reverse("measure", kwargs=address),
                 action=reverse("measure_edit", kwargs=address), measure=row)  # fmt: skip


def _posted(request: LoggedIn) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _overtaken(request: LoggedIn, form: MeasureForm, current: Measure) -> HttpResponse:
    address = {"measure": current.public_id}
    return conflict_page(
        request,
        current=current,
        form=form,
        action_url=reverse("measure_edit", kwargs=address),
        title="修改措施：内容有冲突",
        leave_url=reverse("measure", kwargs=address),
        now=listed(current),
    )


def _page(
    request: LoggedIn,
    form: MeasureForm,
    task: Task,
    *,
    back: str,
    action: str,
    measure: Measure | None = None,
) -> HttpResponse:
    ledger = reverse("ledger", kwargs={"inspection": task.inspection.public_id})
    trail = [("台账", ledger)]
    if measure is not None:
        trail.append(("措施", back))
    context: dict[str, Any] = {
        "form": form,
        "task": task,
        "inspection": task.inspection,
        "measure": measure,
        "back": back,
        "action": action,
        "trail": [*trail, ("修改措施" if measure else "新增措施", "")],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "measures/measure_form.html", context, status=status)
