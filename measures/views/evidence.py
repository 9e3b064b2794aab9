"""Evidence: taking a file in and handing it out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from measures.domain.evidence import attach_evidence, hand_out
from measures.enums import EvidenceKind
from measures.interfaces.forms import EvidenceForm
from measures.models import Evidence, Measure
from measures.reading import require
from measures.views.measure_page import measure_page
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.form_fields import put_beside

# The file is never shown inside the site: no script, no frame, no same origin (trust.md §3).
_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@require_POST
def evidence_add(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Store one checked file and link it to the measure."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("inspection__organization"),
        public_id=measure,
    )
    require(request.user, Ability.WRITE_PROGRESS, row)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        checked = form.cleaned_data["file"]
        try:
            attach_evidence(
                row,
                actor=request.user,
                file=checked.file,
                name=checked.name,
                size=checked.size,
                kind=EvidenceKind(form.cleaned_data["kind"]),
            )
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, f"已上传“{checked.name}”。")
            return redirect("measure", measure=row.public_id)
    return measure_page(request, row, evidence=form)


@require_safe
def evidence(request: LoggedIn, evidence: UUID) -> HttpResponseBase:
    """The stored bytes as a download, after checking the person and the checksum."""
    row = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("inspection__organization"),
        public_id=evidence,
    )
    try:
        stored = hand_out(row, actor=request.user)
    except Refused as error:
        messages.error(request, error.message)
        owner = Measure.objects.visible_to(request.user).filter(evidence_links__evidence=row)
        return redirect("measure", measure=owner.in_order()[0].public_id)
    response = FileResponse(
        stored,
        as_attachment=True,
        filename=row.original_name,
        content_type="application/octet-stream",
    )
    response["Content-Length"] = str(row.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "no-store, private"
    return response
