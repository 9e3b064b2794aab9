"""Accounts unused for 90 days: listed, closed by hand all or none, closed every night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from rectify.accounts.domain.idle import disable_idle
from rectify.accounts.domain.people import deactivate_user, reactivate_user
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, User
from rectify.administration.domain.idle import disable_idle_due
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event, Operation
from rectify.jobs.domain.reconcile import create_what_is_due
from rectify.jobs.models import Delivery
from rectify.lib.clock import at
from tests.administration.conftest import Bureau, LogIn

# 10:00 in Shanghai.
OPENED = datetime(2024, 1, 10, 2, 0, tzinfo=UTC)
LATER = OPENED + timedelta(days=91)


@pytest.fixture
def later(home: Bureau, away: Bureau) -> Iterator[Bureau]:
    """Everybody's account is idle, but for one system and one security administrator each."""
    User.objects.update(password_set_at=OPENED, last_login=None)
    for bureau in (home, away):
        User.objects.filter(pk__in=[bureau.sys.pk, bureau.sec.pk]).update(
            last_login=LATER, password_set_at=LATER
        )
    # Accounts of the demo are not the matter here.
    kept = [home.organization.pk, away.organization.pk]
    User.objects.exclude(organization__in=kept).update(is_active=False)
    with at(LATER):
        yield home


@pytest.mark.parametrize(
    ("used", "idle"),
    [
        (OPENED + timedelta(days=1, hours=-1), False),  # 90 days ago, that day counts whole
        (OPENED + timedelta(days=1) - timedelta(hours=11), True),  # the evening before
        (LATER, False),
    ],
)
def test_ninety_days_count_from_the_last_login(
    later: Bureau, used: datetime, idle: bool, log_in: LogIn
) -> None:
    User.objects.filter(pk=later.bare.pk).update(last_login=used)
    lines = log_in(later.sys).get(reverse("accounts"), {"state": "idle"}).context["lines"]
    assert (later.bare.pk in {user.pk for user, _ in lines}) is idle
    assert all(state == "idle" for _, state in lines)


def test_an_account_opened_again_counts_from_then(later: Bureau) -> None:
    deactivate_user(later.bare, actor=later.sys, reason="借调")
    later.bare.refresh_from_db()
    reactivate_user(later.bare, actor=later.sys)
    disable_idle_due()
    assert User.objects.get(pk=later.bare.pk).is_active


def test_the_night_closes_them_and_tells_the_system_administrators(later: Bureau) -> None:
    create_what_is_due()
    closed = set(User.objects.filter(organization=later.organization, is_active=False))
    assert closed == {later.sys2, later.sec2, later.auditor, later.office, later.leader,
                      later.clerk, later.bare}  # fmt: skip
    assert not Membership.objects.live().filter(user__in=closed).exists()
    told = Delivery.objects.filter(organization=later.organization)
    assert [row.recipient for row in told] == [later.sys]
    assert "7 个账号" in told[0].subject
    event = Event.objects.filter(action="user.deactivate").latest("pk")
    assert event.actor is None


def test_a_second_round_of_the_same_night_changes_and_tells_nothing(later: Bureau) -> None:
    disable_idle_due()
    before = Event.objects.count(), Delivery.objects.count(), Operation.objects.count()
    assert disable_idle_due() == 0
    assert (Event.objects.count(), Delivery.objects.count(), Operation.objects.count()) == before


def test_the_last_administrators_stay_however_long_they_were_away(later: Bureau) -> None:
    User.objects.filter(organization=later.organization).update(
        last_login=None, password_set_at=OPENED
    )
    disable_idle_due()
    for role in (Role.SYSADMIN, Role.SECADMIN):
        assert User.objects.holding(role, later.organization).count() == 1


def test_by_hand_all_ticked_accounts_are_closed_as_one_operation(
    later: Bureau, log_in: LogIn
) -> None:
    ticked = [str(later.bare.public_id), str(later.clerk.public_id)]
    log_in(later.sys).post(reverse("accounts_idle"), {"accounts": ticked})
    assert not User.objects.filter(pk__in=[later.bare.pk, later.clerk.pk], is_active=True).exists()
    assert Operation.objects.filter(kind="user.deactivate").count() == 1


def test_one_account_of_another_bureau_among_them_refuses_all(
    later: Bureau, away: Bureau, log_in: LogIn
) -> None:
    ticked = [str(later.bare.public_id), str(away.bare.public_id)]
    answer = log_in(later.sys).post(reverse("accounts_idle"), {"accounts": ticked}, follow=True)
    assert "没有停用任何账号" in answer.content.decode()
    assert User.objects.filter(pk__in=[later.bare.pk, away.bare.pk], is_active=True).count() == 2
    with pytest.raises(Refused, match="没有停用任何账号"):
        disable_idle([later.bare, away.bare], actor=later.sys, organization=later.organization)
    with pytest.raises(NotAllowed):
        disable_idle([away.bare], actor=later.sys, organization=away.organization)


def test_one_account_used_in_the_meantime_refuses_all(later: Bureau) -> None:
    User.objects.filter(pk=later.clerk.pk).update(last_login=LATER)
    with pytest.raises(Refused, match="近期已有使用"):
        disable_idle([later.bare, later.clerk], actor=later.sys, organization=later.organization)
    assert User.objects.get(pk=later.bare.pk).is_active


def test_nothing_ticked_is_said(later: Bureau, log_in: LogIn) -> None:
    answer = log_in(later.sys).post(reverse("accounts_idle"), follow=True)
    assert "请先勾选" in answer.content.decode()
