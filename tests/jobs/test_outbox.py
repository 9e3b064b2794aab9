"""Messages are told once, wait longer after each failure, and never hold anybody up."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.core import mail
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from rectify.accounts.models import Organization, User
from rectify.jobs import doorbell
from rectify.jobs.domain.outbox import BACKOFF, deliver_due, tell
from rectify.jobs.doorbell import ring_on_commit
from rectify.jobs.enums import Channel, DeliveryStatus
from rectify.jobs.models import Delivery
from rectify.lib import clock

KEY = "test:fact:1"


@pytest.fixture
def reader(office: User) -> User:
    User.objects.filter(pk=office.pk).update(email="office@example.test")
    office.refresh_from_db()
    # What the demo still has to send is not what these tests count.
    Delivery.objects.filter(status=DeliveryStatus.PENDING).update(status=DeliveryStatus.SENT)
    return office


@pytest.fixture
def say(reader: User, bureau: Organization) -> Callable[[], None]:
    def tell_it() -> None:
        tell(key=KEY, organization=bureau, recipient=reader, subject="周报", body="超期 3 项",
             link="/digests/1/", by_mail=True)  # fmt: skip

    return tell_it


@pytest.fixture
def silent_port(settings: Settings) -> Iterator[None]:
    """Mail goes to a port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        yield


def letter() -> Delivery:
    return Delivery.objects.get(key__startswith=KEY, channel=Channel.EMAIL)


def test_a_fact_told_twice_reaches_a_person_once_on_each_channel(say: Callable[[], None]) -> None:
    say()
    say()
    assert Delivery.objects.filter(key__startswith=KEY).count() == 2
    assert deliver_due() == 1
    say()
    assert deliver_due() == 0
    assert [message.subject for message in mail.outbox] == ["周报"]
    assert mail.outbox[0].extra_headers["Message-ID"].endswith("@rectify>")
    assert f"\n{settings.PUBLIC_URL}/" in mail.outbox[0].body


def test_a_person_without_an_address_gets_the_message_inside_alone(
    office: User, bureau: Organization
) -> None:
    User.objects.filter(pk=office.pk).update(email="")
    office.refresh_from_db()
    tell(key=KEY, organization=bureau, recipient=office, subject="周报", body="", link="",
         by_mail=True)  # fmt: skip
    channels = Delivery.objects.filter(key__startswith=KEY).values_list("channel", flat=True)
    assert list(channels) == [Channel.IN_APP]


def test_a_mail_server_that_refuses_is_asked_again_ever_more_seldom_and_then_given_up(
    say: Callable[[], None], silent_port: None
) -> None:
    say()
    moment = clock.now()
    for attempt, minutes in enumerate(BACKOFF, start=1):
        with clock.at(moment):
            assert deliver_due() == 0
            assert deliver_due() == 0, "the failed letter was tried again without waiting"
        row = letter()
        assert row.attempts == attempt
        assert row.due_at == moment + timedelta(minutes=minutes)
        moment = row.due_at
    assert letter().status == DeliveryStatus.FAILED
    assert letter().error


def test_a_letter_goes_out_once_the_mail_server_is_back(
    say: Callable[[], None], settings: Settings, silent_port: None
) -> None:
    say()
    deliver_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.at(letter().due_at):
        assert deliver_due() == 1
    assert (letter().status, letter().error) == (DeliveryStatus.SENT, "")


@pytest.mark.parametrize(
    "fault", [OperationalError("no broker"), ConnectionRefusedError(), smtplib.SMTPException()]
)
def test_the_doorbell_never_raises_whatever_the_broker_does(
    demo: object,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    fault: Exception,
) -> None:
    rung: list[str] = []

    def refuse(name: str, args: tuple[int, ...]) -> None:
        rung.append(name)
        raise fault

    settings.DOORBELL = "ring"
    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit("rectify.jobs.tasks.deliver")
    doorbell._ringer.submit(lambda: None).result(timeout=5)  # the ring before it is through
    assert rung == ["rectify.jobs.tasks.deliver"]


def test_a_silent_doorbell_leaves_everything_to_the_reconciler(
    demo: object, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        ring_on_commit("rectify.jobs.tasks.deliver")
    assert callbacks == []
