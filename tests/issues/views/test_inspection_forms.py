"""Entering an inspection: whose, what is refused, and where the words stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues.models import Inspection
from rectify.audit.models import Event
from tests.conftest import Demo

As = Callable[[str], Client]
NEW = "/inspections/new/"


def errors(response: Any, field: str) -> str:
    return "".join(response.context["form"].errors.get(field, []))


def test_the_office_enters_an_inspection_and_is_led_to_its_empty_tree(
    as_user: As, inspection_data: dict[str, Any]
) -> None:
    response = as_user("office").post(NEW, inspection_data)
    created = Inspection.objects.get(code="new-one")
    assert response["Location"] == reverse("tree", kwargs={"inspection": created.public_id})
    assert created.entered_on == date(2026, 3, 2)
    assert created.left_on == date(2026, 4, 10)
    assert created.feedback_on == date(2026, 5, 12)
    assert created.label_task == "问题表现"
    assert created.closure_gate == "none"
    assert Event.objects.filter(action="inspection.create", object_id=str(created.pk)).exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("classification", "classified", "秘密级及以上内容不得录入"),
        ("code", "demo-a", "该代码已被使用"),
        ("code", "第一轮", "代码只能含字母"),
        ("name", "", "请填写名称。"),
        ("left_on", "2026.1.1", "离开日期不能早于进驻日期。"),
        ("intensive_until", "2026.1.1", "集中整改期不能早于反馈日期。"),
        ("feedback_on", "五月", "不是日期"),
        ("stage", "unknown", "请重新选择"),
        ("closure_gate", "", "请选择销号程序。"),
        ("closure_gate", "nobody", "请重新选择"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field_and_nothing_typed_is_lost(
    as_user: As, inspection_data: dict[str, Any], field: str, value: str, sentence: str
) -> None:
    response = as_user("office").post(NEW, {**inspection_data, field: value})
    assert response.status_code == 422
    assert sentence in errors(response, field)
    assert response.context["form"]["team"].value() == "第二巡察组"
    assert not Inspection.objects.filter(code="new-one").exists()


def test_an_inspection_cannot_be_entered_for_another_bureau(
    demo: Demo, as_user: As, inspection_data: dict[str, Any]
) -> None:
    foreign = {**inspection_data, "organization": str(demo.b.organization.public_id)}
    response = as_user("office").post(NEW, foreign)
    assert response.status_code == 422
    assert errors(response, "organization")
    assert not Inspection.objects.filter(code="new-one").exists()


@pytest.mark.parametrize("person", ["clerk-service", "leader-service", "secretary", "sysadmin"])
def test_only_the_office_enters_or_changes_an_inspection(
    demo: Demo, as_user: As, inspection_data: dict[str, Any], person: str
) -> None:
    client = as_user(person)
    edit = reverse("inspection_edit", kwargs={"inspection": demo.a.public_id})
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, inspection_data).status_code == 403
    assert client.get(edit).status_code == (404 if person == "sysadmin" else 403)
    assert not Inspection.objects.filter(code="new-one").exists()


def test_another_bureaus_inspection_does_not_exist_for_the_office(demo: Demo, as_user: As) -> None:
    edit = reverse("inspection_edit", kwargs={"inspection": demo.b.public_id})
    assert as_user("office").get(edit).status_code == 404
    assert as_user("office").post(edit, {}).status_code == 404


def test_a_change_keeps_bureau_and_code_whatever_is_posted(
    demo: Demo, as_user: As, shown: Callable[[Client, str], dict[str, Any]]
) -> None:
    client = as_user("office")
    edit = reverse("inspection_edit", kwargs={"inspection": demo.a.public_id})
    data = {
        **shown(client, edit),
        "name": "改后的名称",
        "code": "stolen",
        "organization": str(demo.b.organization.public_id),
        "archived_at": "2026-01-01",
    }
    assert client.post(edit, data).status_code == 302
    after = Inspection.objects.get(pk=demo.a.pk)
    assert (after.name, after.code, after.organization_id) == (
        "改后的名称",
        "demo-a",
        demo.a.organization_id,
    )
    assert after.archived_at is None
    assert after.version == demo.a.version + 1


def test_the_list_shows_each_person_their_own_inspections(demo: Demo, as_user: As) -> None:
    listed = {
        person: {row.code for row in as_user(person).get("/inspections/").context["inspections"]}
        for person in ("office", "office-b", "clerk-service", "discipline", "sysadmin")
    }
    assert listed == {
        "office": {"demo-a"},
        "office-b": {"demo-b"},
        "clerk-service": {"demo-a"},
        "discipline": {"demo-a", "demo-b"},
        "sysadmin": set(),
    }


def test_only_the_office_is_offered_to_enter_an_inspection(as_user: As) -> None:
    assert NEW in as_user("office").get("/inspections/").content.decode()
    assert NEW not in as_user("secretary").get("/inspections/").content.decode()


def test_the_office_says_what_a_close_out_needs_after_the_leader(
    as_user: As, demo: Demo, shown: Callable[[Client, str], dict[str, Any]]
) -> None:
    client, address = as_user("office"), f"/inspections/{demo.a.public_id}/edit/"
    data = shown(client, address)
    assert data["closure_gate"] == "none"
    assert "再经党组会议审议" in client.get(address).content.decode()
    assert client.post(address, {**data, "closure_gate": "party_group"}).status_code == 302
    demo.a.refresh_from_db()
    assert demo.a.closure_gate == "party_group"
