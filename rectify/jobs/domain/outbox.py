"""Messages: written with the fact they tell, sent afterwards, told once."""

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from rectify.accounts.models import Organization, User
from rectify.jobs.doorbell import ring_on_commit
from rectify.jobs.enums import Channel, DeliveryStatus
from rectify.jobs.models import Delivery
from rectify.lib.clock import now

log = logging.getLogger(__name__)

# Minutes to wait after the first, second, … failure; after the last the office must look.
BACKOFF = (1, 2, 4, 8, 16, 32, 60)


def tell(
    *,
    key: str,
    organization: Organization,
    recipient: User,
    subject: str,
    body: str,
    link: str,
    by_mail: bool = False,
) -> None:
    """Queue one message under a deterministic key; a key already told is left as it is.

    `body` holds numbers and counts only where `by_mail` (trust.md N-6). A person without an
    address gets the in-app message alone.
    """
    channels = [Channel.IN_APP]
    if by_mail and recipient.email:
        channels.append(Channel.EMAIL)
    moment = now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                key=f"{key}:{recipient.pk}:{channel}"[:200],
                channel=channel,
                organization=organization,
                recipient=recipient,
                address=recipient.email if channel == Channel.EMAIL else "",
                subject=subject[:200],
                body=body,
                link=link,
                due_at=moment,
                status=DeliveryStatus.PENDING if channel == Channel.EMAIL else DeliveryStatus.SENT,
                sent_at=None if channel == Channel.EMAIL else moment,
            )
            for channel in channels
        ],
        ignore_conflicts=True,
    )
    if Channel.EMAIL in channels:
        ring_on_commit("rectify.jobs.tasks.deliver")


def deliver_due() -> int:
    """Send what is due; returns how many went out. A failure waits longer each time.

    Each row is claimed by a conditional UPDATE of its due time before it is sent, so that two
    workers do not send it twice; a worker killed between claim and send repeats it once, with the
    same Message-ID.
    """
    sent = 0
    due = Delivery.objects.filter(status=DeliveryStatus.PENDING, due_at__lte=now())
    for delivery in due.order_by("due_at", "pk")[:500]:
        claimed = Delivery.objects.filter(
            pk=delivery.pk, status=DeliveryStatus.PENDING, due_at=delivery.due_at
        ).update(
            due_at=now() + timedelta(minutes=_wait(delivery.attempts)), attempts=F("attempts") + 1
        )
        if claimed:
            sent += _send(delivery)
    return sent


def _wait(attempts: int) -> int:
    return BACKOFF[min(attempts, len(BACKOFF) - 1)]


def _send(delivery: Delivery) -> int:
    message = EmailMessage(
        subject=delivery.subject,
        body=f"{delivery.body}\n\n{settings.PUBLIC_URL.rstrip('/')}{delivery.link}",
        to=[delivery.address],
        headers={"Message-ID": f"<{delivery.public_id.hex}@rectify>"},
    )
    rows = Delivery.objects.filter(pk=delivery.pk)
    try:
        message.send()
    # ValueError: a header or address that no mail can carry must not stop those behind it.
    except (OSError, smtplib.SMTPException, ValueError) as error:
        given_up = delivery.attempts + 1 >= len(BACKOFF)
        log.warning("delivery %s failed: %s", delivery.pk, error)
        rows.update(
            error=str(error)[:500],
            status=DeliveryStatus.FAILED if given_up else DeliveryStatus.PENDING,
        )
        return 0
    rows.update(status=DeliveryStatus.SENT, sent_at=now(), error="")
    return 1
