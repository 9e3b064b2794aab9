"""移交: the chosen grants change hands in one step, and the office hears what is left to change."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.urls import reverse

from rectify.accounts.domain.grants import grant
from rectify.accounts.enums import Role
from rectify.accounts.models import LoginSession
from rectify.administration.domain.handover import hand_over
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Operation
from rectify.jobs.models import Delivery
from tests.administration.conftest import Bureau, LogIn
from tests.conftest import Demo


def test_the_chosen_grants_go_over_and_the_others_stay(home: Bureau, log_in: LogIn) -> None:
    chosen = home.membership(home.leader)
    kept = grant(home.leader, actor=home.sec, organization=home.organization,
                 role=Role.PARTY_GROUP)  # fmt: skip
    theirs = log_in(home.leader)
    answer = log_in(home.sec).post(
        reverse("handover", kwargs={"person": home.leader.public_id}),
        {"grants": [str(chosen.public_id)], "to": str(home.bare.public_id), "reason": "退休"},
    )
    assert answer.status_code == 302
    assert (home.live(home.leader), home.live(home.bare)) == (["party_group"], ["leader"])
    assert not LoginSession.objects.filter(user=home.leader).exists()
    assert theirs.get(reverse("messages")).status_code == 302
    [operation] = Operation.objects.filter(kind="handover")
    assert operation.reason == "退休"
    assert sorted(operation.events.values_list("action", flat=True)) == [
        "membership.end", "membership.grant",
    ]  # fmt: skip
    assert kept.ended_at is None


def test_what_the_other_has_already_is_only_ended(home: Bureau) -> None:
    grant(home.bare, actor=home.sec, organization=home.organization, role=Role.LEADER)
    hand_over([home.membership(home.leader)], to=home.bare, actor=home.sec, reason="退休")
    assert (home.live(home.leader), home.live(home.bare)) == ([], ["leader"])


def test_the_only_system_administrator_can_hand_over(home: Bureau, settings: LazySettings) -> None:
    settings.THREE_ADMINS = True
    hand_over([home.membership(home.sys2)], to=home.bare, actor=home.sec, reason="退休")
    hand_over([home.membership(home.sys)], to=home.sys2, actor=home.sec, reason="退休")
    assert home.live(home.sys) == []
    assert home.live(home.sys2) == ["sysadmin"]


def test_one_grant_that_cannot_be_given_leaves_all_where_they_are(
    home: Bureau, settings: LazySettings
) -> None:
    settings.THREE_ADMINS = True
    grants = [
        home.membership(home.leader),
        grant(home.leader, actor=home.sec, organization=home.organization, role=Role.SECRETARY),
    ]
    with pytest.raises(Refused, match="三员分立"):
        hand_over(grants, to=home.auditor, actor=home.sec, reason="退休")
    assert home.live(home.leader) == ["leader", "secretary"]
    assert home.live(home.auditor) == ["auditor"]
    assert not Operation.objects.filter(kind="handover").exists()


def test_one_cannot_hand_over_to_or_from_oneself(home: Bureau) -> None:
    leader = [home.membership(home.leader)]
    with pytest.raises(Refused, match="本人"):
        hand_over(leader, to=home.sec, actor=home.sec, reason="退休")
    with pytest.raises(Refused, match="本人"):
        hand_over([home.membership(home.sec)], to=home.bare, actor=home.sec, reason="退休")
    with pytest.raises(Refused, match="移交人本人"):
        hand_over(leader, to=home.leader, actor=home.sec, reason="退休")
    with pytest.raises(NotAllowed):
        hand_over(leader, to=home.bare, actor=home.sys, reason="退休")
    assert home.live(home.leader) == ["leader"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"grants": []}, "请选择移交的授权"),
        ({"grants": ["foreign"]}, "已不可用"),
        ({"to": "foreign"}, "已不可用"),
        ({"to": ""}, "请选择接手人"),
        ({"reason": ""}, "请填写移交原因"),
        ({"reason": "长" * 201}, "最多 200 个字"),
    ],
)
def test_what_is_missing_or_foreign_is_refused_on_the_page(
    home: Bureau, away: Bureau, log_in: LogIn, change: dict[str, object], sentence: str
) -> None:
    foreign = {
        "grants": [str(away.membership(away.leader).public_id)],
        "to": str(away.bare.public_id),
    }
    posted: dict[str, object] = {
        "grants": [str(home.membership(home.leader).public_id)],
        "to": str(home.bare.public_id),
        "reason": "退休",
    }
    for name, value in change.items():
        posted[name] = foreign[name] if "foreign" in str(value) else value
    answer = log_in(home.sec).post(
        reverse("handover", kwargs={"person": home.leader.public_id}), posted
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert home.live(home.leader) == ["leader"]


def test_the_office_is_told_how_many_open_measures_still_name_the_person(demo: Demo) -> None:
    bureau = demo.a.organization
    giver, to = demo.user("leader-service"), demo.user("party-member")
    grants = list(giver.memberships.filter(role=Role.LEADER, ended_at__isnull=True))
    open_ones = demo.a.measures.filter(
        leader=giver, closed_at__isnull=True, archived_at__isnull=True
    ).count()
    assert open_ones
    before = set(Delivery.objects.values_list("pk", flat=True))
    hand_over(grants, to=to, actor=demo.user("secadmin"), reason="退休")
    told = Delivery.objects.exclude(pk__in=before)
    assert {row.recipient.username for row in told if row.recipient} == {"office", "office-review"}
    assert all(f"{open_ones} 项" in row.body for row in told)
    assert all(str(giver.public_id) in row.link for row in told)
    assert all(row.organization == bureau for row in told)
