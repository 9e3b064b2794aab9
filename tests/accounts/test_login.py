"""Logging in and out: what the page says, what the log keeps, when the door stays shut."""

from collections.abc import Callable

import pytest
from django.test import Client

from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.audit.models import Event
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]


def attempt(client: Client, username: str, password: str, **extra: str) -> object:
    return client.post("/login/", {"username": username, "password": password, **extra})


def test_a_stranger_is_sent_to_the_login_page_which_warns_against_secrets() -> None:
    client = Client()
    assert client.get("/messages/").headers["Location"] == "/login/?next=/messages/"
    page = client.get("/login/").content.decode()
    assert "本系统为非涉密系统，严禁存储、处理、传输国家秘密" in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_a_person_logs_in_and_the_log_says_so(person: People) -> None:
    user = person(Role.OFFICE)
    client = Client()
    assert attempt(client, "person", PASSWORD).status_code == 302  # type: ignore[attr-defined]
    event = Event.objects.filter(action="user.log_in").latest("pk")
    assert (event.actor, event.success, event.ip) == (user, True, "127.0.0.1")
    assert client.get("/").status_code == 200


def test_login_leads_back_to_the_asked_for_page_but_never_to_another_site(person: People) -> None:
    person(Role.OFFICE)
    for wanted, reached in (("/messages/", "/messages/"), ("https://evil.example/", "/")):
        response = attempt(Client(), "person", PASSWORD, next=wanted)
        assert response.headers["Location"] == reached  # type: ignore[attr-defined]


@pytest.mark.parametrize("username", ["person", "nobody"])
def test_a_refusal_does_not_tell_whether_the_login_name_exists(
    person: People, username: str
) -> None:
    person()
    response = attempt(Client(), username, "wrong")
    page = response.content.decode()  # type: ignore[attr-defined]
    assert "登录名或口令不正确" in page
    event = Event.objects.filter(action="user.log_in").latest("pk")
    assert not event.success


def test_a_password_typed_as_login_name_is_not_kept_in_the_log() -> None:
    attempt(Client(), "my-secret-password", "x")
    event = Event.objects.filter(action="user.log_in").latest("pk")
    assert event.object_label == "（未登记的登录名）"
    assert "my-secret" not in str(event.changes)


def test_after_six_failures_the_door_is_shut_and_the_page_says_for_how_long(
    person: People,
) -> None:
    person()
    client = Client()
    codes = [attempt(client, "person", "wrong").status_code for _ in range(6)]  # type: ignore[attr-defined]
    assert codes == [200] * 5 + [429]
    locked = attempt(client, "person", PASSWORD)
    assert locked.status_code == 429  # type: ignore[attr-defined]
    assert "请在 15 分钟后再试" in locked.content.decode()  # type: ignore[attr-defined]


def test_logging_out_is_a_post_and_is_recorded(
    person: People, client_of: Callable[[User], Client]
) -> None:
    client = client_of(person(Role.OFFICE))
    assert client.get("/logout/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/").status_code == 302
    assert Event.objects.filter(action="user.log_out").count() == 1


def test_a_disabled_account_cannot_log_in(person: People) -> None:
    user = person(Role.OFFICE)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert attempt(Client(), "person", PASSWORD).status_code == 200  # type: ignore[attr-defined]
