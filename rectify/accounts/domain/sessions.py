"""Logging in and out, and display choices."""

from django.db import transaction

from rectify.accounts.display import CHOICES
from rectify.accounts.models import LoginSession, User
from rectify.audit.actors import SYSTEM
from rectify.audit.domain.changes import change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused

UNKNOWN_LOGIN = "（未登记的登录名）"

# Session keys, which the session engine copies into columns: when the login happened, in seconds,
# and from which address.
LOGGED_IN_AT = "logged_in_at"
LOGGED_IN_FROM = "logged_in_from"


@transaction.atomic
def log_in(user: User) -> None:
    """Record that the person has logged in, in the chain of their bureau."""
    record(actor=user, organization=user.organization, action="user.log_in", subject=user)


@transaction.atomic
def log_out(user: User) -> None:
    """Record that the person has logged out."""
    record(actor=user, organization=user.organization, action="user.log_out", subject=user)


@transaction.atomic
def refuse_login(username: str, *, why: str) -> None:
    """Record a failed login; `why` is "password" or "expired".

    A login name that nobody has is not kept: people type their password into the wrong box.
    """
    user = User.objects.filter(username=username).first()
    record(
        actor=SYSTEM,
        organization=user.organization if user else None,
        action="user.log_in",
        subject=user,
        label=str(user) if user else UNKNOWN_LOGIN,
        changes={"why": (None, why)},
        success=False,
    )


@transaction.atomic
def set_preferences(user: User, *, choices: dict[str, str]) -> User:
    """Keep the person's display choices; choices that are not named stay as they are.

    Raises Refused for a word that is no choice, and StaleVersion.
    """
    for name, value in choices.items():
        if name not in CHOICES or value not in CHOICES[name].values:
            raise Refused("没有这一显示选项，请在“字号”菜单中重新选择。")
    return change(
        user,
        actor=user,
        organization=user.organization,
        action="user.set_preferences",
        version=user.version,
        values={"preferences": {**user.preferences, **choices}},
    )


def end_sessions(user: User, *, but: str = "") -> int:
    """Delete the person's sessions except one; returns how many. Django itself leaves the rows."""
    ended, _ = LoginSession.objects.filter(user=user).exclude(session_key=but).delete()
    return ended
