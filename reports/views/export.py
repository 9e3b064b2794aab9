"""The button of the ledger that asks for the 一览表: exactly what the filter shows."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from issues.models import Inspection
from measures.interfaces.filters import LedgerFilter
from measures.models import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from reports.jobs import request_export, require_some


@require_POST
def export_ledger(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Queue the export of the rows that the posted filter shows and the person may take away."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_some(user, Ability.EXPORT_LEDGER, found)
    shown = LedgerFilter(request.POST, inspection=found, user=user)
    ids = shown_ids(shown)
    if ids == []:
        messages.error(request, "没有可以导出的措施，请调整筛选后重试。")
        return redirect("ledger", inspection=found.public_id)
    day = shown.moment.as_of if "as_of" in shown.chosen() else None
    job = request_export(found, actor=user, measure_ids=ids, as_of=day)
    return redirect("job", job=job.public_id)


def shown_ids(shown: LedgerFilter) -> list[int] | None:
    """What the filter shows and the person may take away; None = the whole inspection."""
    access, inspection = shown.user.access, shown.inspection
    if not shown.chosen() and inspection.organization_id in access.whole(Ability.EXPORT_LEDGER):
        return None
    reach = Measure.objects.within(access, Ability.EXPORT_LEDGER).filter(inspection=inspection)
    rows = shown.rows.filter(pk__in=reach.values("pk"))
    return list(rows.in_order().values_list("pk", flat=True))
