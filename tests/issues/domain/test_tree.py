"""Building the tree: order, the implicit task, disclosure, permissions, full levels."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from issues.domain.tree import MOST_SIBLINGS, add_area, add_issue, add_task, edit_node
from issues.enums import Disclosure
from issues.models import Issue, ProblemArea, Task
from measures.models import Measure
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from tests.conftest import Demo
from tests.measures.domain.small_bureau import Small

NOT_OFFICE = (
    "clerk",
    "helper",
    "leader",
    "party_member",
    "secretary",
    "discipline",
    "sysadmin",
    "secadmin",
    "auditor",
)


def test_new_nodes_go_last(small: Small) -> None:
    area = small.task.issue.area
    second = add_area(small.inspection, actor=small.office, title=" 第二个方面 ")
    assert (second.position, second.title) == (2, "第二个方面")
    assert add_issue(area, actor=small.office, title="又一").position == 2
    assert add_issue(second, actor=small.office, title="头一个").position == 1
    assert add_task(small.task.issue, actor=small.office, title="又一项").position == 2


@pytest.mark.parametrize("who", NOT_OFFICE)
def test_only_the_office_builds(small: Small, neighbour: Small, who: str) -> None:
    issue = small.task.issue
    for actor in (getattr(small, who), neighbour.office):
        with pytest.raises(NotAllowed):
            add_area(small.inspection, actor=actor, title="x")
        with pytest.raises(NotAllowed):
            add_issue(issue.area, actor=actor, title="x")
        with pytest.raises(NotAllowed):
            add_task(issue, actor=actor, title="x")
        with pytest.raises(NotAllowed):
            edit_node(issue, actor=actor, version=issue.version, values={"title": "x"})
    assert not ProblemArea.objects.filter(title="x").exists()
    assert Issue.objects.get(pk=issue.pk).title == "台账管理不规范"


@pytest.mark.parametrize("title", ["", "  ", "\u3000"])
def test_areas_and_issues_need_a_title(small: Small, title: str) -> None:
    with pytest.raises(ValidationError):
        add_area(small.inspection, actor=small.office, title=title)
    with pytest.raises(ValidationError):
        add_issue(small.task.issue.area, actor=small.office, title=title)
    with pytest.raises(ValidationError):
        edit_node(small.task.issue, actor=small.office, version=1, values={"title": ""})


def test_an_issue_has_one_task_without_a_title(small: Small) -> None:
    issue = add_issue(small.task.issue.area, actor=small.office, title="未细分")
    implicit = add_task(issue, actor=small.office)
    assert implicit.is_implicit
    assert str(implicit) == "未细分"
    with pytest.raises(ValidationError, match="未写标题"):
        add_task(issue, actor=small.office, title="  ")
    assert add_task(issue, actor=small.office, title="有题").pk


@pytest.mark.parametrize("how", [Disclosure.WITHHELD, Disclosure.PARTY_ONLY])
def test_what_is_kept_from_the_public_says_why(small: Small, how: Disclosure) -> None:
    area, issue = small.task.issue.area, small.task.issue
    with pytest.raises(ValidationError, match="写明理由"):
        add_issue(area, actor=small.office, title="x", disclosure=how)
    with pytest.raises(ValidationError, match="写明理由"):
        add_task(issue, actor=small.office, title="x", disclosure=how)
    with pytest.raises(ValidationError, match="写明理由"):
        edit_node(issue, actor=small.office, version=1, values={"disclosure": how})
    kept = add_issue(area, actor=small.office, title="x", disclosure=how, disclosure_reason="个案")
    assert kept not in Issue.objects.public()


def test_withholding_goes_down_and_never_up(small: Small) -> None:
    measure = small.measure()
    assert measure in Measure.objects.public()
    edit_node(
        small.task.issue,
        actor=small.office,
        version=1,
        values={"disclosure": Disclosure.WITHHELD, "disclosure_reason": "个案"},
    )
    edit_node(small.task, actor=small.office, version=1, values={"disclosure": Disclosure.PUBLIC})
    assert small.task not in Task.objects.public()
    assert measure not in Measure.objects.public()


def test_a_withheld_task_leaves_its_issue_public(small: Small) -> None:
    edit_node(
        small.task,
        actor=small.office,
        version=1,
        values={"disclosure": Disclosure.WITHHELD, "disclosure_reason": "个案"},
    )
    assert small.task.issue in Issue.objects.public()


def test_a_full_level_is_refused_before_the_order_breaks(small: Small) -> None:
    area = small.task.issue.area
    Issue.objects.filter(pk=small.task.issue_id).update(position=MOST_SIBLINGS)
    with pytest.raises(Refused, match="最多 999 项"):
        add_issue(area, actor=small.office, title="第一千个")
    ProblemArea.objects.filter(pk=area.pk).update(position=MOST_SIBLINGS)
    Task.objects.filter(pk=small.task.pk).update(position=MOST_SIBLINGS)
    fresh = Task.objects.get(pk=small.task.pk)
    object.__setattr__(small, "task", fresh)
    last = small.measure()
    Measure.objects.filter(pk=last.pk).update(position=MOST_SIBLINGS)
    assert last.place == 999_999_999_001
    with pytest.raises(Refused, match="最多 999 条"):
        small.measure()


def test_of_two_editors_of_a_node_the_second_is_refused(small: Small) -> None:
    first, second = (Task.objects.get(pk=small.task.pk) for _ in range(2))
    edit_node(first, actor=small.office, version=1, values={"title": "先到"})
    with pytest.raises(StaleVersion) as stale:
        edit_node(second, actor=small.reviewer, version=1, values={"title": "后到"})
    assert stale.value.current.title == "先到"
    assert Task.objects.get(pk=small.task.pk).title == "先到"


@pytest.mark.parametrize("model", [ProblemArea, Issue, Task])
def test_the_tree_is_seen_whole_or_through_measures_only(
    demo: Demo, model: type[ProblemArea] | type[Issue] | type[Task]
) -> None:
    def seen(username: str) -> int:
        return model.objects.visible_to(demo.user(username)).filter(inspection=demo.a).count()

    total = model.objects.filter(inspection=demo.a).count()
    assert total > 0
    for username in (
        "office",
        "leader-service",
        "party-member",
        "secretary",
        "discipline",
        "oversight",
    ):
        assert seen(username) == total, username
    for username in ("office-b", "secretary-b", "clerk-service", "sysadmin", "auditor"):
        assert seen(username) == 0, username
