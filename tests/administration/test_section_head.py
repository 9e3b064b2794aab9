"""负责人: who confirms what a section applies for, and stops when the grant stops."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.organizations import update_section
from rectify.accounts.domain.people import deactivate_user
from rectify.accounts.enums import Role
from rectify.accounts.models import Section, User
from rectify.administration.domain.handover import hand_over
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event
from tests.administration.conftest import Bureau, LogIn


def head_of(section: Section) -> User | None:
    return Section.objects.select_related("head").get(pk=section.pk).head


def appoint(home: Bureau, user: User | None) -> Section:
    section = Section.objects.get(pk=home.service.pk)
    return update_section(section, actor=home.sys, version=section.version, values={"head": user})


def edit_url(section: Section) -> str:
    return reverse("section_edit", kwargs={"section": section.public_id})


def posted(section: Section, head: User | str) -> dict[str, object]:
    return {
        "version": section.version, "name": section.name, "kind": section.kind,
        "sort_order": section.sort_order,
        "head": head.public_id if isinstance(head, User) else head,
    }  # fmt: skip


def test_the_head_is_chosen_among_those_who_act_for_the_section(
    home: Bureau, log_in: LogIn
) -> None:
    client = log_in(home.sys)
    shown = client.get(edit_url(home.service)).content.decode()
    assert str(home.clerk.public_id) in shown
    assert str(home.leader.public_id) not in shown
    assert client.post(edit_url(home.service), posted(home.service, home.clerk)).status_code == 302
    assert head_of(home.service) == home.clerk
    assert "homeclerk" in client.get(reverse("sections")).content.decode()
    again = Section.objects.get(pk=home.service.pk)
    assert client.post(edit_url(again), posted(again, "")).status_code == 302
    assert head_of(home.service) is None


@pytest.mark.parametrize("who", ["leader", "office", "bare", "sys"])
def test_nobody_else_becomes_head(home: Bureau, log_in: LogIn, who: str) -> None:
    person = getattr(home, who)
    answer = log_in(home.sys).post(edit_url(home.service), posted(home.service, person))
    assert answer.status_code == 422
    assert "责任科室角色" in str(answer.context["form"].errors["head"])
    with pytest.raises(Refused, match="没有担任") as refused:
        appoint(home, person)
    assert refused.value.field == "head"
    assert head_of(home.service) is None


def test_a_clerk_of_another_section_or_bureau_is_no_head(home: Bureau, away: Bureau) -> None:
    grant(home.bare, actor=home.sec, organization=home.organization, role=Role.SECTION,
          section=home.archive)  # fmt: skip
    for person in (home.bare, away.clerk):
        with pytest.raises(Refused):
            appoint(home, person)


def test_ending_the_grant_ends_the_headship_and_says_so_in_the_log(home: Bureau) -> None:
    appoint(home, home.clerk)
    end_membership(home.membership(home.clerk), actor=home.sec, reason="转岗")
    assert head_of(home.service) is None
    event = Event.objects.get(action="section.end_head")
    assert event.changes == {"head": [home.clerk.pk, None]}
    assert event.operation is not None and event.operation.reason == "转岗"


def test_closing_the_account_ends_the_headship(home: Bureau) -> None:
    appoint(home, home.clerk)
    deactivate_user(home.clerk, actor=home.sys, reason="退休")
    assert head_of(home.service) is None


def test_handing_over_leaves_the_section_to_choose_its_head_again(home: Bureau) -> None:
    appoint(home, home.clerk)
    hand_over([home.membership(home.clerk)], to=home.bare, actor=home.sec, reason="岗位调整")
    assert head_of(home.service) is None
    assert appoint(home, home.bare).head == home.bare


def test_ending_another_grant_leaves_the_head(home: Bureau) -> None:
    other = grant(home.clerk, actor=home.sec, organization=home.organization, role=Role.SECTION,
                  section=home.archive)  # fmt: skip
    appoint(home, home.clerk)
    end_membership(other, actor=home.sec, reason="转岗")
    assert head_of(home.service) == home.clerk


def test_two_administrators_at_once_and_one_without_the_right(
    home: Bureau, away: Bureau, log_in: LogIn
) -> None:
    stale = posted(home.service, home.clerk)
    appoint(home, home.clerk)
    answer = log_in(home.sys).post(edit_url(home.service), {**stale, "head": "", "name": "新科"})
    assert answer.status_code == 409
    section = Section.objects.get(pk=home.service.pk)
    with pytest.raises(StaleVersion):
        update_section(section, actor=home.sys, version=1, values={"head": None})
    for actor in (home.sec, home.office, home.clerk, away.sys):
        with pytest.raises(NotAllowed):
            update_section(section, actor=actor, version=section.version, values={"head": None})
    assert head_of(home.service) == home.clerk
