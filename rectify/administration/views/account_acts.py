"""The buttons of an account: close, open again, end logins, new initial password; idle ones."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from rectify.accounts.domain.idle import disable_idle
from rectify.accounts.domain.passwords import issue_initial_password
from rectify.accounts.domain.people import (
    NewAccount,
    deactivate_user,
    log_out_everywhere,
    reactivate_user,
)
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, User
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.forms import IdleForm
from rectify.administration.views.acts import done_or_told, in_words, reason_of, slips
from rectify.administration.views.guards import require_somewhere
from rectify.audit.exceptions import NotAllowed, Refused


@require_POST
def account_deactivate(request: LoggedIn, account: UUID) -> HttpResponse:
    """Close the account, with the reason."""
    user = request.user
    found = get_object_or_404(User.objects.kept_by(user), public_id=account)
    return done_or_told(
        request,
        lambda: deactivate_user(found, actor=user, reason=reason_of(request)),
        done=f"已停用{found}的账号，登录已退出，授权已结束。",
        target=_page(found),
    )


@require_POST
def account_end_logins(request: LoggedIn, account: UUID) -> HttpResponse:
    """End every login of the person."""
    user = request.user
    found = get_object_or_404(User.objects.kept_by(user), public_id=account)
    return done_or_told(
        request,
        lambda: log_out_everywhere(found, actor=user),
        done=f"{found}已在所有设备上退出登录。",
        target=_page(found),
    )


@require_POST
def account_reactivate(request: LoggedIn, account: UUID) -> HttpResponse:
    """Open the account again; the answer shows its new initial password."""
    user = request.user
    found = get_object_or_404(User.objects.kept_by(user), public_id=account)
    try:
        password = reactivate_user(found, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(_page(found))
    return _slip(request, found, password)


@require_POST
def account_issue_password(request: LoggedIn, account: UUID) -> HttpResponse:
    """A new initial password, shown in the answer only."""
    user = request.user
    found = get_object_or_404(User.objects.kept_by(user).filter(is_active=True), public_id=account)
    try:
        password = issue_initial_password(found, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(_page(found))
    return _slip(request, found, password)


@require_POST
def accounts_idle(request: LoggedIn) -> HttpResponse:
    """Close the ticked idle accounts, all or none."""
    user = request.user
    require_somewhere(user, Ability.MANAGE_ACCOUNTS)
    form = IdleForm(request.POST, accounts=User.objects.kept_by(user))
    target = f"{reverse('accounts')}?state=idle"
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["accounts"]))
        return redirect(target)
    chosen = list(form.cleaned_data["accounts"])
    bureau = get_object_or_404(Organization.objects.kept_by(user), pk=chosen[0].organization_id)
    try:
        closed = disable_idle(chosen, actor=user, organization=bureau)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, in_words(refusal))
        return redirect(target)
    messages.success(request, f"已停用 {len(closed)} 个闲置账号。")
    return redirect(target)


def _page(account: User) -> str:
    return reverse("account", kwargs={"account": account.public_id})


def _slip(request: LoggedIn, account: User, password: str) -> HttpResponse:
    return slips(request, [NewAccount(account, password)], back_url=_page(account),
                 back_word="返回账号")  # fmt: skip
