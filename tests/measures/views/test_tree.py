"""问题清单: states from measures, figures that open what they count, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from issues.domain.inspections import create_inspection
from issues.domain.tree import add_area, add_issue
from issues.enums import Disclosure, Level
from issues.models import Inspection, Issue
from measures.domain.level_figures import LEVELS, STATES
from measures.models import Measure
from measures.views.branches import Branch
from rectify.audit.actors import SYSTEM
from tests.conftest import Demo

As = Callable[[str], Client]


def tree_of(inspection: Inspection, **query: str) -> str:
    page = reverse("tree", kwargs={"inspection": inspection.public_id})
    return page + (
        "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    )


def nodes(areas: list[Branch], level: Level) -> list[Branch]:
    found = areas
    for _ in range(LEVELS.index(level)):
        found = [child for branch in found for child in branch.children]
    return found


def totals(response: Any) -> list[int]:
    return [row.cells[0][1] for row in response.context["levels"]]


def test_the_demo_shows_its_areas_issues_tasks_and_measures(demo: Demo, as_user: As) -> None:
    response = as_user("office").get(tree_of(demo.a))
    assert totals(response) == [6, 24, 61, 113]
    assert [branch.number for branch in response.context["areas"]][:2] == ["（一）", "（二）"]
    withheld = {word: count for word, count, _ in response.context["levels"][1].cells}
    assert withheld[STATES["withheld"]] == 4


def test_the_numbers_are_those_of_the_inspections_scheme(demo: Demo, as_user: As) -> None:
    areas = as_user("office-b").get(tree_of(demo.b)).context["areas"]
    assert areas[0].number == "第一方面问题"
    assert areas[0].children[0].number == "（一）"
    assert areas[0].children[0].children[0].number == "1."


@pytest.mark.parametrize("person", ["office-b", "leader-labor-b", "clerk-insurance-b"])
def test_every_level_figure_opens_exactly_the_nodes_that_it_counts(
    demo: Demo, as_user: As, person: str
) -> None:
    client = as_user(person)
    checked = 0
    for row in client.get(tree_of(demo.b)).context["levels"][:-1]:
        for word, count, url in row.cells:
            rows = client.get(url).context["rows"]
            assert len(rows) == count, f"{row.label} {word}"
            checked += 1
    assert checked == len(LEVELS) * (1 + len(STATES))


@pytest.mark.parametrize("person", ["office-b", "clerk-insurance-b"])
def test_every_number_of_measures_opens_exactly_that_many_rows_of_the_ledger(
    demo: Demo, as_user: As, person: str
) -> None:
    client = as_user(person)
    page = client.get(tree_of(demo.b)).context
    expected = {url: count for _, count, url in page["levels"][-1].cells if url}
    for level in (Level.AREA, Level.ISSUE):
        for branch in nodes(page["areas"], level):
            expected[branch.ledger_url] = branch.node.measures
            expected.update({part.href: part.count for part in branch.parts})
    opened = {url: client.get(url).context["total"] for url in expected}
    assert opened == expected
    assert len(expected) > 10


def test_an_earlier_day_shows_the_states_of_that_day(demo: Demo, as_user: As) -> None:
    client = as_user("office")
    early = client.get(tree_of(demo.a, as_of="2021-02-01"))
    late = client.get(tree_of(demo.a))
    done = [
        {word: count for word, count, _ in page.context["levels"][2].cells}
        for page in (early, late)
    ]
    assert done[0]["已完成"] < done[1]["已完成"]
    assert "as_of=2021-02-01" in early.context["areas"][0].ledger_url


@pytest.mark.parametrize(
    "query",
    [
        {"level": "planet"},
        {"level": "issue", "state": "purple"},
        {"state": "completed"},
        {"as_of": "yesterday"},
        {"level": "measure", "state": "completed", "as_of": "99999"},
    ],
)
def test_an_unknown_value_is_ignored_with_a_note(
    demo: Demo, as_user: As, query: dict[str, str]
) -> None:
    response = as_user("office").get(tree_of(demo.a, **query))
    assert response.status_code == 200
    assert response.context["notes"]
    assert response.context["notes"][0].split("”")[0] in response.content.decode()


def test_a_section_sees_only_nodes_with_measures_of_its_own_and_changes_nothing(
    demo: Demo, as_user: As
) -> None:
    response = as_user("clerk-service").get(tree_of(demo.a))
    own = Measure.objects.visible_to(demo.user("clerk-service")).filter(inspection=demo.a)
    tasks = {branch.node.row.pk for branch in nodes(response.context["areas"], Level.TASK)}
    assert tasks == set(own.values_list("task", flat=True))
    foreign = Issue.objects.filter(inspection=demo.a).exclude(tasks__in=tasks)
    assert foreign.exists()
    text = response.content.decode()
    assert not [issue for issue in foreign if issue.title in text]
    assert "/edit/" not in text
    assert "/new/" not in text


def test_the_numbers_of_a_section_are_those_of_the_whole_tree(demo: Demo, as_user: As) -> None:
    whole = as_user("office").get(tree_of(demo.a)).context["areas"]
    part = as_user("clerk-service").get(tree_of(demo.a)).context["areas"]
    numbers = {one.node.row.pk: one.number for one in nodes(whole, Level.ISSUE)}
    assert all(numbers[one.node.row.pk] == one.number for one in nodes(part, Level.ISSUE))


def test_the_tree_of_another_bureau_does_not_exist(demo: Demo, as_user: As) -> None:
    for outsider in ("office-b", "clerk-insurance-b", "sysadmin"):
        assert as_user(outsider).get(tree_of(demo.a)).status_code == 404


def test_why_something_is_withheld_and_the_feedback_text_are_for_those_who_read_the_whole_bureau(
    demo: Demo, as_user: As
) -> None:
    issue = Issue.objects.filter(inspection=demo.a, disclosure=Disclosure.WITHHELD)[0]
    assert issue.source_text
    assert issue.disclosure_reason
    for person, reads in (
        ("office", True), ("secretary", True), ("discipline", True),
        ("party-member", False), ("oversight", False), ("leader-service", False),
    ):  # fmt: skip
        text = as_user(person).get(tree_of(demo.a)).content.decode()
        assert issue.title in text
        assert ("不公开</span>" in text) is True, "the badge itself is for everybody"
        assert (issue.disclosure_reason in text) is reads, person
        assert (issue.source_text[:20] in text) is reads, person


def test_a_task_below_a_withheld_issue_is_withheld_too(demo: Demo, as_user: As) -> None:
    rows = as_user("office").get(tree_of(demo.a, level="task", state="withheld")).context["rows"]
    assert rows
    assert all(one.placed.disclosure == Disclosure.WITHHELD for one in rows)
    assert all(one.placed.inherits for one in rows)


def test_only_the_office_is_offered_to_add_and_change(demo: Demo, as_user: As) -> None:
    new = reverse("area_new", kwargs={"inspection": demo.a.public_id})
    assert new in as_user("office").get(tree_of(demo.a)).content.decode()
    for reader in ("secretary", "leader-service", "party-member", "discipline", "oversight"):
        text = as_user(reader).get(tree_of(demo.a)).content.decode()
        assert "/edit/" not in text, reader
        assert "/new/" not in text, reader


def test_an_empty_inspection_tells_the_office_what_to_do_next(demo: Demo, as_user: As) -> None:
    empty = create_inspection(
        actor=SYSTEM, organization=demo.a.organization, code="empty", name="新一轮巡察"
    )
    text = as_user("office").get(tree_of(empty)).content.decode()
    assert "新增第一个方面" in text
    assert reverse("area_new", kwargs={"inspection": empty.public_id}) in text
    assert "新增第一个方面" not in as_user("secretary").get(tree_of(empty)).content.decode()
    assert "没有与您有关的问题" in as_user("clerk-service").get(tree_of(empty)).content.decode()


def test_a_node_without_measures_is_shown_apart(demo: Demo, as_user: As) -> None:
    add_issue(add_area(demo.b, actor=SYSTEM, title="方面"), actor=SYSTEM, title="尚无措施的问题")
    response = as_user("office-b").get(tree_of(demo.b, level="issue", state="no_measures"))
    assert [branch.title for branch in response.context["rows"]] == ["尚无措施的问题"]


def test_an_issue_that_came_back_names_where_it_was_before(demo: Demo, as_user: As) -> None:
    older = create_inspection(
        actor=SYSTEM, organization=demo.a.organization, code="older", name="上一轮巡察"
    )
    earlier = add_issue(add_area(older, actor=SYSTEM, title="方面"), actor=SYSTEM, title="老问题")
    Issue.objects.filter(pk=Issue.objects.filter(inspection=demo.a)[0].pk).update(
        recurs_from=earlier
    )
    text = as_user("office").get(tree_of(demo.a)).content.decode()
    assert "与上一轮巡察的问题重复：老问题" in text


@pytest.mark.parametrize("query", [{}, {"level": "task"}])
def test_the_page_takes_as_many_queries_for_a_large_tree_as_for_a_small_one(
    demo: Demo,
    as_user: As,
    query: dict[str, str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for person, inspection in (("office", demo.a), ("office-b", demo.b)):
        client = as_user(person)
        client.get(tree_of(inspection))  # the first visit remembers the inspection in the session
        with django_assert_num_queries(16):
            client.get(tree_of(inspection, **query))
