"""Logins in progress: Django's session row with the person, so that all of one's can be ended."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from rectify.accounts.models.user import User


class LoginSession(AbstractBaseSession):
    """One browser. Before login `user` is empty; ended by deleting the row, effective at once.

    Written by `accounts.session_store`, ended by `accounts.domain.sessions.end_sessions`.
    """

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="login_sessions")
    began_at = models.DateTimeField("登录时间", null=True)
    address = models.GenericIPAddressField("登录地址", null=True)

    class Meta:
        db_table = "accounts_login_session"
        verbose_name = "登录会话"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        from rectify.accounts.session_store import SessionStore  # noqa: PLC0415 - Django's own cycle

        return SessionStore
