"""延期 and 转为长期坚持: asked, refused beside the field, granted, listed for the party group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures.domain.applications import decide
from measures.domain.extensions import apply_extension
from measures.enums import Verdict
from measures.models import Extension
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import TODAY, Small, build, noon
from tests.measures.views.acting import client, fresh, of, of_one, post, words


@pytest.fixture
def small(db: None) -> Iterator[Small]:
    with at(noon()):
        yield build()


@pytest.fixture
def neighbour(small: Small) -> Small:
    return build("neighbour")


def test_an_extension_is_asked_granted_and_the_first_deadline_stays(small: Small) -> None:
    measure = small.measure(deadline_text="2024年6月底前")
    answer = post(small.clerk, of(measure, "measure_extension"), new_due_on="2024.9.30",
                  reason="须等上级批复")  # fmt: skip
    assert answer.status_code == 302
    one = Extension.objects.get(measure=measure)
    assert (one.new_due_on, one.new_deadline_text) == (date(2024, 9, 30), "2024年9月30日前")
    page = words(client(small.office).get(of(measure)))
    assert "申请延至</dt><dd>2024年9月30日" in page and "须等上级批复" in page
    for user in (small.office, small.leader):
        post(user, of_one(one, "extension"), version=fresh(one).version, verdict="accepted")
    measure = fresh(measure)
    assert measure.due_on == date(2024, 9, 30)
    again = apply_extension(measure, actor=small.clerk, reason="再次等待",
                            new_due_on=date(2024, 12, 31))  # fmt: skip
    for user in (small.office, small.leader):
        decide(again, actor=user, version=again.version, verdict=Verdict.ACCEPTED)
    for reader in (small.clerk, small.party_member, small.other_leader):
        assert "原定 2024年6月30日" in words(client(reader).get(of(measure)))


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"new_due_on": ""}, "new_due_on", "请填写新的到期日，或勾选转为长期坚持"),
        ({"new_due_on": "2024.5.15"}, "new_due_on", "请填写今天以后的日期"),
        ({"new_due_on": "2024.3.1"}, "new_due_on", "请填写今天以后的日期"),
        ({"new_due_on": "2024.6.30"}, "new_due_on", "须晚于原到期日"),
        ({"new_due_on": "月底"}, "new_due_on", "不是日期"),
        ({"reason": " "}, "reason", "请填写理由"),
        ({"long_term": "on"}, "stage_goal", "须写明阶段目标"),
        ({"long_term": "on"}, "next_review_on", "须填写下次复核日期"),
        ({"long_term": "on", "stage_goal": "每季度核对", "next_review_on": "2024.5.1"},
         "next_review_on", "请填写今天以后的日期"),
    ],
)  # fmt: skip
def test_an_extension_that_cannot_be_is_refused_beside_the_field(
    small: Small, changed: dict[str, str], field: str, sentence: str
) -> None:
    measure = small.measure()
    data = {"new_due_on": "2024.9.30", "reason": "保留的理由", "new_deadline_text": "保留的时限",
            **changed}  # fmt: skip
    answer = post(small.clerk, of(measure, "measure_extension"), **data)
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert "保留的时限" in words(answer)
    assert not measure.extensions.exists()


def test_a_completed_measure_may_only_become_long_term(small: Small) -> None:
    measure = small.completed()
    url = of(measure, "measure_extension")
    answer = post(small.clerk, url, new_due_on="2024.9.30", reason="想延期")
    assert "已完成的措施不需要延期" in str(answer.context["form"].errors["new_due_on"])
    assert post(small.clerk, url, long_term="on", stage_goal="每季度核对一次",
                next_review_on="2024.8.15", reason="形成长效").status_code == 302  # fmt: skip
    assert Extension.objects.get(measure=measure).long_term


def test_a_second_application_says_before_that_it_replaces_the_first(small: Small) -> None:
    measure = small.measure()
    apply_extension(measure, actor=small.clerk, reason="等批复", new_due_on=date(2024, 9, 30))
    page = words(client(small.clerk).get(of(measure, "measure_extension")))
    assert "原申请作废" in page and "clerk（small）" in page
    assert "再次申请将代替它" in words(client(small.clerk).get(of(measure)))


def test_the_list_for_the_party_group_tells_every_postponement(
    small: Small, neighbour: Small
) -> None:
    url = reverse("extensions", kwargs={"inspection": small.inspection.public_id})
    empty = words(client(small.party_member).get(url))
    assert "没有等待审定的延期申请" in empty and "还没有同意过延期" in empty
    waiting, granted = small.measure(text="完善台账"), small.measure(text="清理库存")
    apply_extension(waiting, actor=small.clerk, reason="等批复", new_due_on=date(2024, 9, 30))
    one = apply_extension(
        granted, actor=small.clerk, reason="长期任务", long_term=True, stage_goal="每季度盘点",
        next_review_on=TODAY + timedelta(days=90),
    )  # fmt: skip
    for user in (small.office, small.leader):
        decide(one, actor=user, version=one.version, verdict=Verdict.ACCEPTED)
    for reader in (small.party_member, small.secretary, small.office, small.clerk, small.leader):
        page = words(client(reader).get(url))
        for shown in (
            "完善台账",
            "等批复",
            "2024年9月30日",
            "清理库存",
            "每季度盘点",
            "待办公室初审",
        ):
            assert shown in page
    assert "完善台账" not in words(client(small.stranger).get(url))
    assert client(neighbour.office).get(url).status_code == 404
    assert client(small.sysadmin).get(url).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_list(
    small: Small,
) -> None:
    url = reverse("extensions", kwargs={"inspection": small.inspection.public_id})
    office, counts = client(small.office), []
    for number in range(1, 4):
        measure = small.measure(text=f"措施{number}")
        one = apply_extension(measure, actor=small.clerk, reason="等批复",
                              new_due_on=date(2024, 9, 30))  # fmt: skip
        decide(one, actor=small.office, version=one.version, verdict=Verdict.ACCEPTED)
        with CaptureQueriesContext(connection) as seen:
            assert words(office.get(url)).count("等批复") == number
        counts.append(len(seen))
    assert counts[0] == counts[2], counts
