"""Accounts of the bureau: the list, one account, opening and changing one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rectify.accounts.domain.idle import IDLE_DAYS
from rectify.accounts.domain.passwords import initial_password_expired
from rectify.accounts.domain.people import update_user
from rectify.accounts.domain.roster import open_accounts
from rectify.accounts.enums import Ability
from rectify.accounts.models import LoginSession, Organization, User
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.forms import EditAccountForm, NewAccountForm
from rectify.administration.interfaces.people_list import (
    AccountState,
    in_state,
    page_of,
    search,
    state_of,
)
from rectify.administration.views.acts import slips
from rectify.administration.views.guards import require_somewhere
from rectify.audit.exceptions import Refused
from rectify.form_fields import loaded, put_beside
from rectify.form_pages import FormPage, posted, save_form
from rectify.lib.clock import now


@require_safe
def account_list(request: LoggedIn) -> HttpResponse:
    """Everybody whose account the bureau keeps."""
    require_somewhere(request.user, Ability.MANAGE_ACCOUNTS)
    kept = User.objects.kept_by(request.user)
    state, words = request.GET.get("state", ""), request.GET.get("q", "")
    page = page_of(search(in_state(kept, state), words).select_related("organization"), request.GET)
    context = {
        "lines": [(user, state_of(user)) for user in page.people],
        "next_key": page.next_key,
        "first_page": "after" not in request.GET,
        "states": AccountState.choices,
        "state": state,
        "narrowed": bool(state or words),
        "several": Organization.objects.kept_by(request.user).count() > 1,
        "total": kept.count(),
        "idle": in_state(kept, AccountState.IDLE).count(),
        "idle_days": IDLE_DAYS,
    }
    return render(request, "administration/account_list.html", context)


@require_safe
def account_page(request: LoggedIn, account: UUID) -> HttpResponse:
    """One account and what can be done with it."""
    found = get_object_or_404(
        User.objects.kept_by(request.user).select_related("organization"), public_id=account
    )
    context = {
        "account": found,
        "state": state_of(found),
        "own": found == request.user,
        "logins": LoginSession.objects.filter(user=found, expire_date__gt=now()).count(),
        "grants": found.memberships.filter(ended_at__isnull=True).count(),
        "initial_expired": initial_password_expired(found),
    }
    return render(request, "administration/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: LoggedIn) -> HttpResponse:
    """Open an account without any right; the answer shows its initial password."""
    require_somewhere(request.user, Ability.MANAGE_ACCOUNTS)
    form = NewAccountForm(posted(request), bureaus=Organization.objects.kept_by(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_accounts([form.values()], actor=request.user, organization=form.bureau)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            return slips(request, opened, back_url=reverse("accounts"), back_word="返回账号列表")
    page = FormPage(
        title="新建账号",
        done="",
        back_url=reverse("accounts"),
        trail=[("账号", reverse("accounts")), ("新建账号", "")],
        template="administration/form.html",
        intro="新账号没有任何权限，由安全管理员另行授权。保存后显示初始口令，只显示一次。",
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, page.template, {"form": form, "page": page}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: LoggedIn, account: UUID) -> HttpResponse:
    """Change what a person is called and where they stand in the order."""
    user = request.user
    found = get_object_or_404(User.objects.kept_by(user), public_id=account)
    back = reverse("account", kwargs={"account": found.public_id})
    page = FormPage(
        title="修改账号",
        done="已保存。",
        back_url=back,
        trail=[("账号", reverse("accounts")), (found.name, back), ("修改账号", "")],
        template="administration/form.html",
        facts=(("登录名", found.username),),
    )

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        update_user(found, actor=user, version=version, values=values)
        return back

    form = EditAccountForm(posted(request), initial=loaded(EditAccountForm, found))
    return save_form(request, form, page, save)
