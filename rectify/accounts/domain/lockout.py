"""Who may not try to log in for a while. The failures are rows, so it holds across processes."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum

from rectify.accounts.domain.sessions import UNKNOWN_LOGIN
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.domain.events import record
from rectify.lib.clock import now

WINDOW = timedelta(hours=settings.AXES_COOLOFF_TIME)
# Failures of all login names together from one address: a bureau behind one address makes a few
# by mistake, somebody who tries a common password on every name makes many.
ADDRESS_LIMIT = 20


def opens_at(counted_name: str, address: str | None) -> datetime | None:
    """When that name may be tried again from that address; None: now."""
    return max(
        filter(None, (_name_opens_at(counted_name, address), _address_opens_at(address))),
        default=None,
    )


@transaction.atomic
def lock_out(username: str) -> None:
    """Record that a door has just been shut; the event carries the address."""
    user = User.objects.filter(username=username).first()
    record(
        actor=SYSTEM,
        organization=user.organization if user else None,
        action="user.lock_out",
        subject=user,
        label=str(user) if user else UNKNOWN_LOGIN,
        success=False,
    )


def forget_old_failures() -> None:
    """Delete what no longer counts: the log of failures is the audit log, not these rows."""
    AccessFailureLog.objects.filter(attempt_time__lte=now() - WINDOW).delete()


def _name_opens_at(counted_name: str, address: str | None) -> datetime | None:
    found = AccessAttempt.objects.filter(
        username=counted_name, ip_address=address, attempt_time__gt=now() - WINDOW
    ).aggregate(failures=Sum("failures_since_start"), latest=Max("attempt_time"))
    latest: datetime | None = found["latest"]
    if latest is None or found["failures"] < settings.AXES_FAILURE_LIMIT:
        return None
    return latest + WINDOW


def _address_opens_at(address: str | None) -> datetime | None:
    newest = list(
        AccessFailureLog.objects.filter(ip_address=address, attempt_time__gt=now() - WINDOW)
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)[:ADDRESS_LIMIT]
    )
    return newest[-1] + WINDOW if len(newest) == ADDRESS_LIMIT else None
