"""The nightly round of idle accounts, and telling the administrators."""

from django.db import transaction
from django.urls import reverse

from rectify.accounts.domain.idle import IDLE_DAYS, disable_idle_of, idle_before
from rectify.accounts.enums import Role
from rectify.accounts.models import Organization, User
from rectify.jobs.domain.outbox import tell
from rectify.lib.clock import today


def disable_idle_due() -> int:
    """Close accounts idle since before the day 90 days ago; a calendar, so it answers how many
    jobs it queued: none.

    The threshold moves at midnight only, so all but the first call of a day find nothing.
    """
    idle = User.objects.idle_since(idle_before())
    bureaus = Organization.objects.filter(pk__in=idle.values("organization")).order_by("pk")
    for organization in bureaus:
        _disable(organization)
    return 0


@transaction.atomic
def _disable(organization: Organization) -> None:
    closed = disable_idle_of(organization)
    if not closed:
        return
    names = "、".join(str(user) for user in closed)
    for recipient in User.objects.holding(Role.SYSADMIN, organization):
        tell(
            key=f"idle:{organization.pk}:{today().isoformat()}:{closed[0].pk}",
            organization=organization,
            recipient=recipient,
            subject=f"{len(closed)} 个账号超过 {IDLE_DAYS} 天未登录，已停用",
            body=f"已停用：{names}。其授权同时结束。需要继续使用的，可在账号页面重新启用。",
            link=reverse("accounts"),
        )
