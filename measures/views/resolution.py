"""党组会议集中审议: the office records one decision on several close-outs."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from issues.models import Inspection
from measures.domain.resolution import awaiting_meeting, resolve_closures
from measures.exceptions import Overtaken
from measures.interfaces.resolution_forms import ResolutionForm
from measures.models import ClosureApplication
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.form_fields import put_beside
from rectify.form_pages import posted


@require_http_methods(["GET", "HEAD", "POST"])
def resolution(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Choose the close-outs that the party group agreed to, and record its meeting."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.RECORD_PAPER, found.organization)
    form = ResolutionForm(
        posted(request), request.FILES or None,
        closures=ClosureApplication.objects.visible_to(user)
        .filter(measure__inspection=found)
        .select_related("measure__inspection__organization", "measure__lead_section"),
    )  # fmt: skip
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                resolve_closures(
                    found, form.chosen, actor=user, meeting=form.cleaned_data["meeting"],
                    decided_on=form.cleaned_data["decided_on"], scan=form.cleaned_data["scan"],
                )  # fmt: skip
            except Overtaken as late:
                form.add_error(None, late.message)
                status = HTTPStatus.CONFLICT
            except (Refused, ValidationError) as error:
                put_beside(form, error)
            else:
                messages.success(request, f"已登记党组会议决定，{len(form.chosen)} 条措施销号。")
                return redirect("inbox")
    rows = awaiting_meeting(found).select_related("measure__task__issue")
    context = {
        "form": form, "inspection": found, "nav": "inbox",
        "rows": rows.prefetch_related("decisions"),
        "ticked": form.ticked if form.is_bound else set(),
        "trail": [("待办", reverse("inbox")), ("党组会议集中审议", "")],
    }  # fmt: skip
    return render(request, "measures/resolution.html", context, status=status)
