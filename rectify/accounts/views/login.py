"""Logging in and out."""

from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import LogoutView as DjangoLogoutView
from django.http import HttpRequest, HttpResponse

from rectify.accounts.domain import sessions
from rectify.accounts.interfaces.forms import LoginForm
from rectify.accounts.middleware import LOGGED_IN_AT
from rectify.accounts.models import User
from rectify.accounts.requests import visitor_of
from rectify.lib.clock import now


class LoginView(DjangoLoginView):
    """The login page. Too many failures are answered by axes with accounts/locked.html."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: LoginForm) -> HttpResponse:  # type: ignore[override]
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User):
            self.request.session[LOGGED_IN_AT] = int(now().timestamp())
            sessions.log_in(user)
        return response

    def form_invalid(self, form: LoginForm) -> HttpResponse:  # type: ignore[override]
        username = str(form.data.get("username", ""))
        if username and form.data.get("password"):
            sessions.refuse_login(username)
        return super().form_invalid(form)


class LogoutView(DjangoLogoutView):
    """Logging out is a POST: a link in a mail must not do it."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = visitor_of(request)
        if request.method == "POST" and user is not None:
            sessions.log_out(user)
        return super().dispatch(request, *args, **kwargs)
