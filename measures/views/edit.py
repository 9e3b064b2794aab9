"""Adding a measure to a task, and changing what the plan says of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from issues.models import Task
from measures.domain.adjustments import plan_is_frozen
from measures.domain.guards import refuse_closed
from measures.domain.plan_edits import save_measure, save_new_measure
from measures.interfaces.forms import MeasureForm, listed
from measures.models import Adjustment, Measure
from measures.reading import require
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside
from rectify.form_pages import posted

PROPOSED = "已提交措施调整申请，审定后生效。"


@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: LoggedIn, task: UUID) -> HttpResponse:
    """A new measure at the end of the task, or the proposal of one."""
    parent = get_object_or_404(
        Task.objects.visible_to(request.user).select_related(
            "issue__area", "inspection__organization"
        ),
        public_id=task,
    )
    inspection = parent.inspection
    require_in(request.user, Ability.EDIT_MEASURE, inspection.organization)
    form = MeasureForm(
        posted(request), request.FILES or None, organization=inspection.organization,
        frozen=plan_is_frozen(inspection),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            row = save_new_measure(
                parent, actor=request.user, values=form.values(), asked=form.asked()
            )
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            if isinstance(row, Adjustment):
                messages.success(request, PROPOSED)
                return redirect("adjustments", inspection=inspection.public_id)
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
        posted(request),
        request.FILES or None,
        organization=row.inspection.organization,
        frozen=plan_is_frozen(row.inspection),
        measure=row,
    )
    if request.method == "POST" and form.is_valid():
        try:
            proposal = save_measure(
                row,
                actor=request.user,
                version=form.cleaned_data["version"],
                values=form.changed_values(),
                asked=form.asked(),
            )
        except StaleVersion as error:
            return _overtaken(request, form, error.current)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, PROPOSED if proposal else "已保存。")
            return redirect("measure", measure=row.public_id)
    return _page(request, form, row.task, back=reverse("measure", kwargs=address),
                 action=reverse("measure_edit", kwargs=address), measure=row)  # fmt: skip


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
