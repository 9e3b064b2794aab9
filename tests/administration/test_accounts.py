"""Accounts: opened without rights, their password shown once, closed with everything they held."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.people import (
    create_user,
    deactivate_user,
    log_out_everywhere,
    reactivate_user,
    update_user,
)
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import LoginSession, User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event, Operation
from rectify.lib.clock import at, now
from tests.administration.conftest import Bureau, LogIn

NEW = {"username": "zhangsan", "name": "张三", "position": "科员", "email": "", "sort_order": ""}
# An initial password as a slip shows it.
SHOWN = re.compile(r">((?:[A-Za-z0-9]{4}-){3}[A-Za-z0-9]{4})</code>")


def page(account: User, name: str = "account") -> str:
    return reverse(name, kwargs={"account": account.public_id})


def test_a_new_account_has_no_right_and_its_password_is_shown_in_that_answer_alone(
    home: Bureau, log_in: LogIn
) -> None:
    client = log_in(home.sys)
    answer = client.post(reverse("account_new"), NEW)
    assert answer.status_code == 200
    [password] = SHOWN.findall(answer.content.decode())
    made = User.objects.get(username="zhangsan")
    assert made.check_password(password)
    assert (made.must_change_password, made.organization) == (True, home.organization)
    assert not made.memberships.exists()
    assert not any(made.access.anywhere(ability) for ability in Ability)
    assert "no-store" in answer.headers["Cache-Control"]
    for again in (page(made), reverse("accounts"), reverse("account_new")):
        assert password not in client.get(again).content.decode()
    assert password not in str(list(Event.objects.values_list("changes", flat=True)))


def test_asking_for_rights_in_the_same_post_gives_none(home: Bureau, log_in: LogIn) -> None:
    extra = {"role": "sysadmin", "is_active": "", "organization": "1", "password": "known",
             "must_change_password": "", "memberships": "1"}  # fmt: skip
    log_in(home.sys).post(reverse("account_new"), {**NEW, **extra})
    made = User.objects.get(username="zhangsan")
    assert (made.is_active, made.must_change_password) == (True, True)
    assert not made.check_password("known")
    assert not made.memberships.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("username", "home-office", "已被使用"),
        ("username", "ＨＯＭＥ-office", "已被使用"),  # noqa: RUF001 - full-width on purpose
        ("username", "zhang\r\nsan", "登录名只能用"),
        ("username", "zhаngsan", "登录名只能用"),  # noqa: RUF001 - the a is Cyrillic on purpose
        ("username", "a" * 65, "最多 64 个字"),
        ("username", "", "请填写登录名"),
        ("name", "", "请填写姓名"),
        ("name", "张\r\n三", "换行"),
        ("name", "张" * 61, "最多 60 个字"),
        ("position", "长" * 101, "最多 100 个字"),
        ("email", "no-address", "电子邮箱不正确"),
        ("email", "a@b.cn\r\nBcc: x@y.cn", "电子邮箱不正确"),
        ("sort_order", "-1", "0 到 9999"),
        ("sort_order", "一", "0 到 9999"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_made(
    home: Bureau, log_in: LogIn, field: str, value: str, sentence: str
) -> None:
    before = User.objects.count()
    answer = log_in(home.sys).post(reverse("account_new"), {**NEW, field: value})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert User.objects.count() == before


def test_the_login_name_cannot_be_edited_and_the_name_keeps_its_pinyin(
    home: Bureau, log_in: LogIn
) -> None:
    row = home.bare
    posted = {"version": row.version, "name": "李四", "position": "科长", "email": "l@x.cn",
              "sort_order": "7", "username": "other", "is_active": ""}  # fmt: skip
    answer = log_in(home.sys).post(page(row, "account_edit"), posted)
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.username, row.name, row.pinyin, row.sort_order) == (
        "home-bare", "李四", "lisi", 7,
    )  # fmt: skip
    assert row.is_active


def test_a_stale_edit_shows_both_texts_and_saves_neither(home: Bureau, log_in: LogIn) -> None:
    old = home.bare.version
    update_user(home.bare, actor=home.sys, version=old, values={"name": "先存的"})
    answer = log_in(home.sys).post(
        page(home.bare, "account_edit"), {"version": old, "name": "后存的", "sort_order": "5"}
    )
    assert answer.status_code == 409
    text = strip_tags(answer.content.decode())
    assert "先存的" in text
    assert "后存的" in text
    home.bare.refresh_from_db()
    assert home.bare.name == "先存的"
    with pytest.raises(StaleVersion):
        update_user(home.bare, actor=home.sys, version=old, values={"name": "又一个"})


def test_closing_an_account_ends_its_logins_and_its_grants_with_the_reason(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    grant(home.office, actor=SYSTEM, organization=away.organization, role=Role.DISCIPLINE)
    theirs = log_in(home.office)
    answer = log_in(home.sys).post(page(home.office, "account_deactivate"), {"reason": "调离"})
    assert answer.status_code == 302
    home.office.refresh_from_db()
    assert not home.office.is_active
    assert home.live(home.office) == []
    assert not LoginSession.objects.filter(user=home.office).exists()
    assert theirs.get(reverse("messages")).status_code == 302
    operation = Operation.objects.get(kind="user.deactivate")
    assert operation.reason == "调离"
    assert sorted(operation.events.values_list("action", flat=True)) == [
        "membership.end", "membership.end", "user.deactivate",
    ]  # fmt: skip


def test_nobody_closes_their_own_account_and_a_reason_is_needed(
    home: Bureau, log_in: LogIn
) -> None:
    with pytest.raises(Refused, match="本人"):
        deactivate_user(home.sys, actor=home.sys, reason="退休")
    with pytest.raises(Refused, match="原因"):
        deactivate_user(home.bare, actor=home.sys, reason=" \n ")
    answer = log_in(home.sys).post(page(home.bare, "account_deactivate"), {}, follow=True)
    assert "请填写原因" in answer.content.decode()
    answer = log_in(home.sys).post(
        page(home.bare, "account_deactivate"), {"reason": "长" * 201}, follow=True
    )
    assert "最多 200 个字" in answer.content.decode()
    home.bare.refresh_from_db()
    assert home.bare.is_active


def test_an_account_opened_again_has_a_new_password_and_no_old_rights(
    home: Bureau, log_in: LogIn
) -> None:
    deactivate_user(home.office, actor=home.sys, reason="借调")
    answer = log_in(home.sys).post(page(home.office, "account_reactivate"))
    [password] = SHOWN.findall(answer.content.decode())
    home.office.refresh_from_db()
    assert home.office.is_active
    assert home.office.must_change_password
    assert home.office.check_password(password)
    assert home.live(home.office) == []
    with pytest.raises(Refused, match="已经启用"):
        reactivate_user(home.office, actor=home.sys)


def test_a_new_initial_password_replaces_the_old_one_and_ends_the_logins(
    home: Bureau, log_in: LogIn
) -> None:
    theirs = log_in(home.office)
    answer = log_in(home.sys).post(page(home.office, "account_issue_password"))
    [password] = SHOWN.findall(answer.content.decode())
    assert User.objects.get(pk=home.office.pk).check_password(password)
    assert theirs.get(reverse("messages")).status_code == 302
    own = log_in(home.sys).post(page(home.sys, "account_issue_password"), follow=True)
    assert not SHOWN.search(own.content.decode())
    assert "本人" in own.content.decode()


def test_the_logins_of_a_person_are_ended_and_recorded(home: Bureau, log_in: LogIn) -> None:
    theirs = log_in(home.office)
    log_in(home.office)
    assert log_out_everywhere(home.office, actor=home.sys) == 2
    assert theirs.get(reverse("messages")).status_code == 302
    assert Event.objects.filter(action="user.end_sessions", actor=home.sys).count() == 1
    with pytest.raises(NotAllowed):
        log_out_everywhere(home.office, actor=home.sec)


def test_ones_own_logins_are_not_ended_from_here(home: Bureau, log_in: LogIn) -> None:
    """The answer would be lost with the session in which it is asked for."""
    mine = log_in(home.sys)
    told = mine.post(page(home.sys, "account_end_logins"), follow=True)
    assert told.status_code == 200
    assert "不能这样退出本人的登录" in told.content.decode()
    assert not Event.objects.filter(action="user.end_sessions").exists()


@pytest.mark.parametrize(
    "name",
    ["account", "account_edit", "account_deactivate", "account_reactivate",
     "account_issue_password", "account_end_logins"],
)  # fmt: skip
def test_the_accounts_of_another_bureau_do_not_exist(
    home: Bureau, away: Bureau, log_in: LogIn, name: str
) -> None:
    client = log_in(home.sys)
    before = User.objects.filter(pk=away.bare.pk).values().get()
    for ask in (client.get, client.post):
        assert ask(page(away.bare, name), {"reason": "x"}).status_code in (404, 405)
    assert client.post(page(away.bare, name), {"reason": "x"}).status_code in (404, 405)
    assert User.objects.filter(pk=away.bare.pk).values().get() == before


def test_the_list_holds_the_own_bureau_alone_and_is_searched_by_name_pinyin_and_login(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    for bureau in (home, away):
        create_user(actor=SYSTEM, organization=bureau.organization, password=None,
                    username=f"{bureau.organization.code}-wang", name="王小明")  # fmt: skip
    client = log_in(home.sys)
    for words in ("王小", "wangxiao", "wxm", "home-WANG"):
        found = client.get(reverse("accounts"), {"q": words}).context["lines"]
        assert [user.username for user, _ in found] == ["home-wang"], words
    shown = {user.username for user, _ in client.get(reverse("accounts")).context["lines"]}
    assert all(username.startswith("home-") for username in shown)
    assert User.objects.filter(username="away-wang").exists()


def test_the_list_is_narrowed_by_state(home: Bureau, log_in: LogIn) -> None:
    deactivate_user(home.clerk, actor=home.sys, reason="退休")
    User.objects.filter(pk=home.office.pk).update(last_login=now())
    client = log_in(home.sys)

    def names(state: str) -> set[str]:
        lines = client.get(reverse("accounts"), {"state": state}).context["lines"]
        return {user.username.removeprefix("home-") for user, _ in lines}

    assert names("inactive") == {"clerk"}
    assert "clerk" not in names("active")
    assert {"office", "clerk"}.isdisjoint(names("never"))
    assert names("idle") == set()
    assert names("nonsense") == names("")
    with at(now() + timedelta(days=100)):
        assert "bare" in {user.username[5:] for user in User.objects.idle_since(now())}


def test_a_long_list_is_paged_by_key(home: Bureau, log_in: LogIn) -> None:
    for number in range(60):
        create_user(actor=SYSTEM, organization=home.organization, username=f"p{number:02}",
                    name="某", sort_order=number % 3, password=None)  # fmt: skip
    client = log_in(home.sys)
    seen: list[str] = []
    key = ""
    while True:
        answer = client.get(reverse("accounts"), {"after": key} if key else {})
        seen += [user.username for user, _ in answer.context["lines"]]
        key = answer.context["next_key"]
        if not key:
            break
    assert len(seen) == len(set(seen)) == User.objects.kept_by(home.sys).count()
    assert client.get(reverse("accounts"), {"after": "nonsense"}).status_code == 200
