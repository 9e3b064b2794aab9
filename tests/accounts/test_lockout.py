"""Guessing passwords: six failures shut a name at an address, twenty shut the address."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import Settings

from rectify.accounts.domain.lockout import ADDRESS_LIMIT, WINDOW
from rectify.accounts.enums import Role
from rectify.accounts.interfaces.lockout import counted_name
from rectify.accounts.models import User
from rectify.audit.models import Event
from rectify.lib import clock
from tests.accounts.conftest import PASSWORD, full_width

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]
HERE, ELSEWHERE = "10.0.0.9", "10.0.0.1"


def attempt(
    username: str, password: str, address: str = HERE, headers: dict[str, str] | None = None
) -> Any:
    form = {"username": username, "password": password}
    return Client().post("/login/", form, headers=headers, REMOTE_ADDR=address)


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_spraying_thirty_names_is_stopped_while_a_victim_elsewhere_logs_in(
    person: People,
) -> None:
    for number in range(30):
        person(Role.OFFICE, username=f"victim{number}")
    codes = [attempt(f"victim{number}", "Summer-2026-x").status_code for number in range(30)]
    assert codes == [200] * (ADDRESS_LIMIT - 1) + [429] * (30 - ADDRESS_LIMIT + 1)
    assert attempt("victim29", PASSWORD).status_code == 429
    assert attempt("victim29", PASSWORD, ELSEWHERE).status_code == 302


def test_a_success_with_an_account_of_one_s_own_does_not_forgive_the_address(
    person: People,
) -> None:
    person(Role.OFFICE, username="spy")
    for number in range(ADDRESS_LIMIT - 1):
        attempt(f"name{number}", "wrong")
        if number % 3 == 0:
            assert attempt("spy", PASSWORD).status_code == 302
    assert attempt("another", "wrong").status_code == 429
    assert attempt("spy", PASSWORD).status_code == 429


def test_a_success_forgives_the_failures_of_that_name(person: People) -> None:
    person(Role.OFFICE)
    for _ in range(2):
        assert [attempt("person", "wrong").status_code for _ in range(5)] == [200] * 5
        assert attempt("person", PASSWORD).status_code == 302


def test_a_shut_name_is_shut_at_its_address_only(person: People) -> None:
    person(Role.OFFICE)
    person(Role.LEADER, username="mate")
    for _ in range(6):
        attempt("person", "wrong")
    assert attempt("person", PASSWORD).status_code == 429
    assert attempt("person", PASSWORD, ELSEWHERE).status_code == 302
    assert attempt("mate", PASSWORD).status_code == 302


def test_other_spellings_and_browsers_are_the_same_counter(person: People) -> None:
    person(Role.OFFICE)
    spellings = ("person", "PERSON", full_width("person"), " person", "Person", "pERSON")
    codes = [
        attempt(spelling, "wrong", headers={"User-Agent": f"browser {number}"}).status_code
        for number, spelling in enumerate(spellings)
    ]
    assert codes == [200] * 5 + [429]


def test_spellings_are_one_counter_whichever_door_asks() -> None:
    request = RequestFactory().post("/")
    counted = {
        counted_name(request, {"username": name})
        for name in ("person", "PERSON ", full_width("person"))
    }
    assert len(counted) == 1
    assert counted_name(request, {"username": "other"}) not in counted


def test_a_forged_forwarding_header_is_no_other_address(person: People) -> None:
    person(Role.OFFICE)
    codes = [
        attempt("person", "wrong", headers={"X-Forwarded-For": f"8.8.8.{number}"}).status_code
        for number in range(6)
    ]
    assert codes == [200] * 5 + [429]


def test_the_door_opens_after_a_quarter_of_an_hour_whatever_was_tried_meanwhile(
    person: People, moment: time_machine.Traveller
) -> None:
    person(Role.OFFICE)
    for _ in range(6):
        attempt("person", "wrong")
    moment.shift(WINDOW - timedelta(minutes=4))
    page = attempt("person", "wrong again").content.decode()
    assert "请在 4 分钟后再试" in page
    moment.shift(timedelta(minutes=4, seconds=1))
    assert attempt("person", PASSWORD).status_code == 302


def test_a_shut_address_opens_after_a_quarter_of_an_hour(
    person: People, moment: time_machine.Traveller
) -> None:
    person(Role.OFFICE)
    for number in range(ADDRESS_LIMIT):
        attempt(f"name{number}", "wrong")
    assert attempt("person", PASSWORD).status_code == 429
    moment.shift(WINDOW + timedelta(seconds=1))
    assert attempt("person", PASSWORD).status_code == 302


def test_twenty_failures_spread_over_a_day_shut_nothing(
    person: People, moment: time_machine.Traveller
) -> None:
    person(Role.OFFICE)
    for number in range(ADDRESS_LIMIT + 5):
        assert attempt(f"name{number}", "wrong").status_code == 200
        moment.shift(timedelta(hours=1))
    assert attempt("person", PASSWORD).status_code == 302
    assert AccessFailureLog.objects.count() <= 1


def test_the_count_lies_in_the_database_and_not_in_a_process(person: People) -> None:
    person(Role.OFFICE)
    for _ in range(5):
        attempt("person", "wrong")
    cache.clear()
    AxesProxyHandler.get_implementation(force=True)
    assert attempt("person", "wrong").status_code == 429


def test_shutting_a_door_is_one_event_with_its_address(person: People) -> None:
    user = person(Role.OFFICE)
    for _ in range(9):
        attempt("person", "wrong")
    shut = Event.objects.get(action="user.lock_out")
    assert (shut.object_id, shut.ip, shut.success) == (str(user.pk), HERE, False)
    assert Event.objects.filter(action="user.log_in", success=False).count() == 6


def test_what_was_typed_as_a_login_name_is_kept_nowhere(person: People) -> None:
    attempt("my-secret-password", "x")
    kept = [
        *AccessAttempt.objects.values_list(
            "username", "get_data", "post_data", "path_info", "http_accept"
        ),
        *AccessFailureLog.objects.values_list("username", "path_info", "http_accept"),
        *Event.objects.values_list("object_label", "changes"),
    ]
    assert len(kept) > 2
    assert "my-secret" not in str(kept)


def test_guessing_at_an_unlocked_screen_counts_too(
    person: People, client_of: Callable[[User], Client]
) -> None:
    user = person(Role.OFFICE)
    client = client_of(user)
    form = {"old_password": "wrong", "new_password": "x", "repeated": "x"}
    codes = [client.post("/password/", form).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    client.post("/password/", form)
    assert Event.objects.filter(action="user.confirm_password", success=False).count() == 6


class CountingHasher(PBKDF2PasswordHasher):
    """PBKDF2 of few rounds that counts how often it is run."""

    algorithm = "counting"
    iterations = 10
    runs: ClassVar[int] = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        type(self).runs += 1
        encoded: str = super().encode(password, salt, iterations)
        return encoded


def test_an_unknown_or_disabled_name_costs_as_much_hashing_as_a_wrong_password(
    person: People, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    person(Role.OFFICE)
    gone = person(Role.OFFICE, username="gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    costs, pages = [], []
    for username in ("person", "nobody", "gone"):
        CountingHasher.runs = 0
        pages.append(attempt(username, "wrong").content.decode().replace(username, "…"))
        costs.append(CountingHasher.runs)
    assert costs == [1, 1, 1]
    said = {page.split("error-summary")[1].split("</div>")[0] for page in pages}
    assert len(said) == 1


def test_too_long_a_password_is_refused_before_it_is_hashed(
    person: People, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    person()
    CountingHasher.runs = 0
    assert attempt("person", "x" * 129).status_code == 200
    assert CountingHasher.runs == 0
