"""One login: its new key, half an hour of rest, eight hours at most, and its end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from rectify.accounts.domain import second_factor
from rectify.accounts.domain.passwords import issue_initial_password
from rectify.accounts.domain.people import deactivate_user
from rectify.accounts.domain.second_factor import STEP, code_of
from rectify.accounts.domain.sessions import end_sessions
from rectify.accounts.enums import Role
from rectify.accounts.models import LoginSession, User
from rectify.audit.actors import SYSTEM
from rectify.lib import clock
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now().replace(microsecond=0), tick=False) as traveller:
        yield traveller


def log_in(client: Client | None = None, address: str = "10.0.0.5") -> Client:
    client = client or Client()
    form = {"username": "person", "password": PASSWORD}
    assert client.post("/login/", form, REMOTE_ADDR=address).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/messages/").status_code == 200


def test_logging_in_gives_the_session_a_new_key(person: People) -> None:
    person(Role.OFFICE)
    client = Client()
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key
    log_in(client)
    assert client.session.session_key != planted
    assert not LoginSession.objects.filter(session_key=planted).exists()


def test_a_key_that_somebody_made_up_is_not_taken_over(person: People) -> None:
    person(Role.OFFICE)
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    log_in(client)
    assert client.session.session_key != "a" * 32


def test_changing_the_password_gives_a_new_key_too(person: People) -> None:
    person(Role.OFFICE)
    client = log_in()
    before = client.session.session_key
    new = {"old_password": PASSWORD, "new_password": "Blue-Rivers-88", "repeated": "Blue-Rivers-88"}
    client.post("/password/", new)
    assert is_in(client)
    assert client.session.session_key != before
    assert not LoginSession.objects.filter(session_key=before).exists()


def test_the_row_says_whose_since_when_and_from_where(
    person: People, moment: time_machine.Traveller
) -> None:
    user = person(Role.OFFICE)
    began = clock.now()
    client = log_in(address="10.0.0.7")
    moment.shift(timedelta(minutes=20))
    assert is_in(client)
    row = LoginSession.objects.get(user=user)
    assert (row.began_at, row.address) == (began, "10.0.0.7")


def test_half_an_hour_of_rest_ends_a_login(person: People, moment: time_machine.Traveller) -> None:
    person(Role.OFFICE)
    client = log_in()
    for _ in range(3):
        moment.shift(timedelta(minutes=29))
        assert is_in(client)
    moment.shift(timedelta(minutes=30, seconds=1))
    assert not is_in(client)


def test_rest_is_measured_by_the_server_whatever_the_browser_keeps(
    person: People, moment: time_machine.Traveller
) -> None:
    person(Role.OFFICE)
    client = log_in()
    kept: Any = client.cookies["sessionid"].value
    moment.shift(timedelta(minutes=31))
    client.cookies["sessionid"] = kept
    assert not is_in(client)


def test_eight_hours_end_a_login_that_never_rested(
    person: People, moment: time_machine.Traveller
) -> None:
    user = person(Role.OFFICE)
    client = log_in()
    for _ in range(24):
        moment.shift(timedelta(minutes=20))
        assert is_in(client)
    moment.shift(timedelta(seconds=1))
    assert not is_in(client)
    assert not LoginSession.objects.filter(user=user).exists()


def test_logging_out_deletes_the_row_so_the_old_cookie_opens_nothing(person: People) -> None:
    user = person(Role.OFFICE)
    client = log_in()
    kept: Any = client.cookies["sessionid"].value
    client.post("/logout/")
    assert not LoginSession.objects.filter(user=user).exists()
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert not is_in(thief)


def test_ending_the_sessions_of_one_person_leaves_the_others(person: People) -> None:
    user = person(Role.OFFICE)
    person(Role.LEADER, username="mate")
    mine = [log_in(), log_in()]
    other = Client()
    other.post("/login/", {"username": "mate", "password": PASSWORD})
    assert end_sessions(user) == 2
    assert [is_in(client) for client in mine] == [False, False]
    assert is_in(other)


def test_closing_an_account_ends_its_logins_at_once(person: People) -> None:
    user = person(Role.OFFICE)
    client = log_in()
    deactivate_user(user, actor=SYSTEM, reason="调离")
    assert not is_in(client)
    assert not LoginSession.objects.filter(user=user).exists()


def test_logging_out_without_being_logged_in_does_no_harm() -> None:
    assert Client().post("/logout/").headers["Location"] == "/login/"


def test_a_new_password_ends_a_login_that_waits_for_its_code(
    person: People, moment: time_machine.Traveller
) -> None:
    """It has no session of the person yet, so no row of theirs is there to be deleted."""
    user, secret = person(Role.OFFICE), second_factor.new_secret()
    second_factor.enable(
        user, secret=secret, code=code_of(secret, int(clock.now().timestamp()) // STEP)
    )
    moment.shift(timedelta(minutes=2))
    kept, ended = log_in(), log_in()
    code = code_of(secret, int(clock.now().timestamp()) // STEP)
    assert kept.post("/login/code/", {"code": code}).headers["Location"] == "/"
    assert is_in(kept)
    moment.shift(timedelta(minutes=1))
    issue_initial_password(User.objects.get(pk=user.pk), actor=SYSTEM)
    code = code_of(secret, int(clock.now().timestamp()) // STEP)
    assert ended.post("/login/code/", {"code": code}).headers["Location"] == "/login/"
    assert not is_in(ended)
