"""In-app messages: one's own only, read by POST, paged by key."""

from collections.abc import Callable

import pytest
from django.test import Client

from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.jobs.domain.outbox import tell
from rectify.jobs.models import Delivery
from tests.accounts.conftest import Bureaus

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]
ClientOf = Callable[[User], Client]


def write(bureaus: Bureaus, user: User, number: int, link: str = "") -> Delivery:
    tell(
        key=f"m{number}",
        organization=bureaus.one,
        recipient=user,
        subject=f"消息{number}号",
        body="正文",
        link=link,
    )
    return Delivery.objects.get(key__startswith=f"m{number}:", recipient=user)


def test_opening_a_message_marks_it_read_and_leads_where_it_points(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    user = person(Role.OFFICE)
    delivery = write(bureaus, user, 1, "https://zhenggai.example/jobs/?x=1")
    client = client_of(user)
    assert client.get("/").context["shell"].unread == 1
    response = client.post(f"/messages/{delivery.public_id}/open/")
    assert response.headers["Location"] == "/jobs/?x=1"
    assert client.get("/").context["shell"].unread == 0


def test_reading_the_list_marks_nothing(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    user = person(Role.OFFICE)
    delivery = write(bureaus, user, 1)
    client = client_of(user)
    client.get("/messages/")
    assert client.get(f"/messages/{delivery.public_id}/open/").status_code == 405
    delivery.refresh_from_db()
    assert delivery.read_at is None


def test_another_person_s_message_does_not_exist(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    theirs = write(bureaus, person(Role.OFFICE), 1)
    mate = client_of(person(Role.OFFICE, username="mate"))
    assert "消息1号" not in mate.get("/messages/").content.decode()
    assert mate.post(f"/messages/{theirs.public_id}/open/").status_code == 404
    assert mate.get(f"/messages/?before={theirs.public_id}").status_code == 404
    mate.post("/messages/read/")
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_all_messages_are_marked_read_at_once(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    user = person(Role.OFFICE)
    for number in range(3):
        write(bureaus, user, number)
    client = client_of(user)
    page = client.post("/messages/read/", follow=True).content.decode()
    assert "已将 3 条消息标为已读" in page
    assert not Delivery.objects.filter(recipient=user, read_at__isnull=True).exists()


def test_a_long_list_is_paged_without_gap_or_repetition(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    user = person(Role.OFFICE)
    for number in range(65):
        write(bureaus, user, number)
    client = client_of(user)
    seen: list[str] = []
    url = ""
    while True:
        context = client.get(f"/messages/{url}").context
        seen += [delivery.subject for delivery in context["deliveries"]]
        url = context["next_url"]
        if not url:
            break
    assert seen == [f"消息{number}号" for number in reversed(range(65))]


@pytest.mark.parametrize("link", ["//evil.example/x", "javascript:alert(1)", ""])
def test_a_message_never_leads_to_another_site(
    person: People, client_of: ClientOf, bureaus: Bureaus, link: str
) -> None:
    user = person(Role.OFFICE)
    delivery = write(bureaus, user, 1, link)
    response = client_of(user).post(f"/messages/{delivery.public_id}/open/")
    assert response.headers["Location"] in {"/messages/", "/x"}
