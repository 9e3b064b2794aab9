"""The pages of the security administrator: given, ended with a reason, remembered."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rectify.accounts.domain.people import deactivate_user
from rectify.accounts.domain.second_factor import code_of, enable, has_second_factor, new_secret
from rectify.accounts.models import Membership, User
from rectify.audit.models import Event, Operation
from rectify.lib.clock import now
from tests.administration.conftest import Bureau, LogIn


def page(person: User, name: str = "grant_person") -> str:
    return reverse(name, kwargs={"person": person.public_id})


def ending(membership: Membership) -> str:
    return reverse("grant_end", kwargs={"grant": membership.public_id})


def test_a_role_given_on_the_page_works_on_the_next_click(home: Bureau, log_in: LogIn) -> None:
    theirs = log_in(home.bare)
    assert theirs.get(reverse("inspection_new")).status_code == 403
    answer = log_in(home.sec).post(page(home.bare), {"role": "office"})
    assert answer.status_code == 302
    assert theirs.get(reverse("inspection_new")).status_code == 200


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"role": ""}, "请选择角色"),
        ({"role": "emperor"}, "已不可用"),
        ({"role": "section"}, "须选定科室"),
        ({"role": "leader", "section": "own"}, "其他角色不选科室"),
        ({"role": "section", "section": "foreign"}, "已不可用"),
        ({"role": "section", "section": "nonsense"}, "UUID"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_on_the_page(
    home: Bureau, away: Bureau, log_in: LogIn, posted: dict[str, str], sentence: str
) -> None:
    ids = {"own": home.service.public_id, "foreign": away.service.public_id}
    data = {key: str(ids.get(value, value)) for key, value in posted.items()}
    answer = log_in(home.sec).post(page(home.bare), data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert home.live(home.bare) == []


def test_a_foreign_bureau_in_the_post_changes_nothing_there(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    extra = {"organization": str(away.organization.public_id), "user": away.bare.pk,
             "ended_at": "2020-01-01"}  # fmt: skip
    log_in(home.sec).post(page(home.bare), {"role": "office", **extra})
    given = home.membership(home.bare)
    assert (given.organization, given.ended_at) == (home.organization, None)
    assert away.live(away.bare) == []


def test_an_end_needs_a_reason_and_stays_on_the_page_as_history(
    home: Bureau, log_in: LogIn
) -> None:
    client = log_in(home.sec)
    grant = home.membership(home.office)
    refused = client.post(ending(grant), {"reason": "  "}, follow=True)
    assert "请填写原因" in refused.content.decode()
    assert home.live(home.office) == ["office"]
    client.post(ending(grant), {"reason": "轮岗"})
    assert home.live(home.office) == []
    answer = client.get(page(home.office))
    assert [row.pk for row in answer.context["ended"]] == [grant.pk]
    operation = Operation.objects.get(kind="membership.end")
    assert (operation.reason, operation.actor) == ("轮岗", home.sec)
    twice = client.post(ending(grant), {"reason": "轮岗"}, follow=True)
    assert "已经结束" in twice.content.decode()


def test_people_and_grants_of_another_bureau_do_not_exist(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    client = log_in(home.sec)
    assert client.get(page(away.office)).status_code == 404
    assert client.post(page(away.bare), {"role": "office"}).status_code == 404
    assert client.get(page(away.office, "handover")).status_code == 404
    assert client.post(ending(away.membership(away.office)), {"reason": "夺"}).status_code == 404
    assert away.live(away.office) == ["office"]


def test_somebody_of_another_bureau_is_found_by_the_exact_login_name_only(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    client, form = log_in(home.sec), reverse("grant_outsider")
    for wrong in ("away-bar", "away", "awaybare"):
        answer = client.post(form, {"username": wrong, "role": "discipline"})
        assert "没有这个登录名" in answer.content.decode()
    answer = client.post(form, {"username": " AWAY-bare", "role": "discipline"})
    assert answer.status_code == 302
    assert home.live(away.bare) == ["discipline"]
    # From now on the person is listed, but neither their other grants nor their second factor.
    log_in(away.sec).post(page(away.bare), {"role": "leader"})
    shown = client.get(page(away.bare))
    assert [row.role for row in shown.context["live"]] == ["discipline"]
    theirs = away.membership(away.office)
    assert client.post(ending(theirs), {"reason": "夺"}).status_code == 404
    assert client.post(page(away.bare, "grant_second_factor")).status_code == 403


def test_the_list_shows_roles_and_is_narrowed_by_role(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    client = log_in(home.sec)

    def names(**query: str) -> set[str]:
        people = client.get(reverse("grants"), query).context["people"]
        return {person.username for person in people}

    everybody = names()
    assert everybody == {user.username for user in User.objects.kept_by(home.sys)}
    assert names(state="sysadmin") == {"home-sys", "home-sys2"}
    assert names(state="bare") == {"home-bare"}
    assert names(state="granted") == everybody - {"home-bare"}
    assert names(q="away") == set()
    deactivate_user(home.bare, actor=home.sys, reason="退休")
    assert names() == everybody - {"home-bare"}


def test_a_lost_phone_is_reset_by_another_security_administrator(
    home: Bureau, log_in: LogIn
) -> None:
    for user in (home.office, home.sec):
        secret = new_secret()
        enable(user, secret=secret, code=code_of(secret, int(now().timestamp()) // 30))
    client = log_in(home.sec)
    client.post(page(home.office, "grant_second_factor"))
    assert not has_second_factor(home.office)
    assert Event.objects.filter(action="user.reset_second_factor", actor=home.sec).count() == 1
    own = client.post(page(home.sec, "grant_second_factor"), follow=True)
    assert "本人" in own.content.decode()
    assert has_second_factor(home.sec)
