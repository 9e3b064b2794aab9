"""A line break in a subject or address cannot add a header or a recipient to a letter."""

from __future__ import annotations

import pytest
from django.core import mail

from rectify.accounts.models import Organization, User
from rectify.jobs.domain.outbox import deliver_due, tell
from rectify.jobs.enums import Channel, DeliveryStatus
from rectify.jobs.models import Delivery


@pytest.fixture
def reader(office: User) -> User:
    User.objects.filter(pk=office.pk).update(email="office@example.test")
    office.refresh_from_db()
    # What the demo still has to send is not what these tests count.
    Delivery.objects.filter(status=DeliveryStatus.PENDING).update(status=DeliveryStatus.SENT)
    return office


def write(recipient: User, bureau: Organization, *, key: str, subject: str) -> None:
    tell(key=key, organization=bureau, recipient=recipient, subject=subject, body="超期 3 项",
         link="/digests/1/", by_mail=True)  # fmt: skip


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
def test_a_line_break_in_a_subject_keeps_the_letter_back_and_not_those_behind_it(
    reader: User, bureau: Organization, line_break: str
) -> None:
    write(reader, bureau, key="a", subject=f"周报{line_break}Bcc: stranger@example.test")
    write(reader, bureau, key="b", subject="周报")
    deliver_due()
    assert [(letter.subject, letter.recipients()) for letter in mail.outbox] == [
        ("周报", ["office@example.test"])
    ]
    kept = Delivery.objects.get(key__startswith="a:", channel=Channel.EMAIL)
    assert kept.status == DeliveryStatus.PENDING
    assert kept.error != ""


def test_a_line_break_in_an_address_reaches_nobody(reader: User, bureau: Organization) -> None:
    User.objects.filter(pk=reader.pk).update(email="a@example.test\nBcc: stranger@example.test")
    reader.refresh_from_db()
    write(reader, bureau, key="a", subject="周报")
    deliver_due()
    assert mail.outbox == []
