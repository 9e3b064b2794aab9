"""Accounts that nobody uses: found after 90 days, closed in the night or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from rectify.accounts.domain.people import deactivate_user
from rectify.accounts.domain.permissions import require_account_manager
from rectify.accounts.models import Organization, User
from rectify.audit.actors import SYSTEM, Actor
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused
from rectify.lib.clock import today
from rectify.lib.shanghai import start_of_day

IDLE_DAYS = 90
REASON = f"超过 {IDLE_DAYS} 天未登录"


def idle_before() -> datetime:
    """Accounts last used before this moment are idle: the start of a day, so that nobody's
    account closes in the middle of work."""
    return start_of_day(today() - timedelta(days=IDLE_DAYS))


@transaction.atomic
def disable_idle(users: Sequence[User], *, actor: Actor, organization: Organization) -> list[User]:
    """Close these idle accounts of one bureau, all or none, as one operation.

    Raises NotAllowed, and Refused for an account of another bureau, one that has been used in the
    meantime, oneself, and a bureau's last system or security administrator.
    """
    require_account_manager(actor, organization)
    if any(user.organization_id != organization.pk for user in users):
        raise Refused("所选账号不全属于本单位，没有停用任何账号。")
    if not users:
        raise Refused("请先勾选要停用的账号。")
    still = User.objects.idle_since(idle_before()).filter(pk__in=[user.pk for user in users])
    idle = {user.pk for user in still.select_for_update(no_key=True)}
    if used := [user for user in users if user.pk not in idle]:
        raise Refused(
            f"{used[0]}的账号近期已有使用或已经停用，没有停用任何账号。请刷新后重新勾选。"
        )
    operation = begin(actor=actor, organization=organization, kind="user.deactivate", reason=REASON)
    return [
        deactivate_user(user, actor=actor, reason=REASON, operation=operation) for user in users
    ]


def disable_idle_of(organization: Organization) -> list[User]:
    """Close every idle account of the bureau; the last system and security administrator stay."""
    closed: list[User] = []
    for user in User.objects.idle_since(idle_before()).filter(organization=organization):
        try:
            closed += disable_idle([user], actor=SYSTEM, organization=organization)
        except Refused:
            continue  # used a moment ago, or the last one of its kind
    return closed
