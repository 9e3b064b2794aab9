"""Two people saved the same thing: the second sees both texts and loses neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

from django import forms
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from measures.enums import Status
from measures.interfaces.forms import shown
from rectify.accounts.requests import LoggedIn
from rectify.audit.models import Event


@dataclass(frozen=True)
class Differing:
    """One field in both versions, as words."""

    label: str
    theirs: str
    yours: str


def conflict_page(
    request: LoggedIn,
    *,
    form: forms.Form,
    now_stored: Mapping[str, object],
    row: models.Model,
    version: int,
    action: str,
    back: str,
    title: str,
) -> HttpResponse:
    """HTTP 409 with the differing fields side by side, and the same form with the new version.

    `form` is bound and cleaned, `now_stored` holds the row's values by field name, `version` is
    the one that saving again must name. Works without script; nothing typed is lost.
    """
    differing = []
    for name, stored in now_stored.items():
        if name not in form.fields:
            continue
        typed = form.cleaned_data.get(name, form.data.get(name))
        theirs, yours = _words(form, name, stored), _words(form, name, typed)
        if theirs != yours:
            differing.append(Differing(str(form.fields[name].label), theirs, yours))
    carry(form, version=str(version))
    last = (
        Event.objects.filter(object_type=row._meta.model_name, object_id=str(row.pk))
        .order_by("-at", "-seq")
        .first()
    )
    context = {
        "title": title, "form": form, "differing": differing, "last": last, "action": action,
        "back": back,
    }  # fmt: skip
    return render(request, "measures/conflict.html", context, status=HTTPStatus.CONFLICT)


def carry(form: forms.Form, **hidden: str) -> None:
    """Change hidden fields of a bound form; everything that was typed stays."""
    data = cast(QueryDict, form.data).copy()
    for name, value in hidden.items():
        data[name] = value
    form.data = data


def _words(form: forms.Form, name: str, value: object) -> str:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        # A step that is no longer open from where the row stands now still has its word.
        offered = cast("Iterable[tuple[str, str]]", field.choices)  # ours are never nested
        words = {**dict(Status.choices), **dict(offered)}
        return str(words.get(str(value), shown(value)))
    return shown(value)
