"""The help page of a measure's life says exactly what the tables say."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from measures.enums import ApplicationState
from measures.rules import APPLICATION_STEPS, TRANSITIONS, Act, Route
from rectify.accounts.enums import Role
from tests.measures.domain.conftest import small
from tests.measures.domain.small_bureau import Small

__all__ = ["small"]


def client_of(small: Small, who: str) -> Client:
    client = Client()
    client.force_login(getattr(small, who), "django.contrib.auth.backends.ModelBackend")
    return client


def tables(html: str) -> list[list[list[str]]]:
    """Every table of the page as rows of cells, without its head."""
    found = []
    for body in re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        found.append([[strip_tags(cell) for cell in row] for row in cells])
    return found


@pytest.fixture
def html(small: Small) -> str:
    answer = client_of(small, "clerk").get(reverse("help_life"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_step_of_status_has_its_row_and_no_other(html: str) -> None:
    rows = tables(html)[0]
    assert [(row[0], row[3]) for row in rows] == [
        (one.source.label, one.target.label) for one in TRANSITIONS
    ]
    for shown, one in zip(rows, TRANSITIONS, strict=True):
        assert all(role.label in shown[2] for role in one.roles)
        assert ("理由" in shown[4]) == one.needs_reason


@pytest.mark.parametrize("route", list(Route))
def test_every_step_of_an_application_has_its_row_and_no_other(html: str, route: Route) -> None:
    rows = tables(html)[1 + list(Route).index(route)]
    expected = [one for one in APPLICATION_STEPS if one.route is route]
    for shown, one in zip(rows, expected, strict=True):
        assert shown[0] == (one.source.label if one.source else "没有待办的申请")
        assert shown[1] == one.act.label
        assert shown[3] == "或".join(target.label for target in one.targets)
        assert ("理由" in shown[4] or "意见" in shown[4]) == one.needs_reason
        assert ("佐证材料" in shown[4]) == one.needs_evidence
        meeting = one.source == ApplicationState.PARTY_GROUP and one.act is not Act.WITHDRAW
        assert ("本人" in shown[4]) == (one.needs_second_person and not meeting)
        assert ("党组会议" in shown[4]) == meeting
        assert shown[2]
        if one.act in (Act.ACCEPT, Act.RETURN) and one.roles != (Role.SECTION,):
            assert shown[2] == one.roles[0].label


def test_the_page_is_found_from_the_index_and_from_the_pages_of_business_roles(
    small: Small,
) -> None:
    client, link = client_of(small, "office"), f'href="{reverse("help_life")}"'
    assert link in client.get(reverse("help")).content.decode()
    for role in Role:
        shown = client.get(reverse("help_role", kwargs={"role": role.value})).content.decode()
        assert (link in shown) == (role not in Role.administrators()), role
