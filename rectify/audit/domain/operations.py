"""Grouping of everything that one action changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rectify.audit.actors import Actor, person
from rectify.audit.models import Operation
from rectify.audit.origin import current_origin
from rectify.lib.clock import now

if TYPE_CHECKING:
    from rectify.accounts.models import Organization


def begin(
    *, actor: Actor, organization: Organization | None, kind: str, reason: str = ""
) -> Operation:
    """A new operation; pass it to every domain function that the action calls."""
    return Operation.objects.create(
        organization=organization,
        actor=person(actor),
        actor_name=actor.name,
        kind=kind,
        reason=reason,
        source=current_origin().source,
        at=now(),
    )


def mark_undone(operation: Operation, *, by: Operation) -> bool:
    """Say that `by` undid the operation; False where another did before. Once, for ever.

    The conditional UPDATE is the lock: of two at once the second waits and is told False.
    """
    rows = Operation.objects.filter(pk=operation.pk, undone_by__isnull=True)
    return rows.update(undone_by=by) == 1
