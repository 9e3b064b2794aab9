"""Responses after login are not kept by browsers; expired htmx requests go to the login page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers

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
