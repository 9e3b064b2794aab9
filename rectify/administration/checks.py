"""Whether the accounts fit 三员分立, which may have been switched on after they were granted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.db import DatabaseError

from rectify.accounts.domain.grants import mixed_accounts


def three_administrators() -> list[CheckMessage]:
    """One warning for each account that holds what 三员分立 keeps apart."""
    if not settings.THREE_ADMINS:
        return []
    try:
        mixed = mixed_accounts()
    except DatabaseError:
        return []  # no tables yet: nobody holds anything
    hint = "由安全管理员在“授权”页结束多余的角色。"
    return [
        Warning(
            f"三员分立已启用，但账号 {user.username}（{user}）同时担任"
            f"{'、'.join(role.label for role in roles)}。",
            hint=hint,
            id="rectify.W006",
        )
        for user, roles in mixed
    ]


@register("machine")
def three_administrators_here(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """For `manage.py doctor`."""
    return three_administrators()


@register("security", deploy=True)
def three_administrators_deployed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """For `manage.py check --deploy`."""
    return three_administrators()
