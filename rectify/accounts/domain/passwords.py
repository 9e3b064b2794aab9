"""Passwords: issued once by an administrator, then changed by the person alone."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from rectify.accounts.domain.permissions import require_account_manager
from rectify.accounts.domain.sessions import end_sessions
from rectify.accounts.models import FormerPassword, User
from rectify.accounts.password_profiles import normalised, profile
from rectify.audit.actors import Actor
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.lib.clock import now

INITIAL_LIFE = timedelta(hours=72)

# No I, O, l, o, 0, 1: an initial password is read from paper and typed by hand.
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SMALL = "abcdefghijkmnpqrstuvwxyz"
_DIGITS = "23456789"


def new_initial_password() -> str:
    """Sixteen random characters in groups of four, such as "Kx7m-Qp4t-…": fits every profile."""
    while True:
        drawn = [secrets.choice(_CAPITALS + _SMALL + _DIGITS) for _ in range(16)]
        if all(set(kind) & set(drawn) for kind in (_CAPITALS, _SMALL, _DIGITS)):
            return "-".join("".join(drawn[at : at + 4]) for at in range(0, 16, 4))


@transaction.atomic
def issue_initial_password(user: User, *, actor: Actor) -> str:
    """Give the person a new initial password and end all their sessions; returns the password.

    It works for 72 hours and must be changed at the first login. It is kept nowhere in clear:
    show it once. Raises NotAllowed, Refused for oneself, and StaleVersion.
    """
    require_account_manager(actor, user.organization)
    if actor == user:
        raise Refused("不能为本人签发初始口令，请在个人菜单的“修改口令”中更改。")
    password = new_initial_password()
    _store(user, password, must_change=True)
    end_sessions(user)
    record(actor=actor, organization=user.organization, action="user.issue_password", subject=user)
    return password


@transaction.atomic
def change_password(user: User, *, password: str, keep_session: str = "") -> User:
    """Give the person a new password of their own and end their other sessions.

    `keep_session`: key of the session that stays. Raises ValidationError for a password that the
    rules refuse or that was used lately, and StaleVersion.
    """
    validate_password(password, user)
    _refuse_former(user, password)
    _store(user, password, must_change=False)
    end_sessions(user, but=keep_session)
    record(actor=user, organization=user.organization, action="user.change_password", subject=user)
    return user


@transaction.atomic
def refuse_confirmation(user: User) -> None:
    """Record that somebody at the person's screen did not know the present password."""
    record(
        actor=user,
        organization=user.organization,
        action="user.confirm_password",
        subject=user,
        success=False,
    )


def initial_password_expired(user: User) -> bool:
    """Whether the person has an initial password that was not used in time."""
    return user.must_change_password and now() - user.password_set_at > INITIAL_LIFE


def password_expired(user: User) -> bool:
    """Whether the password is older than the profile allows."""
    days = profile().days
    return bool(days) and now() - user.password_set_at > timedelta(days=days)


def _refuse_former(user: User, password: str) -> None:
    if user.check_password(password):
        raise ValidationError("新口令与现在的口令相同，请换一个。")
    former = user.former_passwords.values_list("password", flat=True)[: profile().last - 1]
    if any(check_password(normalised(password), encoded) for encoded in former):
        raise ValidationError(f"最近 {profile().last} 次用过的口令不能再用，请换一个。")


def _store(user: User, password: str, *, must_change: bool) -> None:
    """Write the hash if the row still has the user's version, and remember the one before.

    Not through `changes.change`: the log must say that the password changed, never from what.
    """
    before, set_at = user.password, user.password_set_at
    had_own = user.has_usable_password() and not user.must_change_password
    user.set_password(password)
    moment = now()
    updated = User.objects.filter(pk=user.pk, version=user.version).update(
        password=user.password,
        password_set_at=moment,
        must_change_password=must_change,
        version=F("version") + 1,
        updated_at=moment,
    )
    if not updated:
        raise StaleVersion(User.objects.get(pk=user.pk))
    user.version += 1
    user.must_change_password = must_change
    user.password_set_at = moment
    if had_own and profile().last > 1:
        FormerPassword.objects.create(user=user, password=before, set_at=set_at)
    kept = list(user.former_passwords.values_list("pk", flat=True)[: profile().last - 1])
    user.former_passwords.exclude(pk__in=kept).delete()
