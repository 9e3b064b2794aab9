"""The page that turns an empty installation into a bureau; it exists until that is done."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rectify.accounts.domain.first_run import awaits_set_up, set_up
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.forms import FirstRunForm
from rectify.administration.views.acts import slips
from rectify.audit.exceptions import Refused
from rectify.form_fields import put_beside
from rectify.form_pages import posted


@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: LoggedIn) -> HttpResponse:
    """The bureau and its administrators. 404 for everybody but the set-up account, and for that
    one too as soon as a bureau exists."""
    user = request.user
    if not awaits_set_up(user):
        raise Http404
    form = FirstRunForm(posted(request), three=settings.THREE_ADMINS)
    if request.method == "POST" and form.is_valid():
        try:
            made = set_up(user, bureau=form.bureau(), administrators=form.administrators())
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            if not settings.THREE_ADMINS:
                messages.success(request, "初始设置已完成，您同时担任三员。")
                return redirect("accounts")
            logout(request)  # the account is closed
            return slips(request, made.accounts, back_url=reverse("home"), back_word="去登录",
                         account_closed=True)  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "three": settings.THREE_ADMINS}
    return render(request, "administration/first_run.html", context, status=status)
