"""Around every view: who was refused what, and who opened which sensitive list."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from rectify.audit.domain.access import record_denial, record_reading
from rectify.audit.sensitive import SENSITIVE

if TYPE_CHECKING:
    from rectify.accounts.models import User

# Session key: the lists that this login has opened.
LISTS_READ = "lists_read"
# Without a login: a forged or expired form, a locked login. All else is sent to the login page.
REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
# 404 where the address exists: the object is hidden from the person, or there is none.
REFUSED_TO_A_PERSON = REFUSED | {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class AccessMiddleware:
    """Records who was refused what, and who opened which sensitive list.

    In one place around every view, so that no view can forget it. A list is recorded before it
    is handed out, once in a login session; if the record fails, nothing is handed out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None:  # no such address: a typing error, not a refusal
            return response
        page, named = match.url_name or "", _object_of(match)
        user = request.user if request.user.is_authenticated else None
        if response.status_code in (REFUSED if user is None else REFUSED_TO_A_PERSON):
            record_denial(
                user,
                page=page,
                method=request.method or "",
                status=response.status_code,
                named=named,
            )
        elif user is not None and page in SENSITIVE and _handed_out(request, response):
            self._record_once(request, user, page, named)
        return response

    def _record_once(
        self, request: HttpRequest, user: User, page: str, named: tuple[str, str]
    ) -> None:
        seen = request.session.get(LISTS_READ, [])
        # The beginning of a random id is enough to tell one inspection from another.
        mark = f"{page}:{named[1][:13]}"
        if mark not in seen:
            record_reading(user, page=page, named=named)
            request.session[LISTS_READ] = [*seen, mark]


def _handed_out(request: HttpRequest, response: HttpResponse) -> bool:
    return request.method == "GET" and response.status_code == HTTPStatus.OK


def _object_of(match: ResolverMatch) -> tuple[str, str]:
    """Name and value of the first object in the address; words that one may type are left out."""
    for name, value in match.kwargs.items():
        if isinstance(value, (UUID, int)):
            return name[:40], str(value)[:40]
    return "", ""
