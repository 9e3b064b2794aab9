"""Marking in-app messages as read: no event of the log, it moves the reader's own counter only."""

from rectify.accounts.models import User
from rectify.jobs.enums import Channel
from rectify.jobs.models import Delivery
from rectify.jobs.models.delivery import DeliveryQuerySet
from rectify.lib.clock import now


def mark_read(delivery: Delivery, *, actor: User) -> bool:
    """Mark the actor's own message read; False where it was read already or is another's."""
    return bool(_unread(actor).filter(pk=delivery.pk).update(read_at=now()))


def mark_all_read(*, actor: User) -> int:
    """Mark every unread message of the actor read; returns how many."""
    return _unread(actor).update(read_at=now())


def _unread(actor: User) -> DeliveryQuerySet:
    return Delivery.objects.visible_to(actor).filter(channel=Channel.IN_APP, read_at__isnull=True)
