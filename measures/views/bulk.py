"""批量修改: choose rows in the ledger, say what to set, look at every change, then write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from measures.domain.adjustments import plan_is_frozen
from measures.domain.bulk import (
    Row,
    bulk_edit,
    refuse_too_many,
    rehearse,
    with_all_for_bulk,
)
from measures.exceptions import RowsRefused
from measures.interfaces.bulk_forms import BulkForm
from measures.interfaces.filters import LedgerFilter
from measures.models import Measure
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn, safe_next
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.form_fields import put_beside


@require_POST
def ledger_bulk(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The rows chosen in the ledger → the form; the form → the preview. Writes nothing.

    `step`: select (from the ledger), change (back to the form), preview, drop (preview without
    the rows that cannot be changed).
    """
    found = _guarded(request, inspection)
    step = request.POST.get("step", "")
    every = step == "select" and "every" in request.POST
    try:
        measures = _filtered(request, found) if every else list(_chosen(request, found))
        refuse_too_many(len(measures))
    except NotAllowed:
        raise
    except Refused as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(_back(request, found))
    if step == "select" or step not in {"change", "preview", "drop"}:
        return _form_page(request, found, measures, _form(found, None))
    form = _form(found, request.POST)
    if step == "change" or not form.is_valid():
        return _form_page(request, found, measures, form)
    rows = rehearse(measures, form.wanted())
    if step == "drop":
        rows = [row for row in rows if not row.refusal]
    return _preview(request, found, form, rows)


@require_POST
def ledger_bulk_save(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Write what the preview showed: all of it, or nothing and the rows that stand against it."""
    found = _guarded(request, inspection)
    measures, form = list(_chosen(request, found)), _form(found, request.POST)
    if not form.is_valid():
        return _form_page(request, found, measures, form)
    try:
        operation = bulk_edit(
            found, actor=request.user, versions=_versions(request.POST), wanted=form.wanted()
        )
    except RowsRefused as error:
        fresh = rehearse(list(_chosen(request, found)), form.wanted())
        return _preview(request, found, form, fresh, error)
    except Refused as error:
        put_beside(form, error)
        return _form_page(request, found, measures, form)
    scheme, host, path, query, _ = urlsplit(_back(request, found))
    kept = [(name, value) for name, value in QueryDict(query).items() if name != "operation"]
    query = urlencode([*kept, ("operation", str(operation.public_id))])
    return HttpResponseRedirect(urlunsplit((scheme, host, path, query, "")))


def _guarded(request: LoggedIn, inspection: UUID) -> Inspection:
    found = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related("organization"),
        public_id=inspection,
    )
    require_in(request.user, Ability.EDIT_MEASURE, found.organization)
    refuse_archived(found)
    return found


def _form(inspection: Inspection, data: QueryDict | None) -> BulkForm:
    return BulkForm(data, organization=inspection.organization, frozen=plan_is_frozen(inspection))


def _versions(data: QueryDict) -> dict[UUID, int]:
    """The posted rows, "public id:version". Raises Http404 for what is none."""
    try:
        pairs = [one.partition(":") for one in data.getlist("rows")]
        return {UUID(named): int(version or 0) for named, _, version in pairs}
    except ValueError as error:
        raise Http404 from error


def _chosen(request: LoggedIn, inspection: Inspection) -> Sequence[Measure]:
    """The posted measures. One that is not there for this person hides them all (A-3)."""
    named = _versions(request.POST)
    rows = Measure.objects.visible_to(request.user).filter(inspection=inspection)
    found = list(with_all_for_bulk(rows.filter(public_id__in=list(named))))
    if len(found) != len(named):
        raise Http404
    return found


def _filtered(request: LoggedIn, inspection: Inspection) -> list[Measure]:
    """Every measure that the posted filter of the ledger shows today."""
    query = request.POST.copy()
    query.pop("as_of", None)
    filters = LedgerFilter(query, inspection=inspection, user=request.user)
    refuse_too_many(filters.rows.count())
    rows = Measure.objects.visible_to(request.user).filter(pk__in=filters.rows.values("pk"))
    return list(with_all_for_bulk(rows))


def _form_page(
    request: LoggedIn, inspection: Inspection, measures: Sequence[Measure], form: BulkForm
) -> HttpResponse:
    context = {"measures": measures, "form": form, **_around(request, inspection)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "measures/bulk.html", context, status=status)


def _preview(
    request: LoggedIn,
    inspection: Inspection,
    form: BulkForm,
    rows: Sequence[Row],
    error: RowsRefused | None = None,
) -> HttpResponse:
    """Every row before and after; `error`: why saving came to nothing, by row."""
    told: Mapping[UUID, str] = {one.public_id: why for one, why in error.rows} if error else {}
    overtaken = error is not None and error.overtaken
    refused = [
        (row, row.refusal or told.get(row.measure.public_id, ""))
        for row in rows
        if row.refusal or (told.get(row.measure.public_id) and not overtaken)
    ]
    kept_out = {row.measure.pk for row, _ in refused}
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "refused": refused,
        "changing": [row for row in rows if row.cells and row.measure.pk not in kept_out],
        "unchanged": [row for row in rows if not row.cells and row.measure.pk not in kept_out],
        "error": error,
        "overtaken": error.rows if error is not None and overtaken else [],
        **_around(request, inspection),
    }
    status = HTTPStatus.OK
    if error is not None:
        status = HTTPStatus.CONFLICT if overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "measures/bulk_preview.html", context, status=status)


def _around(request: LoggedIn, inspection: Inspection) -> dict[str, Any]:
    back = _back(request, inspection)
    return {
        "inspection": inspection,
        "back": back,
        "trail": [("台账", back), ("批量修改", "")],
    }


def _back(request: LoggedIn, inspection: Inspection) -> str:
    return safe_next(request, reverse("ledger", kwargs={"inspection": inspection.public_id}))
