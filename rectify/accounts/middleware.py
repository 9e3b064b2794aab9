"""What holds for every request of a logged-in person: no caching, session limits, own password."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers

from rectify.accounts.models import User
from rectify.lib.clock import now

# Session key: when the login happened, in seconds.
LOGGED_IN_AT = "logged_in_at"

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
    """Turns the login redirect of a fragment request into a full-page redirect."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        if request.headers.get("HX-Request") and response.status_code == 302:
            target = response.headers.get("Location", "")
            if target.startswith(login):
                response = HttpResponse(status=204)
                response["HX-Redirect"] = login
        return response


class SessionRulesMiddleware:
    """Ends a login after eight hours, and keeps a person with an initial password at its change."""

    LONGEST = 8 * 3600  # seconds; trust.md §2
    OPEN_PAGES = frozenset({"password_change", "logout", "preferences", "login"})

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
        if request.user.must_change_password and page not in self.OPEN_PAGES:
            return redirect("password_change")
        return None
