"""操作记录: what was done to many measures at once, and undoing it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from issues.models import Inspection
from measures.domain.operations import WORDS, operation_in_words, operations_of
from measures.domain.undo import undo
from measures.exceptions import Overtaken, RowsRefused
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Operation
from rectify.shell import remember

PAGE_ROWS = 50


@require_safe
def operations(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Operations on the measures of one inspection, newest first, by pages of fifty."""
    found = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related("organization"),
        public_id=inspection,
    )
    require_in(request.user, Ability.EDIT_MEASURE, found.organization)
    rows = operations_of(found, request.user)
    before = _named(request)
    if before is not None:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.pk))
    page = list(rows[: PAGE_ROWS + 1])
    context = {
        "inspection": found,
        "operations": [(WORDS[row.kind], row) for row in page[:PAGE_ROWS]],
        "newest": reverse("operations", kwargs={"inspection": found.public_id}) if before else "",
        "older": f"?before={page[PAGE_ROWS - 1].public_id}" if len(page) > PAGE_ROWS else "",
        "trail": [(_LEDGER, _ledger(found)), ("操作记录", "")],
    }
    return render(request, "measures/operations.html", context)


@require_safe
def operation(request: LoggedIn, operation: UUID) -> HttpResponse:
    """Every change of one operation, and whether it can be undone."""
    return _page(request, _guarded(request, operation))


@require_POST
def operation_undo(request: LoggedIn, operation: UUID) -> HttpResponse:
    """Put everything back. `skip`: the measures that somebody changed since, left as they are."""
    found = _guarded(request, operation)
    try:
        skip = {UUID(one) for one in request.POST.getlist("skip")}
    except ValueError as error:
        raise Http404 from error
    try:
        by = undo(found, actor=request.user, skip=skip)
    except NotAllowed:
        raise
    except RowsRefused as error:
        return _page(request, found, error=error.message, status=HTTPStatus.CONFLICT)
    except Refused as error:
        late = isinstance(error, Overtaken)
        status = HTTPStatus.CONFLICT if late else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, _guarded(request, operation), error=error.message, status=status)
    left = f"；{len(skip)}条之后又有变动，没有撤销" if skip else ""
    messages.success(request, f"已撤销，各条措施恢复为修改前的内容{left}。")
    return redirect("operation", operation=by.public_id)


def _guarded(request: LoggedIn, operation: UUID) -> Operation:
    return get_object_or_404(
        Operation.objects.visible_to(request.user)
        .filter(kind__in=list(WORDS))
        .select_related("undone_by", "undoes", "organization"),
        public_id=operation,
    )


def _named(request: LoggedIn) -> Operation | None:
    """The operation after which the page begins; None where the address names none."""
    try:
        public_id = UUID(request.GET.get("before", ""))
    except ValueError:
        return None
    return Operation.objects.visible_to(request.user).filter(public_id=public_id).first()


_LEDGER = "台账"


def _ledger(inspection: Inspection) -> str:
    return reverse("ledger", kwargs={"inspection": inspection.public_id})


def _page(
    request: LoggedIn, found: Operation, *, error: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    account = operation_in_words(found, request.user)
    trail: list[tuple[str, str]] = []
    if account.rows:
        inspection = account.rows[0].measure.inspection
        remember(request, inspection)
        listed = reverse("operations", kwargs={"inspection": inspection.public_id})
        trail = [(_LEDGER, _ledger(inspection)), ("操作记录", listed)]
    context: dict[str, Any] = {
        "operation": found,
        "account": account,
        "error": error,
        "trail": [*trail, (account.word, "")],
    }
    return render(request, "measures/operation.html", context, status=status)
