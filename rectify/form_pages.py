"""What every page with one form does: show, refuse beside the field, conflict, go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from rectify.audit.exceptions import Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside


@dataclass(frozen=True)
class FormPage:
    """What surrounds a form: its words, the way back, and where saving leads.

    `again_url`: of a new node's form, so that several can be typed one after another.
    """

    title: str
    done: str
    back_url: str
    trail: Sequence[tuple[str, str]]
    template: str
    intro: str = ""
    draft: str = ""
    again_url: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the posted data, however empty, or nothing to show a new form."""
    return request.POST if request.method == "POST" else None


def save_form(
    request: HttpRequest,
    form: forms.Form,
    page: FormPage,
    save: Callable[[dict[str, Any]], str],
    now: Callable[[Any], Mapping[str, Any]] | None = None,
) -> HttpResponse:
    """Show the form, or save it with one domain call and go where `save` says.

    A refusal is shown beside its field (422); somebody else's newer text becomes the page that
    shows both (409), `now` giving what of the row as it stands is no column or is worded
    otherwise. NotAllowed goes on to the middleware.
    """
    if request.method != "POST":
        return _show(request, form, page, HTTPStatus.OK)
    if form.is_valid():
        try:
            target = save(dict(form.cleaned_data))
        except StaleVersion as stale:
            return conflict_page(
                request, current=stale.current, form=form, action_url=request.path,
                title=f"{page.title}：内容有冲突", leave_url=page.back_url,
                now=now(stale.current) if now is not None else None,
            )  # fmt: skip
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, page.done)
            again = page.again_url and request.POST.get("again")
            return redirect(page.again_url if again else target)
    return _show(request, form, page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _show(
    request: HttpRequest, form: forms.Form, page: FormPage, status: HTTPStatus
) -> HttpResponse:
    return render(request, page.template, {"form": form, "page": page}, status=status)
