"""Writing the hash-chained log (trust.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.models import Chain, Event, Operation
from rectify.audit.origin import current_origin
from rectify.lib.canonical import canonical_json, sha256_of
from rectify.lib.clock import now

if TYPE_CHECKING:
    from rectify.accounts.models import Organization

Changes = Mapping[str, tuple[Any, Any]]

# Every column that the hash covers: all but the hash itself and the row's key.
HASHED = (
    "seq", "at", "operation_id", "actor_id", "actor_name", "roles", "ip", "request_id",
    "action", "object_type", "object_id", "object_label", "changes", "success", "prev_hash",
)  # fmt: skip


def record(
    *,
    actor: Actor,
    organization: Organization | None,
    action: str,
    subject: models.Model | None = None,
    named: tuple[str, str] = ("", ""),
    label: str = "",
    changes: Changes | None = None,
    operation: Operation | None = None,
    success: bool = True,
) -> Event:
    """Append one event to the organization's chain (None = the system chain).

    `named`: type and id of what was asked for, where there is no row as `subject`.
    Must run inside the transaction of the change, last, because it locks the chain's head row.
    Raises TransactionManagementError outside a transaction.
    """
    chain = _locked_chain(organization)
    origin = current_origin()
    object_type, object_id = _name_of(subject) if subject is not None else named
    event = Event(
        chain=chain,
        seq=chain.length + 1,
        at=now(),
        operation=operation,
        actor=person(actor),
        actor_name=actor.name,
        roles=_roles(actor, organization),
        ip=origin.ip,
        request_id=origin.request_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        object_label=(label or (str(subject) if subject is not None else ""))[:120],
        changes=_plain(changes or {}),
        success=success,
        prev_hash=chain.head,
    )
    event.hash = hash_of(event)
    event.save(force_insert=True)
    Chain.objects.filter(pk=chain.pk).update(length=event.seq, head=event.hash)
    return event


def hash_of(event: Event) -> str:
    """The hash that the row must carry, from all its other columns."""
    return sha256_of({name: getattr(event, name) for name in HASHED})


def verify(chain: Chain) -> Event | None:
    """The first row of the chain that is altered, missing or out of order; None if all hold.

    A missing tail is found because the head row counts the events; deleting head and tail
    together is found by an anchor (audit.domain.verification). Takes no lock, so people go on
    working: rows that are appended meanwhile only have to fit on.
    """
    head = Chain.objects.get(pk=chain.pk)
    previous, seq = "", 0
    last: Event | None = None
    for event in chain.events.order_by("seq").iterator(chunk_size=2000):
        seq += 1
        if event.seq != seq or event.prev_hash != previous or event.hash != hash_of(event):
            return event
        if seq == head.length and event.hash != head.head:
            return event
        previous, last = event.hash, event
    if seq < head.length:
        return last or Event(chain=chain, seq=0, action="missing")
    if seq > Chain.objects.get(pk=chain.pk).length:
        return last
    return None


def _locked_chain(organization: Organization | None) -> Chain:
    key = f"organization:{organization.pk}" if organization else "system"
    chains = Chain.objects.select_for_update().filter(key=key)
    if (chain := chains.first()) is not None:
        return chain
    # Two first events at once: one insert wins, and the locked read waits for it.
    Chain.objects.bulk_create([Chain(key=key, organization=organization)], ignore_conflicts=True)
    return chains.get()


def _name_of(subject: models.Model) -> tuple[str, str]:
    return subject._meta.model_name or "", str(subject.pk)


def _roles(actor: Actor, organization: Organization | None) -> str:
    if isinstance(actor, SystemActor) or organization is None:
        return ""
    held = [role for role in actor.access.by_role if actor.access.has_role(role, organization.pk)]
    return ",".join(sorted(held))


def _plain(changes: Changes) -> dict[str, list[Any]]:
    """Before/after as JSON values, exactly as the hash will read them back."""
    return {name: [_json(before), _json(after)] for name, (before, after) in changes.items()}


def _json(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, bool, list, dict)):
        return value
    return canonical_json(value).strip('"')
