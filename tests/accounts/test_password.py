"""One's own password: the rules, the end of other sessions, the first change, eight hours."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from rectify.accounts.domain.passwords import change_password
from rectify.accounts.enums import Role
from rectify.accounts.models import LoginSession, User
from rectify.audit.exceptions import StaleVersion
from rectify.audit.models import Event
from rectify.lib import clock
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

NEW = "bamboo-and-river-77"
RULES = "rectify.accounts.middleware.SessionRulesMiddleware"
People = Callable[..., User]
ClientOf = Callable[[User], Client]


def post(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> object:
    return client.post("/password/", {"old_password": old, "new_password": new, "repeated": again})


@pytest.fixture
def rules(settings: object) -> None:
    """The middleware in force, wherever the settings stand."""
    order: list[str] = settings.MIDDLEWARE  # type: ignore[attr-defined]
    if RULES not in order:
        place = order.index("django.contrib.auth.middleware.LoginRequiredMiddleware") + 1
        settings.MIDDLEWARE = [*order[:place], RULES, *order[place:]]  # type: ignore[attr-defined]


def test_a_changed_password_ends_every_other_session_of_that_person_only(
    person: People, client_of: ClientOf
) -> None:
    user = person(Role.OFFICE)
    here, elsewhere = client_of(user), client_of(user)
    other = client_of(person(Role.LEADER, username="other"))
    assert post(here).status_code == 302  # type: ignore[attr-defined]
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert other.get("/").status_code == 200
    assert LoginSession.objects.count() == 2
    assert User.objects.get(pk=user.pk).check_password(NEW)


def test_the_log_says_that_the_password_changed_but_not_to_what(
    person: People, client_of: ClientOf
) -> None:
    post(client_of(person()))
    event = Event.objects.filter(action="user.change_password").latest("pk")
    assert event.changes == {}


@pytest.mark.parametrize(
    ("sent", "advice"),
    [
        ({"old": "wrong"}, "现在的口令不正确"),
        ({"again": "something-else-9"}, "两次输入的新口令不一致"),
        ({"new": PASSWORD, "again": PASSWORD}, "与现在的口令相同"),
        ({"new": "short", "again": "short"}, "至少"),
        ({"new": "", "again": ""}, "请填写新口令"),
    ],
)
def test_a_refused_password_changes_nothing_and_says_what_to_do(
    person: People, client_of: ClientOf, sent: dict[str, str], advice: str
) -> None:
    user = person()
    response = post(client_of(user), **sent)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert advice in response.content.decode()  # type: ignore[attr-defined]
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_two_changes_at_once_do_not_overwrite_each_other(person: People) -> None:
    user = person()
    stale = User.objects.get(pk=user.pk)
    change_password(user, password=NEW)
    with pytest.raises(StaleVersion):
        change_password(stale, password="another-good-one-5")


@pytest.mark.usefixtures("rules")
def test_an_initial_password_must_be_changed_before_anything_else(
    person: People, client_of: ClientOf
) -> None:
    client = client_of(person(Role.OFFICE, must_change_password=True))
    assert client.get("/messages/").headers["Location"] == "/password/"
    assert "您正在使用初始口令" in client.get("/password/").content.decode()
    post(client)
    assert client.get("/messages/").status_code == 200


@pytest.mark.usefixtures("rules")
def test_a_login_ends_after_eight_hours_even_if_it_was_used_all_day(person: People) -> None:
    person(Role.OFFICE)
    client = Client()
    client.post("/login/", {"username": "person", "password": PASSWORD})
    began = clock.now()
    with clock.at(began + timedelta(hours=7, minutes=59)):
        assert client.get("/").status_code == 200
    with clock.at(began + timedelta(hours=8, minutes=1)):
        assert client.get("/messages/").headers["Location"] == "/login/?next=/messages/"
