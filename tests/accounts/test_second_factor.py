"""两步验证: the code after the password, its clock, its one use, recovery codes and reset."""

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from rectify.accounts.domain import second_factor
from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.people import create_user
from rectify.accounts.domain.second_factor import STEP, code_of
from rectify.accounts.enums import Role
from rectify.accounts.models import LoginSession, User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event
from rectify.lib import clock
from tests.accounts.conftest import PASSWORD, Bureaus, full_width

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    # In the middle of a half-minute, so that whole steps are whole steps.
    start = clock.now().replace(second=15, microsecond=0)
    with time_machine.travel(start, tick=False) as traveller:
        yield traveller


def code(steps: int = 0) -> str:
    """What the phone shows now, or so many half-minutes away."""
    return code_of(SECRET, int(clock.now().timestamp()) // STEP + steps)


@pytest.fixture
def owner(person: People, moment: time_machine.Traveller) -> tuple[User, list[str]]:
    """A person with the second factor on, and the recovery codes."""
    user = person(Role.OFFICE)
    codes = second_factor.enable(user, secret=SECRET, code=code())
    moment.shift(timedelta(minutes=10))
    return user, codes


def enter_password(client: Client | None = None, address: str = "127.0.0.1", **more: str) -> Client:
    client = client or Client(REMOTE_ADDR=address)
    answer = client.post("/login/", {"username": "person", "password": PASSWORD, **more})
    assert answer.headers["Location"] == "/login/code/"
    return client


def enter_code(client: Client, typed: str) -> Any:
    return client.post("/login/code/", {"code": typed})


def is_in(client: Client) -> bool:
    return client.get("/messages/").status_code == 200


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, shown: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code_of(secret, seconds // STEP) == shown


def test_after_the_password_nothing_opens_before_the_code(owner: tuple[User, list[str]]) -> None:
    client = enter_password(next="/messages/")
    assert client.get("/messages/").headers["Location"].startswith("/login/")
    assert client.get("/login/").headers["Location"] == "/login/code/"
    assert not LoginSession.objects.filter(user=owner[0]).exists()
    before = client.session.session_key
    assert enter_code(client, code()).headers["Location"] == "/messages/"
    assert is_in(client)
    assert client.session.session_key != before


def test_a_wrong_code_opens_nothing_and_says_what_to_do(owner: tuple[User, list[str]]) -> None:
    client = enter_password()
    for typed in ("000000", "", "abcdef", full_width("123"), "9" * 40):
        answer = enter_code(client, typed)
        assert answer.status_code == 422
    assert "恢复码" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(
    ("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_phone_may_be_half_a_minute_wrong(
    owner: tuple[User, list[str]], steps: int, opens: bool
) -> None:
    client = enter_password()
    enter_code(client, code(steps))
    assert is_in(client) is opens


def test_a_code_opens_once_and_no_earlier_one_after_it(owner: tuple[User, list[str]]) -> None:
    used = code()
    enter_code(enter_password(), used)
    cache.clear()  # nothing of this lies in the memory of a process
    for typed in (used, code(-1)):
        thief = enter_password()
        assert enter_code(thief, typed).status_code == 422
        assert not is_in(thief)
    assert enter_code(enter_password(), code(1)).status_code == 302


def test_a_code_may_be_typed_full_width_and_in_groups(owner: tuple[User, list[str]]) -> None:
    wide = full_width(code())
    client = enter_password()
    enter_code(client, f" {wide[:3]} {wide[3:]} ")
    assert is_in(client)


def test_a_recovery_code_opens_once(owner: tuple[User, list[str]]) -> None:
    user, codes = owner
    assert len(set(codes)) == 10 and {len(one) for one in codes} == {10}
    client = enter_password()
    enter_code(client, f"{codes[3][:5]} {codes[3][5:]}")
    assert is_in(client)
    assert second_factor.recovery_codes_left(user) == 9
    assert enter_code(enter_password(), codes[3]).status_code == 422
    assert enter_code(enter_password(), codes[4]).status_code == 302


def test_six_wrong_codes_shut_the_door_for_the_right_one_too(
    owner: tuple[User, list[str]],
) -> None:
    client = enter_password()
    assert [enter_code(client, "000000").status_code for _ in range(6)] == [422] * 5 + [429]
    cache.clear()
    assert enter_code(client, code()).status_code == 429
    again = Client()
    assert again.post("/login/", {"username": "person", "password": PASSWORD}).status_code == 429
    elsewhere = enter_password(address="10.0.0.1")
    assert elsewhere.post("/login/code/", {"code": code()}).status_code == 302
    assert Event.objects.filter(action="user.lock_out").count() == 1


def test_typing_the_password_again_does_not_forgive_wrong_codes(
    owner: tuple[User, list[str]],
) -> None:
    answers = []
    for _ in range(3):
        client = enter_password()
        answers += [enter_code(client, "000000").status_code for _ in range(2)]
        client.post("/logout/")
    assert answers == [422] * 5 + [429]


def test_codes_are_events_right_or_wrong(owner: tuple[User, list[str]]) -> None:
    client = enter_password()
    enter_code(client, "000000")
    enter_code(client, code())
    found = Event.objects.filter(action="user.second_factor").order_by("pk")
    assert [(e.actor, e.success, e.changes) for e in found] == [
        (owner[0], False, {}),
        (owner[0], True, {"way": [None, "totp"]}),
    ]
    assert code() not in str(list(Event.objects.values()))


def test_five_minutes_after_the_password_it_must_be_typed_again(
    owner: tuple[User, list[str]], moment: time_machine.Traveller
) -> None:
    client = enter_password()
    moment.shift(timedelta(minutes=5, seconds=1))
    assert enter_code(client, code()).headers["Location"] == "/login/"
    assert not is_in(client)


def test_an_account_closed_between_password_and_code_stays_out(
    owner: tuple[User, list[str]],
) -> None:
    client = enter_password()
    User.objects.filter(pk=owner[0].pk).update(is_active=False)
    assert enter_code(client, code()).headers["Location"] == "/login/"
    assert not is_in(client)


def test_leaving_the_code_page_forgets_the_password(owner: tuple[User, list[str]]) -> None:
    client = enter_password()
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/login/").status_code == 200
    assert enter_code(client, code()).headers["Location"] == "/login/"


def test_secrets_are_sealed_in_the_database(owner: tuple[User, list[str]]) -> None:
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert "last_step" in stored
    assert SECRET not in stored
    assert not any(one in stored for one in owner[1])


def test_with_another_key_of_the_site_the_code_page_says_who_can_help(
    owner: tuple[User, list[str]], settings: Settings
) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 4
    answer = enter_code(enter_password(), code())
    assert "安全管理员重置" in answer.content.decode()
    settings.SECRET_KEY_FALLBACKS = [old]
    assert enter_code(enter_password(), code()).status_code == 302


# Switching it on and off


def offered(client: Client) -> str:
    page = client.get("/second-factor/on/").content.decode()
    groups = page.split("phone__secret")[1].split("</span></li>")[0]
    return "".join(part.split("</span>")[0] for part in groups.split("<span>")[1:])


def turn_on(client: Client, password: str = PASSWORD) -> Any:
    shown = code_of(offered(client), int(clock.now().timestamp()) // STEP)
    return client.post("/second-factor/on/", {"old_password": password, "code": shown})


def test_the_page_offers_a_drawing_and_the_same_secret_in_groups_of_four(
    person: People, client_of: Callable[[User], Client]
) -> None:
    client = client_of(person(Role.OFFICE))
    assert offered(client) == offered(client)
    assert len(offered(client)) == 32
    page = client.get("/second-factor/on/").content.decode()
    assert "<path d=" in page
    assert "style=" not in page
    assert "data:" not in page
    assert offered(client) not in str(client.session.items())


def test_switching_on_shows_the_recovery_codes_this_one_time(
    person: People, client_of: Callable[[User], Client]
) -> None:
    user = person(Role.OFFICE)
    client = client_of(user)
    page = turn_on(client).content.decode()
    listed = page.split('class="codes"')[1].split("</ol>")[0]
    assert listed.count("<li>") == 10
    assert second_factor.has_second_factor(user)
    assert client.get("/second-factor/on/").headers["Location"] == "/second-factor/"
    assert "剩余 10 个" in client.get("/second-factor/").content.decode()
    assert Event.objects.filter(action="user.enable_second_factor", actor=user).count() == 1


def test_a_wrong_first_code_or_password_switches_nothing_on(
    person: People, client_of: Callable[[User], Client]
) -> None:
    user = person(Role.OFFICE)
    client = client_of(user)
    secret = offered(client)
    wrong = client.post("/second-factor/on/", {"old_password": PASSWORD, "code": "000000"})
    assert (wrong.status_code, "动态码不正确" in wrong.content.decode()) == (422, True)
    assert offered(client) == secret
    assert turn_on(client, password="wrong").status_code == 422
    assert not second_factor.has_second_factor(user)


def test_switching_off_and_new_recovery_codes_want_password_and_code(
    owner: tuple[User, list[str]], client_of: Callable[[User], Client]
) -> None:
    user, codes = owner
    client = client_of(user)
    for page in ("/second-factor/off/", "/second-factor/codes/"):
        for form in (
            {"old_password": "wrong", "code": code()},
            {"old_password": PASSWORD, "code": "000000"},
            {"old_password": PASSWORD},
        ):
            assert client.post(page, form).status_code == 422
    assert second_factor.recovery_codes_left(user) == 10
    answer = client.post("/second-factor/codes/", {"old_password": PASSWORD, "code": code()})
    assert answer.content.decode().count("<li>") >= 10
    assert enter_code(enter_password(), codes[0]).status_code == 422
    off = client.post("/second-factor/off/", {"old_password": PASSWORD, "code": code(1)})
    assert off.status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    told = Event.objects.filter(actor=user).values_list("action", flat=True)
    assert {"user.renew_recovery_codes", "user.disable_second_factor"} <= set(told)


def test_a_wrong_password_there_uses_no_code_up(
    owner: tuple[User, list[str]], client_of: Callable[[User], Client]
) -> None:
    client = client_of(owner[0])
    client.post("/second-factor/off/", {"old_password": "wrong", "code": code()})
    assert enter_code(enter_password(), code()).status_code == 302


# Administrators


@pytest.mark.parametrize("role", sorted(Role.administrators()))
def test_an_administrator_is_kept_at_the_page_until_the_phone_is_bound(
    person: People, client_of: Callable[[User], Client], settings: Settings, role: Role
) -> None:
    settings.TOTP_FOR_ADMINS = True
    client = client_of(person(role))
    assert client.get("/messages/").headers["Location"] == "/second-factor/on/"
    assert client.get("/password/").headers["Location"] == "/second-factor/on/"
    fragment = client.get("/messages/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, "/second-factor/on/")
    assert "管理员登录须使用两步验证" in client.get("/second-factor/on/").content.decode()
    turn_on(client)
    assert is_in(client)


def test_the_initial_password_is_changed_before_the_phone_is_bound(
    person: People, client_of: Callable[[User], Client], settings: Settings
) -> None:
    settings.TOTP_FOR_ADMINS = True
    client = client_of(person(Role.SECADMIN, must_change_password=True))
    for page in ("/messages/", "/second-factor/on/"):
        assert client.get(page).headers["Location"] == "/password/"


def test_others_are_not_kept_and_nobody_where_the_setting_is_off(
    person: People, client_of: Callable[[User], Client], settings: Settings
) -> None:
    settings.TOTP_FOR_ADMINS = True
    assert is_in(client_of(person(Role.OFFICE)))
    settings.TOTP_FOR_ADMINS = False
    assert is_in(client_of(person(Role.SYSADMIN, username="root")))


def test_a_new_administrative_role_asks_for_the_phone_on_the_next_request(
    person: People, client_of: Callable[[User], Client], settings: Settings, bureaus: Bureaus
) -> None:
    settings.TOTP_FOR_ADMINS = True
    user = person()
    client = client_of(user)
    assert is_in(client)
    grant(user, actor=SYSTEM, organization=bureaus.one, role=Role.AUDITOR)
    assert not is_in(client)


# Reset


def test_the_security_administrator_resets_it_and_every_login_ends(
    owner: tuple[User, list[str]], person: People, client_of: Callable[[User], Client]
) -> None:
    user, _ = owner
    client = client_of(user)
    actor = person(Role.SECADMIN, username="guard")
    second_factor.reset_second_factor(user, actor=actor)
    assert not is_in(client)
    assert not second_factor.has_second_factor(user)
    event = Event.objects.get(action="user.reset_second_factor")
    assert (event.actor, event.object_id) == (actor, str(user.pk))
    with pytest.raises(Refused, match="没有开启"):
        second_factor.reset_second_factor(user, actor=actor)


def test_nobody_else_resets_it(
    owner: tuple[User, list[str]], person: People, bureaus: Bureaus
) -> None:
    user, _ = owner
    actors = [
        person(role, username=f"mate-{role.value}") for role in Role if role not in {Role.SECADMIN}
    ]
    abroad = create_user(
        actor=SYSTEM, organization=bureaus.two, username="abroad", name="外人", password=None
    )
    grant(abroad, actor=SYSTEM, organization=bureaus.two, role=Role.SECADMIN)
    for actor in (*actors, abroad):
        with pytest.raises(NotAllowed):
            second_factor.reset_second_factor(user, actor=actor)
    assert second_factor.has_second_factor(user)


def test_not_even_the_security_administrator_resets_their_own(person: People) -> None:
    guard = person(Role.SECADMIN)
    second_factor.enable(guard, secret=SECRET, code=code())
    with pytest.raises(Refused, match="不能重置本人"):
        second_factor.reset_second_factor(guard, actor=guard)
    assert second_factor.has_second_factor(guard)


def test_at_the_console_it_is_reset_by_login_name(owner: tuple[User, list[str]]) -> None:
    call_command("reset_second_factor", "PERSON")
    assert not second_factor.has_second_factor(owner[0])
    for name, advice in (("person", "没有开启"), ("nobody", "没有登录名为")):
        with pytest.raises(CommandError, match=advice):
            call_command("reset_second_factor", name)
