"""Importing accounts from a list: everything that is wrong is shown before anything is saved."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rectify.accounts.domain.roster import MOST_ROWS, open_accounts
from rectify.accounts.enums import Ability
from rectify.accounts.limits import count_roster
from rectify.accounts.models import Organization
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.forms import RosterForm
from rectify.administration.interfaces.roster import (
    COLUMNS,
    Line,
    RosterError,
    read_roster,
    text_of,
)
from rectify.administration.views.acts import slips
from rectify.administration.views.guards import require_somewhere
from rectify.audit.exceptions import Refused
from rectify.form_fields import put_beside


@require_http_methods(["GET", "HEAD", "POST"])
def account_import(request: LoggedIn) -> HttpResponse:
    """First the list is read and judged line by line; sent again as it is, it is saved whole."""
    user = request.user
    require_somewhere(user, Ability.MANAGE_ACCOUNTS)
    data = request.POST.copy() if request.method == "POST" else None
    form = RosterForm(data, request.FILES or None, bureaus=Organization.objects.kept_by(user))
    lines: list[Line] = []
    if data is not None and form.is_valid():
        text, lines = _read(form)
        bad = any(line.problems for line in lines)
        if lines and not bad and request.POST.get("confirmed") == "1":
            count_roster(user)
            try:
                opened = open_accounts(
                    [line.values for line in lines], actor=user, organization=form.bureau
                )
            except (Refused, ValidationError) as error:
                put_beside(form, error)
            else:
                return slips(request, opened, back_url=reverse("accounts"),
                             back_word="返回账号列表")  # fmt: skip
        # What came as a file goes on as text, so that it can be corrected on the page.
        data["text"] = text
    return _show(request, form, lines)


def _read(form: RosterForm) -> tuple[str, list[Line]]:
    """The list as text and its lines; none where it cannot be read, and the form says why."""
    text, upload = form.cleaned_data["text"], form.cleaned_data["file"]
    bureau = Organization.objects.filter(pk=form.bureau.pk)
    source = "file" if upload else "text"
    try:
        text = text_of(upload) if upload else text
        return text, read_roster(text, bureau=bureau)
    except RosterError as error:
        form.add_error(source, str(error))
        return text, []


def _show(request: LoggedIn, form: RosterForm, lines: list[Line]) -> HttpResponse:
    bad = sum(bool(line.problems) for line in lines)
    context: dict[str, Any] = {
        "form": form,
        "lines": lines,
        "bad": bad,
        "columns": [words[0] for words in COLUMNS.values()],
        "most": MOST_ROWS,
    }
    refused = bool(form.errors or bad)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "administration/account_import.html", context, status=status)
