"""Changing the status of one row in the ledger, and taking it back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from measures.domain.conditions import counted
from measures.domain.moment import moment_of
from measures.domain.reporting import report, take_back
from measures.enums import Status
from measures.interfaces.forms import StatusForm
from measures.models import Measure
from measures.reading import require
from measures.views.ledger_rows import asked, lines, undo_of
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn, safe_next
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.conflicts import conflict_page


@require_POST
def measure_status(request: LoggedIn, measure: UUID) -> HttpResponse:
    """One step of status. With htmx the row's cell comes back, without it the ledger at the row."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("inspection__organization"),
        public_id=measure,
    )
    require(request.user, Ability.REPORT_STATUS, row)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _answer(request, row, note="请选择状态后保存。", refused=True)
    former, undo = row.status, form.cleaned_data["undo"]
    version = form.cleaned_data["version"]
    try:
        if undo:
            take_back(row, actor=request.user, version=version)
        else:
            report(row, actor=request.user, version=version,
                   values={"status": form.cleaned_data["status"]},
                   reason=form.cleaned_data["reason"])  # fmt: skip
    except StaleVersion as error:
        return _overtaken(request, form, error.current)
    except NotAllowed:
        raise
    except Refused as error:
        return _answer(request, row, note=error.message, refused=True)
    except ValidationError as error:
        return _answer(request, row, note="".join(error.messages), refused=True)
    if former == row.status:
        return _answer(request, row)
    if undo:
        return _answer(request, row, note=f"已撤销，恢复为“{Status(row.status).label}”。")
    return _answer(request, row, former=Status(former))


def _answer(
    request: LoggedIn,
    row: Measure,
    *,
    note: str = "",
    refused: bool = False,
    former: Status | None = None,
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return _cell(request, row, status=status, note=note, refused=refused, former=former)
    if note:
        messages.add_message(request, messages.ERROR if refused else messages.SUCCESS, note)
    return HttpResponseRedirect(_back(request, row, former))


def _cell(
    request: LoggedIn, row: Measure, *, status: HTTPStatus, former: Status | None, **words: Any
) -> HttpResponse:
    """The cell of the row as the database now has it."""
    moment = moment_of(row.inspection)
    rows = asked(counted(row.inspection, moment, request.user).filter(pk=row.pk), moment)
    number = request.POST.get("number", "")
    found = lines(
        list(rows),
        user=request.user,
        moment=moment,
        first_number=int(number) if number.isdecimal() and len(number) < 8 else 1,
    )
    if not found:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    line = found[0]
    context = {
        "line": line,
        "back": safe_next(request, _ledger_of(row)),
        "former": former,
        "changed": row.public_id if former else None,
        "undo": former and line.inline is not None and undo_of(line.measure, former, request.user),
        **words,
    }
    response = render(request, "measures/state_swap.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _overtaken(request: LoggedIn, form: StatusForm, current: Measure) -> HttpResponse:
    wanted = Status(form.cleaned_data["status"])
    if request.headers.get("HX-Request"):
        note = (
            f"刚被他人改为“{Status(current.status).label}”，"
            f"您选的“{wanted.label}”尚未保存。请核对后再保存。"
        )
        return _cell(request, current, status=HTTPStatus.CONFLICT, former=None, note=note,
                     conflict=True, wanted=wanted.value)  # fmt: skip
    return conflict_page(
        request,
        current=current,
        form=form,
        action_url=reverse("measure_status", kwargs={"measure": current.public_id}),
        title="完成状态：内容有冲突",
        leave_url=safe_next(request, _ledger_of(current)),
    )


def _back(request: LoggedIn, row: Measure, former: Status | None) -> str:
    """The ledger as it was, at this row, with a note of what was changed."""
    scheme, host, path, query, _ = urlsplit(safe_next(request, _ledger_of(row)))
    params = [(k, v) for k, v in QueryDict(query).items() if k not in {"changed", "former"}]
    if former is not None:
        params += [("changed", str(row.public_id)), ("former", former.value)]
    return urlunsplit((scheme, host, path, urlencode(params), f"m-{row.public_id}"))


def _ledger_of(row: Measure) -> str:
    return reverse("ledger", kwargs={"inspection": row.inspection.public_id})
