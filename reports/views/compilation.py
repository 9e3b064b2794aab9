"""The buttons that ask for the 佐证材料汇编: of the whole inspection or of what a filter shows."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from issues.models import Inspection
from measures.interfaces.filters import LedgerFilter
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from reports.jobs import request_compilation, require_some
from reports.views.export import shown_ids


@require_POST
def evidence_compile(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Queue the compilation of the measures that the posted filter shows and the person may take
    away; without a filter, of all of these."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_some(user, Ability.EXPORT_LEDGER, found)
    ids = shown_ids(LedgerFilter(request.POST, inspection=found, user=user))
    if ids == []:
        messages.error(request, "没有可以汇编的措施，请调整筛选后重试。")
        return redirect("evidence_list", inspection=found.public_id)
    job = request_compilation(found, actor=user, measure_ids=ids)
    return redirect("job", job=job.public_id)
