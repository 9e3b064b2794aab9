"""Logging in and out. The code of the second factor follows in `second_factor.challenge`."""

from allauth.account.views import LoginView as LoginWithStages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from rectify.accounts.domain import sessions
from rectify.accounts.interfaces.forms import LoginForm
from rectify.accounts.requests import visitor_of


class LoginView(LoginWithStages):  # type: ignore[misc]  # allauth ships no types
    """The login page. Too many failures are answered by axes with accounts/locked.html."""

    template_name = "accounts/login.html"
    form_class = LoginForm
    http_method_names = ["get", "head", "post"]  # allauth would also take a PUT as a POST


@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session, or a login that has got no further than the code.

    A POST: a link in a mail must not do it.
    """
    user = visitor_of(request)
    if user is not None:
        sessions.log_out(user)
    logout(request)
    return redirect("account_login")
