"""Writing the weekly progress of one measure."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from measures.domain.progress import write_progress
from measures.interfaces.forms import ProgressForm
from measures.interfaces.weeks import writable_weeks
from measures.models import Measure, ProgressEntry
from measures.reading import require
from measures.views.measure_page import measure_page
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside
from rectify.lib.weeks import week_label


@require_POST
def measure_progress(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Save the entry of the person's section for the chosen week."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("inspection__organization"),
        public_id=measure,
    )
    require(request.user, Ability.WRITE_PROGRESS, row)
    form = ProgressForm(request.POST, weeks=writable_weeks(row.inspection))
    if form.is_valid():
        try:
            entry = write_progress(
                row,
                actor=request.user,
                week_start=form.cleaned_data["week_start"],
                text=form.cleaned_data["text"],
                difficulty=form.cleaned_data["difficulty"],
                no_change=form.cleaned_data["no_change"],
                version=form.seen_version,
            )
        except StaleVersion as error:
            return _overtaken(request, row, form, error.current)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, f"已保存{week_label(entry.week_start)}进展。")
            return redirect("measure", measure=row.public_id)
    return measure_page(request, row, progress=form)


def _overtaken(
    request: LoggedIn, row: Measure, form: ProgressForm, current: ProgressEntry
) -> HttpResponse:
    """Somebody of the section wrote the same week meanwhile, or had written it before."""
    address = {"measure": row.public_id}
    return conflict_page(
        request,
        current=current,
        form=form,
        action_url=reverse("measure_progress", kwargs=address),
        title=f"{week_label(current.week_start)}进展：内容有冲突",
        leave_url=reverse("measure", kwargs=address),
        now={"seen_week": current.week_start.isoformat()},
        together=("text", "no_change"),
    )
