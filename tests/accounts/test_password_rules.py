"""The rules for passwords: both profiles, the words on the form, the last five, the end of life."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from pytest_django import Settings

from rectify.accounts.domain import passwords
from rectify.accounts.domain.passwords import (
    INITIAL_LIFE,
    change_password,
    issue_initial_password,
    new_initial_password,
)
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Role
from rectify.accounts.models import FormerPassword, LoginSession, User
from rectify.accounts.password_profiles import PROFILES
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event
from rectify.lib import clock
from rectify.settings.environment import choice
from tests.accounts.conftest import PASSWORD, Bureaus, full_width

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]
ClientOf = Callable[[User], Client]


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def attempt(username: str, password: str, client: Client | None = None) -> Any:
    return (client or Client()).post("/login/", {"username": username, "password": password})


def wang() -> User:
    return User(username="wangxiaoming", name="王小明", pinyin="wangxiaoming")


# The rules


@pytest.mark.parametrize(
    ("password", "advice"),
    [
        ("Short-1", "至少须有 12 个"),
        ("Eleven-1234", "至少须有 12 个"),
        ("onlysmallletters", "只用了 1 种"),
        ("small-and-marks", "只用了 2 种"),
        ("123456789012345", "只用了 1 种"),
        ("Wangxiaoming@2026", "与登录名、姓名或其拼音相近"),
        ("王小明-Ab1234567", None),
        ("王小明-Ab12", "至少须有 12 个"),
        ("王小明王小明-Ab12", "与登录名、姓名或其拼音相近"),
        ("x" * 120 + "Aa1-XXXXX", "不能超过 128 个"),
        (full_width("A" * 13), "只用了 1 种"),
        ("Blue-Rivers-88", None),
        ("春天的小河边有一棵Tree", None),
        ("  Spaces-count ", None),
        ("wangxiaoming-likes-Tea-7", None),
    ],
)
def test_the_standing_profile(password: str, advice: str | None) -> None:
    if advice is None:
        validate_password(password, wang())
        return
    with pytest.raises(ValidationError) as refused:
        validate_password(password, wang())
    assert advice in "".join(refused.value.messages)


@pytest.mark.parametrize(
    ("password", "advice"),
    [
        ("fourteen chars", "至少须有 15 个"),
        ("only small letters", None),
        ("wangxiaoming and his cat", None),
        ("1q2w3e4r5t6y7u8i", "常见口令"),
    ],
)
def test_the_profile_of_length_alone(settings: Settings, password: str, advice: str | None) -> None:
    settings.PASSWORD_PROFILE = "nist"
    if advice is None:
        validate_password(password, wang())
        return
    with pytest.raises(ValidationError) as refused:
        validate_password(password, wang())
    assert advice in "".join(refused.value.messages)


def test_a_common_password_is_refused_whatever_its_case_and_spaces() -> None:
    for password in ("1qaz2wsx3edc4rfv", " 1QAZ2wsx3edc4rfv "):
        with pytest.raises(ValidationError, match="常见口令"):
            validate_password(password, wang())


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_words_on_the_form_are_those_of_the_profile(
    person: People, client_of: ClientOf, settings: Settings, name: str
) -> None:
    settings.PASSWORD_PROFILE = name
    page = client_of(person()).get("/password/").content.decode()
    assert PROFILES[name].in_words() in page
    assert f"{PROFILES[name].shortest} 至 128 个字符" in page


def test_a_profile_that_does_not_exist_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD_PROFILE", "none")
    with pytest.raises(ImproperlyConfigured, match="dengbao 或 nist"):
        choice("PASSWORD_PROFILE", tuple(PROFILES))


def test_the_settings_know_exactly_the_profiles_that_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in PROFILES:
        monkeypatch.setenv("PASSWORD_PROFILE", name)
        assert choice("PASSWORD_PROFILE", ("dengbao", "nist")) == name


def test_the_state_of_the_input_method_does_not_lock_anybody_out(person: People) -> None:
    person(Role.OFFICE)
    wide = full_width(PASSWORD)
    assert wide != PASSWORD
    assert attempt("person", wide).status_code == 302


def test_spaces_at_the_ends_of_a_password_count(person: People) -> None:
    user = person(Role.OFFICE)
    change_password(user, password="  Blue-Rivers-88  ")
    assert attempt("person", "Blue-Rivers-88").status_code == 200
    assert attempt("person", "  Blue-Rivers-88  ").status_code == 302


# The last five


def test_none_of_the_last_five_comes_again_but_the_sixth_may(person: People) -> None:
    user = person()
    used = [PASSWORD, *(f"Blue-Rivers-{number}" for number in range(5))]
    for password in used[1:]:
        change_password(user, password=password)
    for password in used[1:]:
        with pytest.raises(ValidationError, match=r"不能再用|与现在的口令相同"):
            change_password(user, password=password)
    assert FormerPassword.objects.filter(user=user).count() == 4
    change_password(user, password=PASSWORD)
    assert user.check_password(PASSWORD)


def test_the_full_width_form_of_a_former_password_is_that_password(person: People) -> None:
    user = person()
    change_password(user, password="Blue-Rivers-88")
    wide = full_width(PASSWORD)
    with pytest.raises(ValidationError, match="不能再用"):
        change_password(user, password=wide)


def test_a_former_password_is_refused_beside_its_field(person: People, client_of: ClientOf) -> None:
    user = person()
    change_password(user, password="Blue-Rivers-88")
    form = {"old_password": "Blue-Rivers-88", "new_password": PASSWORD, "repeated": PASSWORD}
    answer = client_of(user).post("/password/", form)
    assert answer.status_code == 422
    assert "最近 5 次用过的口令不能再用" in answer.content.decode()
    assert User.objects.get(pk=user.pk).check_password("Blue-Rivers-88")


def test_the_profile_of_length_alone_keeps_no_former_password(
    person: People, settings: Settings
) -> None:
    user = person()
    change_password(user, password="Blue-Rivers-88")
    settings.PASSWORD_PROFILE = "nist"
    change_password(user, password="a river and a mountain")
    assert not FormerPassword.objects.filter(user=user).exists()
    change_password(user, password=PASSWORD)


# Initial passwords


def test_initial_passwords_fit_every_profile_and_hold_no_look_alikes(
    settings: Settings,
) -> None:
    drawn = [new_initial_password() for _ in range(200)]
    assert len(set(drawn)) == 200
    assert not set("".join(drawn)) & set("IOlo01")
    for settings.PASSWORD_PROFILE in PROFILES:
        for password in drawn:
            validate_password(password, wang())


def test_an_issued_password_ends_every_login_and_must_be_changed(
    person: People, client_of: ClientOf
) -> None:
    user, root = person(Role.OFFICE), person(Role.SYSADMIN, username="root")
    client = client_of(user)
    password = issue_initial_password(user, actor=root)
    assert client.get("/messages/").status_code == 302
    assert attempt("person", PASSWORD).status_code == 200
    fresh = Client()
    assert attempt("person", password, fresh).status_code == 302
    assert fresh.get("/messages/").headers["Location"] == "/password/"
    event = Event.objects.get(action="user.issue_password")
    assert (event.actor, event.object_id, event.changes) == (root, str(user.pk), {})
    assert password not in str(list(Event.objects.values()))


def test_only_the_keeper_of_the_accounts_issues_and_never_for_oneself(
    person: People, bureaus: Bureaus
) -> None:
    user = person(Role.OFFICE)
    for role in set(Role) - {Role.SYSADMIN}:
        with pytest.raises(NotAllowed):
            issue_initial_password(user, actor=person(role, username=f"mate-{role.value}"))
    root = person(Role.SYSADMIN, username="root")
    with pytest.raises(Refused, match="不能为本人"):
        issue_initial_password(root, actor=root)
    foreign = create_user(
        actor=SYSTEM, organization=bureaus.two, username="foreign", name="外人", password=None
    )
    with pytest.raises(NotAllowed):
        issue_initial_password(foreign, actor=root)
    assert user.check_password(PASSWORD)


def test_an_initial_password_works_for_seventy_two_hours(
    person: People, moment: time_machine.Traveller
) -> None:
    user = person(Role.OFFICE, must_change_password=True)
    moment.shift(INITIAL_LIFE)
    assert attempt("person", PASSWORD).status_code == 302
    LoginSession.objects.filter(user=user).delete()
    moment.shift(timedelta(seconds=1))
    answer = attempt("person", PASSWORD)
    assert "请联系系统管理员重新签发" in answer.content.decode()
    assert not LoginSession.objects.filter(user=user).exists()
    event = Event.objects.filter(action="user.log_in", success=False).latest("pk")
    assert (event.object_id, event.changes) == (str(user.pk), {"why": [None, "expired"]})
    # Whoever does not know it learns nothing of its state.
    assert "重新签发" not in attempt("person", "wrong").content.decode()
    again = issue_initial_password(User.objects.get(pk=user.pk), actor=SYSTEM)
    assert attempt("person", again).status_code == 302


def test_an_initial_password_that_was_used_in_time_has_become_one_s_own(
    person: People, moment: time_machine.Traveller
) -> None:
    user = person(Role.OFFICE, must_change_password=True)
    change_password(user, password="Blue-Rivers-88")
    moment.shift(INITIAL_LIFE * 2)
    assert attempt("person", "Blue-Rivers-88").status_code == 302


# Ninety days


def test_after_ninety_days_the_password_is_changed_first(
    person: People, moment: time_machine.Traveller
) -> None:
    person(Role.OFFICE)
    moment.shift(timedelta(days=90))
    client = Client()
    attempt("person", PASSWORD, client)
    assert client.get("/messages/").status_code == 200
    moment.shift(timedelta(seconds=1))
    assert client.get("/messages/").headers["Location"] == "/password/"
    assert "已使用超过 90 天" in client.get("/password/").content.decode()
    new = {"old_password": PASSWORD, "new_password": "Blue-Rivers-88", "repeated": "Blue-Rivers-88"}
    assert client.post("/password/", new).status_code == 302
    assert client.get("/messages/").status_code == 200


def test_the_profile_of_length_alone_has_no_end_of_life(
    person: People, settings: Settings, moment: time_machine.Traveller
) -> None:
    user = person(Role.OFFICE)
    moment.shift(timedelta(days=3650))
    assert passwords.password_expired(user)
    settings.PASSWORD_PROFILE = "nist"
    assert not passwords.password_expired(user)
