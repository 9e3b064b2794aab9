"""What holds for every request of a logged-in person: no caching, session limits, own password."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers

from rectify.accounts.domain.passwords import password_expired
from rectify.accounts.domain.second_factor import needs_second_factor
from rectify.accounts.domain.sessions import LOGGED_IN_AT
from rectify.accounts.models import User
from rectify.lib.clock import now

Handler = Callable[[HttpRequest], HttpResponse]


class NoStoreMiddleware:
    """Findings must not stay in a shared computer's cache (trust.md §1, class C3)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class HtmxLoginMiddleware:
    """Turns a fragment's redirect to the login, or to what a login still owes, into one of the
    whole page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") and response.status_code == 302:
            page = response.headers.get("Location", "").partition("?")[0]
            if page in {resolve_url(settings.LOGIN_URL), *map(resolve_url, DUTIES)}:
                response = HttpResponse(status=204)
                response["HX-Redirect"] = page
        return response


# Pages where a person is kept until they have done what is due, in this order.
DUTIES = ("password_change", "mfa_activate_totp")


def duty_of(user: User) -> str:
    """The page that the person must deal with before any other, or ""."""
    if user.must_change_password or password_expired(user):
        return "password_change"
    if needs_second_factor(user):
        return "mfa_activate_totp"
    return ""


class SessionRulesMiddleware:
    """Ends a login after eight hours, and keeps a person at what is due: a password of their own,
    a new one in place of one that is too old, a second factor for administrators."""

    LONGEST = 8 * 3600  # seconds; trust.md §2
    OPEN_PAGES = frozenset({"account_login", "account_logout", "preferences", "healthz"})

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not isinstance(request.user, User):
            return None
        began = request.session.get(LOGGED_IN_AT)
        if isinstance(began, int) and now().timestamp() - began > self.LONGEST:
            logout(request)
            return redirect_to_login(request.get_full_path())
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page not in self.OPEN_PAGES and (duty := duty_of(request.user)) not in {"", page}:
            return redirect(duty)
        return None
