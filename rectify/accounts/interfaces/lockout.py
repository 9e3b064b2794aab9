"""What axes asks of us: under which name a failure counts, from where, and what is answered."""

from __future__ import annotations

from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from rectify.accounts.domain import lockout
from rectify.accounts.models import User
from rectify.lib.clock import now
from rectify.lib.login_names import canonical_login_name

Credentials = dict[str, Any] | None


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes ships no types
    """Six failures of one login name at one address, or twenty of an address, shut the door.

    A success forgives the failures of that name only: somebody with an account of their own
    could otherwise go on trying the names of others for ever.
    """

    def is_locked(self, request: HttpRequest, credentials: Credentials = None) -> bool:
        name = counted_name(request, credentials)
        return lockout.opens_at(name, address_of(request)) is not None

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **kwargs: Any,
    ) -> None:
        lockout.forget_old_failures()
        tried = not getattr(request, "axes_locked_out", False)
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and tried:
            request.login_was_tried = True  # type: ignore[attr-defined]
            if self.is_locked(request, credentials):
                lockout.lock_out(canonical_login_name(credentials["username"]))
                _shut(request, credentials)


def counted_name(request: HttpRequest, credentials: Credentials) -> str:
    """The login name as it is counted: one for all its spellings, and not readable, because
    people type their password into the wrong box."""
    name = canonical_login_name((credentials or {}).get("username", ""))
    return salted_hmac("lockout", name, algorithm="sha256").hexdigest()


def address_of(request: HttpRequest) -> str | None:
    """The address that the connection came from: forwarding headers can be forged."""
    return request.META.get("REMOTE_ADDR") or None


def locked_page(
    request: HttpRequest, response: HttpResponse | None, credentials: Credentials = None
) -> HttpResponse:
    """What AxesMiddleware answers in place of the view: until when the door is shut."""
    moment = lockout.opens_at(counted_name(request, credentials), address_of(request))
    seconds = (moment - now()).total_seconds() if moment else 0
    context = {"minutes": max(1, ceil(seconds / 60))}
    return render(request, "accounts/locked.html", context, status=429)


def was_tried(request: HttpRequest) -> bool:
    """Whether the failure just answered was a guess, and not turned away at a shut door: those
    are not recorded one by one, or anybody could fill the log."""
    return getattr(request, "login_was_tried", False)


def is_shut_for(request: HttpRequest, user: User) -> bool:
    """Whether the person may not try a code now; the answer is then the locked page."""
    credentials = {"username": user.username}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    _shut(request, credentials)
    return True


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """A wrong code counts like a wrong password: whoever guesses codes knows the password."""
    user_login_failed.send(
        sender="second_factor", credentials={"username": user.username}, request=request
    )


def _shut(request: HttpRequest, credentials: dict[str, Any]) -> None:
    # Read by AxesMiddleware.
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
