"""The page of one measure, and reporting its status and result."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from measures.domain.reporting import report
from measures.models import Measure
from measures.reading import require
from measures.views.measure_page import measure_page, report_form
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside


@require_safe
def measure(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Everything about the measure that the person may read."""
    row = get_object_or_404(Measure.objects.visible_to(request.user), public_id=measure)
    return measure_page(request, row)


@require_POST
def measure_report(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Save status, result, next step and the day of completion."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("inspection__organization"),
        public_id=measure,
    )
    require(request.user, Ability.REPORT_STATUS, row)
    form = report_form(request, row, request.POST)
    if form.is_valid():
        try:
            report(
                row,
                actor=request.user,
                version=form.cleaned_data["version"],
                values=form.values(),
                reason=form.cleaned_data.get("reason", ""),
            )
        except StaleVersion as error:
            return _overtaken(request, error.current)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, "已保存状态和整改情况。")
            return redirect("measure", measure=row.public_id)
    elif form.cleaned_data.get("version", row.version) != row.version:
        # The others' step of status may be all that makes this form wrong.
        return _overtaken(request, row)
    return measure_page(request, row, report=form)


def _overtaken(request: LoggedIn, current: Measure) -> HttpResponse:
    """Both texts; the choices of status are those open from where the measure stands now."""
    again = report_form(request, current, request.POST)
    again.is_valid()
    address = {"measure": current.public_id}
    return conflict_page(
        request,
        current=current,
        form=again,
        action_url=reverse("measure_report", kwargs=address),
        title="整改情况：内容有冲突",
        leave_url=reverse("measure", kwargs=address),
        together=("status", "completed_on"),
    )
