"""Entering and changing areas, issues and tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues.domain.inspections import create_inspection
from issues.domain.tree import add_area, add_issue
from issues.models import Issue, ProblemArea, Task
from rectify.audit.actors import SYSTEM
from tests.conftest import Demo

As = Callable[[str], Client]
Shown = Callable[[Client, str], dict[str, Any]]
ISSUE = {"title": "新问题", "source": "feedback", "disclosure": ""}


def addresses(demo: Demo) -> dict[str, str]:
    """Every form of the first bureau's tree."""
    area = ProblemArea.objects.filter(inspection=demo.a)[0]
    issue = Issue.objects.filter(inspection=demo.a)[0]
    task = Task.objects.filter(inspection=demo.a)[0]
    return {
        "area_new": reverse("area_new", kwargs={"inspection": demo.a.public_id}),
        "area_edit": reverse("area_edit", kwargs={"area": area.public_id}),
        "issue_new": reverse("issue_new", kwargs={"area": area.public_id}),
        "issue_edit": reverse("issue_edit", kwargs={"issue": issue.public_id}),
        "task_new": reverse("task_new", kwargs={"issue": issue.public_id}),
        "task_edit": reverse("task_edit", kwargs={"task": task.public_id}),
    }


NAMES = ("area_new", "area_edit", "issue_new", "issue_edit", "task_new", "task_edit")


@pytest.mark.parametrize("name", NAMES)
def test_the_forms_are_the_offices_alone(demo: Demo, as_user: As, name: str) -> None:
    address = addresses(demo)[name]
    assert as_user("office").get(address).status_code == 200
    # A section reaches the inspection, but not the bureau's whole tree.
    section = 403 if name == "area_new" else 404
    for person, answer in (("leader-service", 403), ("clerk-service", section), ("office-b", 404)):
        client = as_user(person)
        assert client.get(address).status_code == answer, person
        assert client.post(address, {**ISSUE, "version": "1"}).status_code == answer, person


def test_the_office_enters_an_area_an_issue_and_a_task_in_a_row(demo: Demo, as_user: As) -> None:
    client = as_user("office")
    new_area = addresses(demo)["area_new"]
    response = client.post(new_area, {"title": "  新方面\x0b "})
    area = ProblemArea.objects.filter(inspection=demo.a).latest("pk")
    assert area.title == "新方面"
    assert response["Location"].endswith(f"#area-{area.public_id}")
    new_issue = reverse("issue_new", kwargs={"area": area.public_id})
    client.post(new_issue, {**ISSUE, "source_text": "第一行\r\n第二行"})
    issue = Issue.objects.get(area=area)
    assert issue.source_text == "第一行\n第二行"
    new_task = reverse("task_new", kwargs={"issue": issue.public_id})
    client.post(new_task, {"title": ""})
    assert Task.objects.get(issue=issue).is_implicit


def test_saving_and_going_on_leads_to_the_next_empty_form(demo: Demo, as_user: As) -> None:
    address = addresses(demo)["area_new"]
    response = as_user("office").post(address, {"title": "新方面", "again": "1"})
    assert response["Location"] == address


def test_a_second_task_without_a_title_is_refused_with_the_rule(demo: Demo, as_user: As) -> None:
    area = add_area(demo.a, actor=SYSTEM, title="方面")
    issue = add_issue(area, actor=SYSTEM, title="问题")
    address = reverse("task_new", kwargs={"issue": issue.public_id})
    client = as_user("office")
    client.post(address, {"title": ""})
    response = client.post(address, {"title": "", "preamble": "总述"})
    assert response.status_code == 422
    assert "一个问题只能有一个未写标题的任务。" in response.content.decode()
    assert response.context["form"]["preamble"].value() == "总述"
    assert Task.objects.filter(issue=issue).count() == 1


@pytest.mark.parametrize("name", ["issue_edit", "task_edit"])
@pytest.mark.parametrize("disclosure", ["withheld", "party_only"])
def test_what_is_kept_from_the_public_needs_a_reason(
    demo: Demo, as_user: As, shown: Shown, name: str, disclosure: str
) -> None:
    client, address = as_user("office"), addresses(demo)[name]
    data = {**shown(client, address), "disclosure": disclosure}
    response = client.post(address, data)
    assert response.status_code == 422
    assert response.context["form"].errors["disclosure_reason"] == ["不向社会公开须写明理由。"]
    assert client.post(address, {**data, "disclosure_reason": "涉及他人"}).status_code == 302
    model = Issue if name == "issue_edit" else Task
    assert model.objects.filter(inspection=demo.a)[0].disclosure == disclosure


def test_an_issue_recurs_only_from_another_inspection_of_its_own_bureau(
    demo: Demo, as_user: As, shown: Shown
) -> None:
    older = create_inspection(
        actor=SYSTEM, organization=demo.a.organization, code="older", name="上一轮巡察"
    )
    earlier = add_issue(add_area(older, actor=SYSTEM, title="方面"), actor=SYSTEM, title="老问题")
    foreign = Issue.objects.filter(inspection=demo.b)[0]
    sibling = Issue.objects.filter(inspection=demo.a)[1]
    client, address = as_user("office"), addresses(demo)["issue_edit"]
    data = shown(client, address)
    for wrong in (foreign, sibling):
        response = client.post(address, {**data, "recurs_from": str(wrong.public_id)})
        assert response.status_code == 422
        assert "recurs_from" in response.context["form"].errors
    assert client.post(address, {**data, "recurs_from": str(earlier.public_id)}).status_code == 302
    assert Issue.objects.filter(inspection=demo.a)[0].recurs_from == earlier


def test_the_approver_is_somebody_of_the_same_bureau(demo: Demo, as_user: As, shown: Shown) -> None:
    client, address = as_user("office"), addresses(demo)["issue_edit"]
    data = shown(client, address)
    foreign = {**data, "disclosure_approver": str(demo.user("secretary-b").public_id)}
    assert client.post(address, foreign).status_code == 422
    own = {**data, "disclosure_approver": str(demo.user("secretary").public_id)}
    assert client.post(address, own).status_code == 302


@pytest.mark.parametrize("name", ["area_edit", "issue_edit", "task_edit"])
def test_posting_every_column_changes_only_those_of_the_form(
    demo: Demo, as_user: As, shown: Shown, name: str
) -> None:
    client, address = as_user("office"), addresses(demo)[name]
    model: Any = {"area_edit": ProblemArea, "issue_edit": Issue, "task_edit": Task}[name]
    before = model.objects.filter(inspection=demo.a)[0]
    every = {field.attname: "7" for field in model._meta.concrete_fields}
    data = {**every, **shown(client, address), "title": "改后的标题"}
    assert client.post(address, data).status_code == 302
    after = model.objects.get(pk=before.pk)
    changed = {
        field.attname
        for field in model._meta.concrete_fields
        if getattr(before, field.attname) != getattr(after, field.attname)
    }
    assert changed == {"title", "version", "updated_at"}


def test_saving_a_form_unchanged_records_nothing(demo: Demo, as_user: As, shown: Shown) -> None:
    client = as_user("office")
    for name in ("area_edit", "issue_edit", "task_edit"):
        address = addresses(demo)[name]
        data = shown(client, address)
        assert client.post(address, data).status_code == 302
        assert shown(client, address)["version"] == data["version"]
