"""The request as views see it: who asks, and where it is safe to go back to."""

from django.contrib.auth.middleware import get_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from rectify.accounts.models import User


class LoggedIn(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


def visitor_of(request: HttpRequest) -> User | None:
    """The logged-in person, or None.

    `request.user` itself is a lazy proxy: its type is not User, and a domain function that
    changes the person's own row needs the row.
    """
    user = get_user(request)
    return user if isinstance(user, User) else None


def person_of(request: HttpRequest) -> User:
    """The logged-in person. Raises PermissionDenied where there is none."""
    user = visitor_of(request)
    if user is None:
        raise PermissionDenied
    return user


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The posted or asked-for `next` where it is a path of this site, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    local = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if local else default
