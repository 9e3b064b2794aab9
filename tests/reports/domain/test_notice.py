"""The notice: every figure computed, every word from its row, numbering closed up."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from issues.domain.tree import add_issue, add_task, edit_node
from issues.models import Issue
from measures.domain.measures import add_measure, edit_measure
from measures.domain.reporting import report
from measures.enums import Status
from measures.models import Measure
from reports.domain.documents import current_notice, draft_notice, edit_document
from reports.domain.notice import (
    NOTHING_YET,
    compose_notice,
    count_for_notice,
    headline_paragraph,
    results,
    unprinted,
)
from reports.models import Document
from reports.rendering.notice_text import Heading2, Heading3, Paragraph, to_text
from tests.conftest import Demo
from tests.measures.domain.small_bureau import Small

WITHHELD: dict[str, Any] = {"disclosure": "withheld", "disclosure_reason": "涉及个案"}


def text_of(small: Small) -> str:
    return to_text(compose_notice(small.inspection, current_notice(small.inspection)))


def test_the_headline_of_the_demo_states_the_computed_figures(demo: Demo) -> None:
    said = headline_paragraph(demo.a, count_for_notice(demo.a, None))
    assert "6个方面24个问题" in said
    assert "分解为61个整改任务，制定113项整改措施" in said
    assert "已完成82项，基本完成31项，完成率72.57%，含基本完成100%" in said
    assert "制定和完善制度17项" in said
    assert "批评教育4人次" in said
    for money in ("退回资金13124元", "追缴17965元", "扣款68400元"):
        assert money in said.replace(",", "").replace(".00", ""), said
    assert "4个问题" in said
    assert "本通报列出其余20个问题" in said


def test_claimed_is_listed_plus_withheld(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        counts = count_for_notice(inspection, None)
        said = headline_paragraph(inspection, counts)
        hidden = counts.all["total"] - counts.public["total"]
        measures = Measure.objects.filter(inspection=inspection)
        assert hidden == measures.count() - measures.public().count() > 0
        assert f"{hidden}项整改措施" in said
        listed = sum(isinstance(block, Heading3) for block in results(inspection, counts))
        withheld = Issue.objects.filter(inspection=inspection).exclude(disclosure="").count()
        claimed = Issue.objects.filter(inspection=inspection).count()
        assert claimed == listed + withheld


def test_nothing_withheld_is_nothing_said(small: Small) -> None:
    small.measure()
    said = headline_paragraph(small.inspection, count_for_notice(small.inspection, None))
    assert "不予公开" not in said


def test_numbering_closes_up_over_what_is_left_out(small: Small) -> None:
    area = small.task.issue.area
    small.completed()
    for title, more in (("不公开的", WITHHELD), ("公开的", {})):
        issue = add_issue(area, actor=small.office, title=title, **more)
        add_measure(
            add_task(issue, actor=small.office),
            actor=small.office,
            text="措施",
            result_text=f"{title}结果。",
        )
    blocks = results(small.inspection, count_for_notice(small.inspection, None))
    assert [block.number for block in blocks if isinstance(block, Heading3)] == ["1.", "2."]
    assert "不公开的" not in str(blocks)


def test_an_area_left_without_issues_is_not_printed(small: Small) -> None:
    small.completed()
    edit_node(small.task.issue, actor=small.office, version=1, values=WITHHELD)
    blocks = results(small.inspection, count_for_notice(small.inspection, None))
    assert blocks == []
    assert small.task.issue.area.title not in text_of(small)


def test_the_numbers_of_each_level_run_without_gaps(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        blocks = results(inspection, count_for_notice(inspection, None))
        issues: list[int] = []
        for block in blocks:
            if isinstance(block, Heading2):
                assert issues == list(range(1, len(issues) + 1))
                issues = []
            if isinstance(block, Heading3):
                issues.append(len(issues) + 1)
        areas = [block.number for block in blocks if isinstance(block, Heading2)]
        assert len(areas) == len(set(areas)) == inspection.areas.count()


def test_the_plan_is_never_printed_in_place_of_a_result(small: Small) -> None:
    small.measure(text="计划里的话")
    assert "计划里的话" not in text_of(small)
    assert NOTHING_YET in text_of(small)
    assert [
        row.text for row in unprinted(small.inspection, count_for_notice(small.inspection, None))
    ] == ["计划里的话"]


@pytest.mark.parametrize("blank", ["", " ", "\n", "\u3000"])
def test_a_blank_result_is_no_result(small: Small, blank: str) -> None:
    measure = small.measure(text="计划里的话")
    small.measure(result_text="已经做了。")
    Measure.objects.filter(pk=measure.pk).update(result_text=blank)
    said = text_of(small)
    assert "计划里的话" not in said
    assert "一是" not in said
    assert "已经做了。" in said


def test_the_points_of_an_issue_run_on_across_its_tasks(small: Small) -> None:
    small.measure(result_text="甲做了。")
    second = add_task(small.task.issue, actor=small.office, title="又一项")
    add_measure(second, actor=small.office, text="x", result_text="乙做了。")
    body = [
        block
        for block in results(small.inspection, count_for_notice(small.inspection, None))
        if isinstance(block, Paragraph)
    ]
    assert len(body) == 1
    assert re.fullmatch(r"一是甲做了[；。]二是乙做了。", body[0].text)


def test_a_withheld_measure_is_counted_but_not_told(small: Small) -> None:
    measure = small.completed(text="内部事项")
    report(
        measure, actor=small.clerk, version=measure.version, values={"result_text": "内部结果。"}
    )
    measure.refresh_from_db()
    edit_measure(
        measure,
        actor=small.office,
        version=measure.version,
        values={"disclosure": "withheld", "disclosure_reason": "个案"},
    )
    said = text_of(small)
    assert "内部" not in said
    assert "已完成1项" in said
    assert "1个问题（涉及1项整改措施）按规定不予公开" in said


def test_the_headline_follows_the_ledger(small: Small) -> None:
    measure = small.measure()
    before = text_of(small)
    report(measure, actor=small.clerk, version=1, values={"status": Status.COMPLETED})
    after = text_of(small)
    assert "已完成0项" in before
    assert "已完成1项，基本完成0项，完成率100%" in after


def test_a_document_with_its_own_day_counts_as_of_that_day(demo: Demo) -> None:
    document = current_notice(demo.a)
    assert document is not None
    document.as_of = date(2021, 3, 26)
    said = headline_paragraph(demo.a, count_for_notice(demo.a, document))
    assert "截至2021年3月26日" in said
    assert "已完成33项，基本完成19项" in said


def test_title_signature_and_date_are_those_of_the_document(demo: Demo) -> None:
    notice = compose_notice(demo.a, current_notice(demo.a))
    assert notice.signature == "中共示例区政务服务数据管理局党组"
    assert notice.date == "2021年5月12日"
    assert notice.title.endswith("的通报")
    assert "联系电话：0000-88000101" in to_text(notice)


def test_an_inspection_without_a_draft_gets_the_starter_texts(small: Small) -> None:
    said = to_text(compose_notice(small.inspection, None))
    assert "一、整改工作组织情况" in said
    assert "三、下一步工作安排" in said
    assert not re.search(r"\d+项|\d+个", said.partition("二、")[0])


def test_hostile_words_are_printed_as_words(small: Small) -> None:
    small.measure(result_text="<b>粗体</b>&amp;《办法<试行>》已印发。")
    assert "<b>粗体</b>&amp;《办法<试行>》已印发" in text_of(small)


def test_a_draft_is_one_at_a_time_and_edited_by_version(small: Small) -> None:
    document = draft_notice(small.inspection, actor=small.office)
    edit_document(document, actor=small.office, version=1, values={"title": "新题"})
    assert compose_notice(small.inspection, current_notice(small.inspection)).title == "新题"
    assert Document.objects.filter(inspection=small.inspection).count() == 1
