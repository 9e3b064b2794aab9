"""三员分立: three people, nobody judges in their own cause, no bureau is left without a keeper."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.people import create_user, deactivate_user
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.administration.checks import three_administrators
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused
from tests.administration.conftest import Bureau

ADMINISTRATORS = sorted(Role.administrators())
BUSINESS = [role for role in Role if role not in Role.administrators() and role != Role.SECTION]


@pytest.mark.parametrize(
    ("held", "other"),
    [(a, b) for a in ADMINISTRATORS for b in [*ADMINISTRATORS, *BUSINESS] if a != b],
)
def test_an_administrator_gets_no_other_role_and_nobody_else_becomes_one(
    home: Bureau, settings: LazySettings, held: Role, other: Role
) -> None:
    settings.THREE_ADMINS = True
    grant(home.bare, actor=home.sec, organization=home.organization, role=held)
    with pytest.raises(Refused, match="三员分立"):
        grant(home.bare, actor=home.sec, organization=home.organization, role=other)
    assert home.live(home.bare) == [held]


def test_the_rule_reaches_over_bureaus(home: Bureau, away: Bureau, settings: LazySettings) -> None:
    settings.THREE_ADMINS = True
    with pytest.raises(Refused, match="三员分立"):
        grant(home.auditor, actor=away.sec, organization=away.organization, role=Role.OFFICE)
    with pytest.raises(Refused, match="三员分立"):
        grant(home.office, actor=away.sec, organization=away.organization, role=Role.SYSADMIN)


def test_a_role_that_has_ended_is_no_obstacle(home: Bureau, settings: LazySettings) -> None:
    settings.THREE_ADMINS = True
    end_membership(home.membership(home.office), actor=home.sec, reason="转岗")
    grant(home.office, actor=home.sec, organization=home.organization, role=Role.AUDITOR)
    assert home.live(home.office) == ["auditor"]


def test_switched_off_one_person_may_hold_all_three(home: Bureau, settings: LazySettings) -> None:
    settings.THREE_ADMINS = False
    for role in ADMINISTRATORS:
        grant(home.bare, actor=home.sec, organization=home.organization, role=role)
    assert home.live(home.bare) == ADMINISTRATORS


@pytest.mark.parametrize("three", [True, False])
def test_nobody_changes_their_own_grants(home: Bureau, settings: LazySettings, three: bool) -> None:
    settings.THREE_ADMINS = three
    with pytest.raises(Refused, match="本人"):
        grant(home.sec, actor=home.sec, organization=home.organization, role=Role.AUDITOR)
    with pytest.raises(Refused, match="本人"):
        end_membership(home.membership(home.sec), actor=home.sec, reason="退休")
    assert home.live(home.sec) == ["secadmin"]


def test_each_administrator_does_their_own_part_only(home: Bureau) -> None:
    with pytest.raises(NotAllowed):
        grant(home.bare, actor=home.sys, organization=home.organization, role=Role.OFFICE)
    with pytest.raises(NotAllowed):
        create_user(actor=home.sec, organization=home.organization, username="x", name="某",
                    password=None)  # fmt: skip
    with pytest.raises(NotAllowed):
        deactivate_user(home.bare, actor=home.sec, reason="退休")
    for forbidden in (home.auditor, home.office):
        with pytest.raises(NotAllowed):
            grant(home.bare, actor=forbidden, organization=home.organization, role=Role.OFFICE)


@pytest.mark.parametrize(("first", "last"), [("sys", "sys2"), ("sec", "sec2")])
def test_the_last_administrator_of_a_kind_can_neither_be_ended_nor_closed(
    home: Bureau, first: str, last: str
) -> None:
    end_membership(home.membership(getattr(home, first)), actor=SYSTEM)
    with pytest.raises(Refused, match="不能没有"):
        end_membership(home.membership(getattr(home, last)), actor=SYSTEM)
    with pytest.raises(Refused, match="不能没有"):
        deactivate_user(getattr(home, last), actor=SYSTEM, reason="退休")
    assert User.objects.get(pk=getattr(home, last).pk).is_active


def test_a_closed_account_does_not_count_as_the_other_administrator(home: Bureau) -> None:
    deactivate_user(home.sys2, actor=home.sys, reason="退休")
    with pytest.raises(Refused, match="不能没有"):
        end_membership(home.membership(home.sys), actor=home.sec, reason="退休")


def test_the_checks_name_the_accounts_that_the_switched_on_rule_forbids(
    home: Bureau, settings: LazySettings
) -> None:
    settings.THREE_ADMINS = False
    for role in (Role.SYSADMIN, Role.OFFICE):
        grant(home.bare, actor=home.sec, organization=home.organization, role=role)
    assert three_administrators() == []
    settings.THREE_ADMINS = True
    [warning] = three_administrators()
    assert "home-bare" in warning.msg
    assert "系统管理员" in warning.msg
    deactivate_user(home.bare, actor=home.sys, reason="退休")
    assert three_administrators() == []


def test_doctor_says_it_too(
    home: Bureau, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    for role in (Role.SYSADMIN, Role.OFFICE):
        grant(home.bare, actor=home.sec, organization=home.organization, role=role)
    settings.THREE_ADMINS = True
    call_command("check", tags=["machine"], fail_level="CRITICAL")
    assert "home-bare" in capsys.readouterr().err
