"""The session engine: Django's database sessions, each row with its person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from rectify.accounts.domain.sessions import LOGGED_IN_AT, LOGGED_IN_FROM
from rectify.accounts.models.session import LoginSession


class SessionStore(DatabaseStore):
    """Named by SESSION_ENGINE through its module."""

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        return LoginSession

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        person = data.get(SESSION_KEY)
        began = data.get(LOGGED_IN_AT)
        return LoginSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]  # untyped in the stubs
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=int(person) if person else None,
            began_at=datetime.fromtimestamp(began, UTC) if began else None,
            address=data.get(LOGGED_IN_FROM),
        )
