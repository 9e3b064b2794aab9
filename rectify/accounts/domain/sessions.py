"""Logging in and out, passwords and display choices."""

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from rectify.accounts.display import CHOICES
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.domain.changes import change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.lib.clock import now

UNKNOWN_LOGIN = "（未登记的登录名）"


@transaction.atomic
def log_in(user: User) -> None:
    """Record that the person has logged in, in the system chain."""
    record(actor=user, organization=None, action="user.log_in", subject=user)


@transaction.atomic
def log_out(user: User) -> None:
    """Record that the person has logged out."""
    record(actor=user, organization=None, action="user.log_out", subject=user)


@transaction.atomic
def refuse_login(username: str) -> None:
    """Record a failed login.

    A login name that nobody has is not kept: people type their password into the wrong box.
    """
    user = User.objects.filter(username=username).first()
    record(
        actor=SYSTEM,
        organization=None,
        action="user.log_in",
        subject=user,
        label=str(user) if user else UNKNOWN_LOGIN,
        success=False,
    )


@transaction.atomic
def change_password(user: User, *, password: str, keep_session: str = "") -> User:
    """Give the person a new password of their own and end their other sessions.

    `keep_session`: key of the session that stays. Raises ValidationError for a password that the
    rules refuse, and StaleVersion.
    """
    validate_password(password, user)
    user.set_password(password)
    # Not through `change`: the log must say that the password changed, never from what to what.
    updated = User.objects.filter(pk=user.pk, version=user.version).update(
        password=user.password,
        must_change_password=False,
        version=F("version") + 1,
        updated_at=now(),
    )
    if not updated:
        raise StaleVersion(User.objects.get(pk=user.pk))
    user.version += 1
    user.must_change_password = False
    end_sessions(user, but=keep_session)
    record(actor=user, organization=None, action="user.change_password", subject=user)
    return user


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
        organization=None,
        action="user.set_preferences",
        version=user.version,
        values={"preferences": {**user.preferences, **choices}},
    )


def end_sessions(user: User, *, but: str = "") -> int:
    """Delete the person's sessions except one; returns how many. Django itself leaves the rows."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=now()).exclude(session_key=but):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
            ended += 1
    return ended
