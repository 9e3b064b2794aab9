"""同一措施 and 退回修改 in the browser, and the hint on results that only plan."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from measures.domain.progress import write_progress
from measures.domain.rounds import close_round, open_round
from measures.domain.twins import join_twins
from measures.models import Measure, ProgressEntry
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import MONDAY, Small
from tests.measures.views.acting import client, closed, fresh, of, post, words

__all__ = ["neighbour", "small"]


def pair(small: Small) -> tuple[Measure, Measure]:
    rows = small.measure(text="措施甲"), small.measure(text="措施乙")
    join_twins(rows, actor=small.office, reason="同一件事")
    return fresh(rows[0]), fresh(rows[1])


def typed(**more: Any) -> dict[str, Any]:
    week = MONDAY.isoformat()
    shown = {"week_start": week, "seen_week": week, "version": "", "twins": ""}
    return {**shown, "text": "登记3件", "difficulty": "", **more}


def leave(measure: Measure) -> str:
    return reverse("twin_leave", kwargs={"twin": measure.public_id})


def back(entry: ProgressEntry) -> str:
    return reverse("progress_return", kwargs={"entry": entry.public_id})


def test_the_office_joins_and_takes_out_on_the_page(small: Small) -> None:
    first, second = small.measure(text="措施甲"), small.measure(text="措施乙")
    foreign = small.measure(text="别科措施", lead_section=small.other, support_sections=[])
    url = of(first, "measure_twins")
    assert url in words(client(small.office).get(of(first)))
    page = words(client(small.office).get(url))
    assert "措施乙" in page and "别科措施" not in page
    found = words(client(small.office).get(f"{url}?q=没有这个词"))
    assert "没有符合条件的措施" in found
    none = post(small.office, url, reason="同一件事")
    assert none.status_code == 422 and "请至少选择一条" in words(none)
    wrong = post(small.office, url, reason="同一件事", measures=[str(foreign.public_id)])
    assert wrong.status_code == 422 and "已不可用" in words(wrong) and "同一件事" in words(wrong)
    kept = post(small.office, url, measures=[str(second.public_id)])
    assert kept.status_code == 422 and "checked" in words(kept)
    done = post(small.office, url, reason="同一件事", measures=[str(second.public_id)])
    assert done.status_code == 302
    shown = words(client(small.clerk).get(of(first)))
    assert "同一措施，进展同步到 1 条" in shown
    assert post(small.office, leave(first), reason="").status_code == 422
    assert post(small.office, leave(first), reason="不同").status_code == 302
    assert fresh(second).same_as_id is None


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary"])
def test_nobody_else_joins(small: Small, who: str) -> None:
    first, second = pair(small)
    user = getattr(small, who)
    for url in (of(first, "measure_twins"), leave(first)):
        assert client(user).get(url).status_code == 403
    third = small.measure()
    data = {"reason": "同一件事", "measures": [str(third.public_id)]}
    assert post(user, of(first, "measure_twins"), **data).status_code == 403
    assert post(user, leave(second), reason="不同").status_code == 403
    assert fresh(second).same_as_id is not None


def test_outsiders_find_nothing(small: Small, neighbour: Small) -> None:
    first, _ = pair(small)
    for user in (small.stranger, neighbour.office, small.sysadmin):
        assert client(user).get(of(first, "measure_twins")).status_code == 404
        assert client(user).get(leave(first)).status_code == 404
    assert client(small.office).get(of(closed(small), "measure_twins")).status_code == 302


def test_progress_typed_once_stands_in_both(small: Small) -> None:
    first, second = pair(small)
    answer = client(small.clerk).post(of(first, "measure_progress"), typed(), follow=True)
    assert "已同步到另外 1 条" in words(answer)
    assert "登记3件" in words(client(small.clerk).get(of(second)))
    form = answer.context["progress_form"]
    again = typed(text="登记5件", version=1, twins=form["twins"].value())
    assert post(small.clerk, of(first, "measure_progress"), **again).status_code == 302
    assert set(ProgressEntry.objects.filter(measure__in=[first, second]).values_list("text")) == {
        ("登记5件",)
    }


def test_a_twin_with_other_words_is_409_and_the_next_save_goes_through(small: Small) -> None:
    rows = small.measure(text="措施甲"), small.measure(text="措施乙")
    write_progress(rows[1], actor=small.clerk, week_start=MONDAY, text="另一说法")
    join_twins(rows, actor=small.office, reason="同一件事")
    url = of(rows[0], "measure_progress")
    assert "另有填报" in words(client(small.clerk).get(of(rows[0])))
    refused = post(small.clerk, url, **typed(text="我的说法"))
    page = words(refused)
    assert refused.status_code == 409
    assert "措施乙" in page and "另一说法" in page and "我的说法" in page
    assert not ProgressEntry.objects.filter(measure=rows[0]).exists()
    seen = refused.context["progress_form"]["twins"].value()
    assert post(small.clerk, url, **typed(text="我的说法", twins=seen)).status_code == 302
    assert ProgressEntry.objects.get(measure=rows[1]).text == "我的说法"


def test_the_conflict_page_of_the_own_entry_carries_the_twins(small: Small) -> None:
    first, second = pair(small)
    write_progress(first, actor=small.office, week_start=MONDAY, text="先写的")
    conflict = post(small.clerk, of(first, "measure_progress"), **typed(text="后写的"))
    assert conflict.status_code == 409
    entry = ProgressEntry.objects.get(measure=second)
    assert f"{entry.public_id.hex}:{entry.version}" in words(conflict)


def test_the_office_returns_an_entry_from_the_timeline(small: Small) -> None:
    measure = small.measure()
    entry = write_progress(measure, actor=small.clerk, week_start=MONDAY, text="有进展")
    assert back(entry) in words(client(small.office).get(of(measure)))
    assert back(entry) not in words(client(small.clerk).get(of(measure)))
    assert "有进展" in words(client(small.office).get(back(entry)))
    empty = post(small.office, back(entry), version=1, return_reason="")
    assert empty.status_code == 422
    assert post(small.office, back(entry), version=1, return_reason="写数量").status_code == 302
    page = words(client(small.clerk).get(of(measure)))
    assert "退回修改" in page and "写数量" in page
    assert back(entry) not in words(client(small.office).get(of(measure)))
    late = post(small.reviewer, back(entry), version=1, return_reason="另一理由")
    assert late.status_code == 409
    assert "写数量" in words(late) and "另一理由" in words(late)


def test_only_the_office_returns_and_not_after_the_round(small: Small, neighbour: Small) -> None:
    measure = small.measure()
    entry = write_progress(measure, actor=small.clerk, week_start=MONDAY, text="有进展")
    data = {"version": 1, "return_reason": "写数量"}
    for user, status in (
        (small.clerk, 403), (small.leader, 403), (small.secretary, 403), (small.stranger, 404),
        (neighbour.office, 404), (small.sysadmin, 404),
    ):  # fmt: skip
        assert post(user, back(entry), **data).status_code == status
    round_ = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(round_, actor=small.office, version=round_.version)
    assert back(entry) not in words(client(small.office).get(of(measure)))
    refused = post(small.office, back(entry), **data)
    assert refused.status_code == 422
    assert "该周调度已结束" in words(refused) and "写数量" in words(refused)
    assert fresh(entry).returned_by is None


def test_a_result_that_only_plans_is_saved_and_hinted_at(small: Small) -> None:
    measure = small.measure()
    data = {
        "version": measure.version,
        "status": "in_progress",
        "result_text": "下一步将加强管理。",
    }
    answer = client(small.clerk).post(of(measure, "measure_report"), data, follow=True)
    assert fresh(measure).result_text == "下一步将加强管理。"
    assert "只写了打算" in words(answer) and "不影响保存" in words(answer)
    data |= {"version": fresh(measure).version, "result_text": "已收回3万元。"}
    answer = client(small.clerk).post(of(measure, "measure_report"), data, follow=True)
    assert "result-hints" not in words(answer)
    refused = post(
        small.clerk, of(measure, "measure_report"), version=fresh(measure).version,
        status="in_progress", completed_on="2024-05-01", result_text="今后严格执行。",
    )  # fmt: skip
    assert refused.status_code == 422 and "“今后严格执行”" in words(refused)
