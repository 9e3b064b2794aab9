"""两步验证: the code of an authenticator app after the password (RFC 6238), and recovery codes.

The rows are those of allauth.mfa, so that its login stage asks for the code; what a code is worth
is decided here, in the database, so that it holds across processes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import unicodedata

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from rectify.accounts.domain.permissions import require_grant_manager
from rectify.accounts.domain.sessions import end_sessions
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.audit.actors import Actor
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused
from rectify.lib.clock import now

STEP = 30  # seconds that one code is shown
DRIFT = 1  # steps by which the clock of a phone may be wrong, either way
DIGITS = 6


def has_second_factor(user: User) -> bool:
    """Whether a login of the person asks for a code."""
    return _authenticators(user).filter(type=Authenticator.Type.TOTP).exists()


def is_required_of(user: User) -> bool:
    """Whether the person holds an administrative role and the site wants a code from those."""
    return settings.TOTP_FOR_ADMINS and not Role.administrators().isdisjoint(user.access.by_role)


def needs_second_factor(user: User) -> bool:
    """Whether a second factor is required of the person and still has to be set up."""
    return is_required_of(user) and not has_second_factor(user)


def new_secret() -> str:
    """160 random bits in base 32: what the QR code gives to the app."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_of(secret: str, step: int) -> str:
    """The six digits that the app shows in the step-th half-minute since 1970 (RFC 4226)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number)[-DIGITS:].zfill(DIGITS)


@transaction.atomic
def enable(user: User, *, secret: str, code: str) -> list[str]:
    """Switch the second factor on once the app has proved that it knows the secret.

    Returns the recovery codes: show them once. Raises Refused where it is on already and for a
    wrong code.
    """
    if has_second_factor(user):
        raise Refused("两步验证已经开启。")
    step = _fitting_step(secret, code, after=0)
    if step is None:
        raise Refused(
            "动态码不正确。请核对手机时间是否准确，再输入应用中正在显示的 6 位数字。",
            field="code",
        )
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.TOTP,
        data={"secret": encrypt(secret), "last_step": step},
    )
    codes = _renew(user)
    record(
        actor=user,
        organization=user.organization,
        action="user.enable_second_factor",
        subject=user,
    )
    return codes


@transaction.atomic
def accept(user: User, *, code: str) -> bool:
    """Whether the code opens the door, recorded either way. A code that was used is gone.

    Raises Refused where the stored secret cannot be read any more.
    """
    way = _use(user, code)
    record(
        actor=user,
        organization=user.organization,
        action="user.second_factor",
        subject=user,
        changes={"way": (None, way)} if way else None,
        success=bool(way),
    )
    return bool(way)


@transaction.atomic
def disable(user: User) -> None:
    """Switch one's own second factor off; the recovery codes go with it."""
    _authenticators(user).delete()
    record(
        actor=user,
        organization=user.organization,
        action="user.disable_second_factor",
        subject=user,
    )


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New recovery codes in place of all old ones: show them once.

    Raises Refused where the second factor is off.
    """
    if not has_second_factor(user):
        raise Refused("请先开启两步验证。")
    codes = _renew(user)
    record(
        actor=user,
        organization=user.organization,
        action="user.renew_recovery_codes",
        subject=user,
    )
    return codes


def recovery_codes_left(user: User) -> int:
    """How many recovery codes of the person have not been used."""
    row = _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


@transaction.atomic
def reset_second_factor(user: User, *, actor: Actor) -> None:
    """Take away the second factor of somebody who lost their phone, and end their sessions.

    Raises NotAllowed, and Refused for oneself and where nothing was set up.
    """
    require_grant_manager(actor, user.organization)
    if actor == user:
        raise Refused("不能重置本人的两步验证，请由另一名安全管理员办理。")
    if not has_second_factor(user):
        raise Refused(f"{user}没有开启两步验证，无需重置。")
    _authenticators(user).delete()
    end_sessions(user)
    record(
        actor=actor,
        organization=user.organization,
        action="user.reset_second_factor",
        subject=user,
    )


def _authenticators(user: User) -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return found


def _use(user: User, code: str) -> str:
    """ "totp", "recovery_code" or "" for a code that opens nothing; uses the code up.

    The row is locked, so that of two requests with the same code only one is let in.
    """
    typed = _plain(code)
    for row in _authenticators(user).select_for_update().order_by("pk"):
        if row.type == Authenticator.Type.TOTP:
            step = _fitting_step(decrypt(row.data["secret"]), typed, after=row.data["last_step"])
            if step is not None:
                row.data["last_step"] = step
                row.last_used_at = now()
                row.save(update_fields=["data", "last_used_at"])
                return "totp"
        elif RecoveryCodes(row).validate_code(typed):
            return "recovery_code"
    return ""


def _fitting_step(secret: str, code: str, *, after: int) -> int | None:
    """The half-minute whose code this is: around now, and later than the last one accepted."""
    present = int(now().timestamp()) // STEP
    for step in range(max(present - DRIFT, after + 1), present + DRIFT + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), _plain(code).encode()):
            return step
    return None


def _plain(code: str) -> str:
    """The digits of a code however they were typed: full-width, in groups, with hyphens."""
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c.isalnum())


def _renew(user: User) -> list[str]:
    _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes
