"""What allauth asks of us: no sign-up, no mails, no English messages, secrets sealed at rest."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from rectify.accounts.domain import sessions
from rectify.accounts.interfaces.lockout import address_of
from rectify.accounts.models import User
from rectify.audit.exceptions import Refused
from rectify.lib.clock import now


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are opened by the system administrator and nowhere else."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The last step of every way to log in: from here on the session is the person's."""
        if not isinstance(user, User) or not user.is_active:
            raise Refused("该账号已停用，请联系系统管理员。")
        super().login(request, user)
        request.session[sessions.LOGGED_IN_AT] = int(now().timestamp())
        request.session[sessions.LOGGED_IN_FROM] = address_of(request)
        sessions.log_in(user)

    def is_ajax(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our own views say what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing about an account goes by mail; the audit log keeps it."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """Secrets are stored sealed with a key derived from SECRET_KEY: a copy of the database alone
    opens no account."""

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Refused where the key of the site is no longer the one it was sealed with."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise Refused(
                "系统密钥已更换，无法核对动态码。请由安全管理员重置两步验证后重新绑定。"
            ) from error


def _seal() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (
        salted_hmac("second factor", "seal", secret=key, algorithm="sha256").digest()
        for key in keys
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
