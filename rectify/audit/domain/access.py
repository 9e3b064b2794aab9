"""Reading and being refused leave events too (trust.md §5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from rectify.audit.actors import SYSTEM
from rectify.audit.domain.events import record
from rectify.audit.models import Chain, Event
from rectify.audit.sensitive import SENSITIVE
from rectify.lib.clock import now

if TYPE_CHECKING:
    from rectify.accounts.models import User

ANONYMOUS = "（未登录）"
# Refusals of visitors that are recorded within a minute: rows are never deleted, so somebody
# without an account could otherwise fill the disk with them.
MOST_ANONYMOUS = 60


@transaction.atomic
def record_denial(
    user: User | None, *, page: str, method: str, status: int, named: tuple[str, str]
) -> None:
    """Somebody asked for what they may not have, or for what does not exist.

    `page`: name of the address · `named`: name and value of the object in it. What was typed or
    searched for is never kept. A visitor who is not logged in goes into the system chain, and is
    left out where its last minute holds nothing but MOST_ANONYMOUS such refusals.
    """
    if user is None and _flooded():
        return
    record(
        actor=user or SYSTEM,
        organization=user.organization if user else None,
        action="access.denied",
        named=named,
        label=f"{page} {method} {status}" + ("" if user else ANONYMOUS),
        changes={"status": (None, status)},
        success=False,
    )


def _flooded() -> bool:
    newest = Event.objects.filter(chain__key="system").order_by("-seq")[:MOST_ANONYMOUS]
    refusals = [event for event in newest if event.action == "access.denied"]
    minute_ago = now() - timedelta(minutes=1)
    return len(refusals) == MOST_ANONYMOUS and refusals[-1].at > minute_ago


@transaction.atomic
def record_reading(user: User, *, page: str, named: tuple[str, str]) -> None:
    """The person opened a list of `SENSITIVE`; recorded in the chain of their own bureau."""
    record(
        actor=user,
        organization=user.organization,
        action="list.read",
        named=named,
        label=SENSITIVE[page],
    )


@transaction.atomic
def record_export(chain: Chain, *, actor: User, rows: int) -> None:
    """The person takes `rows` events of the chain away as a file."""
    record(
        actor=actor,
        organization=chain.organization,
        action="audit.export",
        subject=chain,
        label=chain.name,
        changes={"rows": (None, rows)},
    )
