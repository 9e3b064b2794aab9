"""Where administrators land, and what each of them may open."""

from __future__ import annotations

import pytest
from django.urls import reverse

from issues.domain.inspections import create_inspection
from rectify.accounts.domain.grants import grant
from rectify.accounts.enums import Role
from rectify.audit.actors import SYSTEM
from tests.administration.conftest import Bureau, LogIn


@pytest.mark.parametrize(
    ("word", "door"), [("sys", "accounts"), ("sec", "grants"), ("auditor", "audit_log")]
)
def test_an_administrator_lands_on_the_page_of_their_role(
    home: Bureau, log_in: LogIn, word: str, door: str
) -> None:
    answer = log_in(getattr(home, word)).get("/")
    assert answer.headers["Location"] == reverse(door)


def test_somebody_without_any_role_is_told_whom_to_ask(home: Bureau, log_in: LogIn) -> None:
    assert "安全管理员" in log_in(home.bare).get("/").content.decode()


def test_who_holds_a_business_role_too_has_one_door_to_the_rooms(
    home: Bureau, log_in: LogIn
) -> None:
    create_inspection(actor=SYSTEM, organization=home.organization, code="x", name="某轮巡察")
    for role in (Role.SYSADMIN, Role.SECADMIN):
        grant(home.office, actor=home.sec, organization=home.organization, role=role)
    client = log_in(home.office)
    entries = {entry.key for entry in client.get(reverse("jobs")).context["shell"].entries}
    assert "administration" in entries
    assert entries.isdisjoint({"accounts", "grants"})
    rooms = [name for name, *_ in client.get(reverse("administration")).context["rooms"]]
    assert rooms == ["accounts", "sections", "grants", "backups"]
    assert client.get(reverse("administration")).status_code == 200


def test_the_set_up_page_is_gone_once_a_bureau_exists(home: Bureau, log_in: LogIn) -> None:
    for user in (home.sys, home.bare):
        assert log_in(user).get(reverse("first_run")).status_code == 404
