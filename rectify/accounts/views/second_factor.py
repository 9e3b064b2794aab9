"""两步验证: the code at login, and switching the second factor on and off."""

from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import decrypt, encrypt
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from rectify.accounts.domain import second_factor
from rectify.accounts.interfaces.forms import CodeForm, ConfirmForm, EnableForm
from rectify.accounts.interfaces.qr_code import app_address, drawing_of
from rectify.accounts.models import User
from rectify.accounts.requests import person_of
from rectify.audit.exceptions import Refused

# Session key: the secret on offer, sealed, until the app has proved that it knows it.
OFFERED = "second_factor_offered"


@login_not_required
@require_http_methods(["GET", "POST"])
def challenge(request: HttpRequest) -> HttpResponse:
    """The code after the password. Without a login under way it leads back to its beginning."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    user = stage.login.user if stage else None
    if stage is None or not isinstance(user, User) or not _may_go_on(user, stage):
        return redirect("account_login")
    form = CodeForm(request.POST or None, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        response: HttpResponse = stage.exit()
        return response
    context = {"form": form}
    return render(request, "mfa/challenge.html", context, status=422 if form.is_bound else 200)


def _may_go_on(user: User, stage: AuthenticateStage) -> bool:
    """Whether the account is open, and its password still the one that began this login."""
    began: float = stage.login.initiated_at
    return user.is_active and user.password_set_at.timestamp() <= began


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Whether one's second factor is on, and what can be done about it."""
    user = person_of(request)
    context = {
        "on": second_factor.has_second_factor(user),
        "codes_left": second_factor.recovery_codes_left(user),
        "required": second_factor.is_required_of(user),
    }
    return render(request, "mfa/index.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def enable(request: HttpRequest) -> HttpResponse:
    """The QR code and the form; the answer to the POST is the one sight of the recovery codes."""
    user = person_of(request)
    if second_factor.has_second_factor(user):
        return redirect("mfa_index")
    form = EnableForm(request.POST or None, request=request, user=user)
    secret = _offered(request)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factor.enable(user, secret=secret, code=form.cleaned_data["code"])
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            del request.session[OFFERED]
            return _recovery_codes(request, codes)
    context = {
        "form": form,
        "drawing": drawing_of(app_address(user.username, secret)),
        "groups": [secret[at : at + 4] for at in range(0, len(secret), 4)],
        "required": second_factor.needs_second_factor(user),
    }
    return render(request, "mfa/enable.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def disable(request: HttpRequest) -> HttpResponse:
    """Switching it off, also to move it to another phone."""
    user = person_of(request)
    if not second_factor.has_second_factor(user):
        return redirect("mfa_index")
    form = ConfirmForm(request.POST or None, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        second_factor.disable(user)
        messages.success(request, "两步验证已停用。")
        return redirect("mfa_index")
    context = {"form": form, "required": second_factor.is_required_of(user)}
    return render(request, "mfa/disable.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes; the answer to the POST is the one sight of them."""
    user = person_of(request)
    if not second_factor.has_second_factor(user):
        return redirect("mfa_index")
    form = ConfirmForm(request.POST or None, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        return _recovery_codes(request, second_factor.renew_recovery_codes(user))
    context = {"form": form, "codes_left": second_factor.recovery_codes_left(user)}
    return render(request, "mfa/renew.html", context, status=422 if form.is_bound else 200)


def _recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(
        request,
        "mfa/recovery_codes.html",
        {"codes": [f"{code[:5]} {code[5:]}" for code in codes]},
    )


def _offered(request: HttpRequest) -> str:
    """The secret on offer in this session; the same one until it is taken."""
    if OFFERED not in request.session:
        request.session[OFFERED] = encrypt(second_factor.new_secret())
    secret: str = decrypt(request.session[OFFERED])
    return secret
