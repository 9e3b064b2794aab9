"""Being refused and reading sensitive lists leave events, without what anybody typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from rectify.audit.domain.access import MOST_ANONYMOUS
from rectify.audit.domain.events import verify
from rectify.audit.models import Chain, Event
from rectify.audit.sensitive import SENSITIVE
from rectify.lib.clock import at, now
from tests.authorization.walk import every_name
from tests.conftest import Demo

Login = Callable[[str], Client]


def newest(action: str) -> Event:
    return Event.objects.filter(action=action).latest("pk")


def count(action: str) -> int:
    return Event.objects.filter(action=action).count()


def test_a_page_that_the_role_may_not_open_is_recorded(demo: Demo, as_user: Login) -> None:
    address = reverse("documents", kwargs={"inspection": demo.a.public_id})
    assert as_user("clerk-service").get(f"{address}?q=秘密").status_code == 403
    event = newest("access.denied")
    assert event.actor == demo.user("clerk-service")
    assert event.chain.organization == demo.a.organization
    assert (event.object_type, event.object_id) == ("inspection", str(demo.a.public_id))
    assert event.object_label == "documents GET 403"
    assert not event.success
    assert event.roles == "section"
    assert event.ip == "127.0.0.1"
    assert "秘密" not in str([event.changes, event.object_label, event.object_id])
    assert verify(event.chain) is None


def test_a_hidden_object_is_recorded_in_the_chain_of_the_one_who_asked(
    demo: Demo, as_user: Login
) -> None:
    hidden = reverse("dashboard", kwargs={"inspection": demo.a.public_id})
    answer = as_user("office-b").get(hidden)
    nothing = as_user("office-b").get(reverse("dashboard", kwargs={"inspection": uuid4()}))
    assert (answer.status_code, nothing.status_code) == (404, 404)
    assert answer.content == nothing.content
    denied = Event.objects.filter(action="access.denied").order_by("-pk")[:2]
    assert [event.chain.organization for event in denied] == [demo.b.organization] * 2
    assert denied[1].object_id == str(demo.a.public_id)


def test_an_address_that_does_not_exist_is_a_typing_error(demo: Demo, as_user: Login) -> None:
    before = count("access.denied")
    assert as_user("office").get("/nowhere/").status_code == 404
    assert count("access.denied") == before


def test_a_visitor_who_is_sent_to_the_login_page_is_not_recorded(demo: Demo) -> None:
    before = Event.objects.count()
    assert Client().get(reverse("inspections")).status_code == 302
    assert Event.objects.count() == before


def test_a_form_without_token_is_recorded(demo: Demo) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(demo.user("office"), "django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("messages_read"), {"text": "秘密"}).status_code == 403
    event = newest("access.denied")
    assert event.actor == demo.user("office")
    assert event.object_label == "messages_read POST 403"


def test_a_strangers_form_without_token_goes_into_the_system_chain(demo: Demo) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login/", {"username": "秘密", "password": "秘密"}).status_code == 403
    event = newest("access.denied")
    assert (event.chain.key, event.actor) == ("system", None)
    assert "未登录" in event.object_label
    assert "秘密" not in str([event.changes, event.object_label, event.actor_name])


def test_strangers_cannot_fill_the_log(demo: Demo) -> None:
    client = Client(enforce_csrf_checks=True)
    moment = now()
    with at(moment):
        codes = {client.post("/login/").status_code for _ in range(MOST_ANONYMOUS)}
        before = count("access.denied")
        assert newest("access.denied").chain.key == "system"
        codes.add(client.post("/login/").status_code)
        assert count("access.denied") == before
    with at(moment + timedelta(minutes=1)):
        codes.add(client.post("/login/").status_code)
    assert count("access.denied") == before + 1
    assert codes == {403}


def test_a_flood_of_strangers_hides_no_refusal_of_a_person(demo: Demo, as_user: Login) -> None:
    stranger = Client(enforce_csrf_checks=True)
    for _ in range(MOST_ANONYMOUS):
        stranger.post("/login/")
    as_user("clerk-service").get(reverse("documents", kwargs={"inspection": demo.a.public_id}))
    assert newest("access.denied").actor == demo.user("clerk-service")


def test_a_list_is_recorded_once_in_a_login(demo: Demo, as_user: Login) -> None:
    client = as_user("office")
    address = reverse("ledger", kwargs={"inspection": demo.a.public_id})
    before = count("list.read")
    for query in ("", "?q=学习", "?status=completed"):
        assert client.get(address + query).status_code == 200
    assert count("list.read") == before + 1
    event = newest("list.read")
    assert (event.object_label, event.object_id) == ("台账", str(demo.a.public_id))
    assert event.actor == demo.user("office")
    assert event.success
    client.get(reverse("tree", kwargs={"inspection": demo.a.public_id}))
    assert count("list.read") == before + 2
    as_user("office").get(address)
    assert count("list.read") == before + 3


def test_each_inspections_list_is_recorded_by_itself(demo: Demo, as_user: Login) -> None:
    client = as_user("discipline")  # assigned to both bureaus
    before = count("list.read")
    for inspection in (demo.a, demo.b):
        address = reverse("ledger", kwargs={"inspection": inspection.public_id})
        assert client.get(address).status_code == 200
    assert count("list.read") == before + 2


def test_a_list_that_was_refused_was_not_read(demo: Demo, as_user: Login) -> None:
    before = count("list.read")
    as_user("office-b").get(reverse("ledger", kwargs={"inspection": demo.a.public_id}))
    assert count("list.read") == before


def test_nothing_is_handed_out_where_it_cannot_be_recorded(demo: Demo, as_user: Login) -> None:
    """The log must not be a record of only those readings that were convenient to record."""
    client = as_user("office")
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event RENAME TO audit_event_away")
    answer = client.get(reverse("ledger", kwargs={"inspection": demo.a.public_id}))
    assert answer.status_code == 500
    assert "台账</h1>" not in answer.content.decode()


def test_every_sensitive_list_is_an_address_of_the_site() -> None:
    assert set(SENSITIVE) - set(every_name()) == set()


@pytest.mark.parametrize("name", sorted(SENSITIVE))
def test_every_sensitive_list_is_recorded(name: str, demo: Demo, as_user: Login) -> None:
    readers = {"accounts": "sysadmin", "grants": "secadmin", "audit_log": "auditor"}
    client = as_user(readers.get(name, "office"))
    try:
        address = reverse(name)
    except NoReverseMatch:
        if name == "digest":
            digest = demo.a.digests.filter(audience="office").latest("pk")
            address = reverse(name, kwargs={"digest": digest.public_id})
        else:
            address = reverse(name, kwargs={"inspection": demo.a.public_id})
    before = count("list.read")
    assert client.get(address).status_code == 200
    assert count("list.read") == before + 1
    assert newest("list.read").object_label == SENSITIVE[name]


def test_reading_leaves_the_chains_whole(demo: Demo, as_user: Login) -> None:
    client = as_user("office")
    client.get(reverse("ledger", kwargs={"inspection": demo.a.public_id}))
    client.get(reverse("dashboard", kwargs={"inspection": demo.b.public_id}))
    for chain in Chain.objects.all():
        assert verify(chain) is None
