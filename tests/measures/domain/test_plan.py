"""Approving the 整改方案: what it holds before, what may not be approved, who may approve."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.domain.tree import add_area, add_issue
from measures.domain.plan import approve_plan, plan_contents, plan_counts
from measures.models import PlanBaseline
from measures.rules import PLAN_FIELDS
from rectify.audit.exceptions import NotAllowed, Refused
from tests.measures.domain.small_bureau import Small

FROZEN_ON = date(2024, 3, 20)


def test_the_baseline_holds_every_column_of_the_plan(small: Small) -> None:
    measure = small.measure(goal="全部入账", co_leaders=[small.other_leader], owner=small.clerk)
    small.freeze_plan()
    (row,) = PlanBaseline.objects.get(inspection=small.inspection).rows
    assert set(row) == PLAN_FIELDS | {"measure"}
    assert row["measure"] == measure.public_id.hex
    assert row["co_leaders"] == [small.other_leader.name]
    assert row["due_on"] == "2024-06-30"


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2024, 3, 10), "不能早于反馈日期（2024年3月11日）"),
     (date(2024, 5, 16), "不能晚于今天")],
)  # fmt: skip
def test_the_day_lies_between_feedback_and_today(small: Small, day: date, said: str) -> None:
    small.measure()
    with pytest.raises(Refused, match=said) as refusal:
        approve_plan(small.inspection, actor=small.office, meeting="党组会议", approved_on=day)
    assert refusal.value.field == "approved_on"
    assert not PlanBaseline.objects.filter(inspection=small.inspection).exists()


def test_feedback_day_and_today_are_taken(small: Small, neighbour: Small) -> None:
    small.measure()
    for place, day in ((small, date(2024, 3, 11)), (neighbour, date(2024, 5, 15))):
        kept = approve_plan(
            place.inspection, actor=place.office, meeting=" 党组会议 ", approved_on=day
        )
        assert (kept.meeting, kept.approved_on) == ("党组会议", day)


def test_a_plan_is_approved_once(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    with pytest.raises(Refused, match="已经审定"):
        small.freeze_plan()


def test_an_empty_plan_and_one_without_meeting_are_refused(small: Small) -> None:
    with pytest.raises(Refused, match="还没有整改措施"):
        small.freeze_plan()
    small.measure()
    with pytest.raises(ValidationError):
        approve_plan(small.inspection, actor=small.office, meeting=" ", approved_on=FROZEN_ON)


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "discipline", "sysadmin"])
def test_only_the_office_approves(small: Small, who: str) -> None:
    small.measure()
    with pytest.raises(NotAllowed):
        approve_plan(
            small.inspection, actor=getattr(small, who), meeting="党组会议", approved_on=FROZEN_ON
        )


def test_what_the_plan_lacks_is_named(small: Small, neighbour: Small) -> None:
    full = small.measure()
    bare = small.measure(text="空白", leader=None, lead_section=None, support_sections=[],
                         due_on=None)  # fmt: skip
    worded = small.measure(text="长期", due_on=None, deadline_text="长期坚持")
    area = add_area(small.inspection, actor=small.office, title="另一方面")
    issue = add_issue(area, actor=small.office, title="没有措施的问题")
    contents = plan_contents(small.inspection, small.office)
    assert (contents.areas, contents.issues, contents.tasks, contents.measures) == (2, 2, 1, 3)
    unanswered, leaders, sections, deadlines = contents.gaps
    assert list(unanswered.issues) == [issue]
    for gap in (leaders, sections, deadlines):
        assert list(gap.measures) == [bare], gap.word
    assert full not in deadlines.measures and worded not in deadlines.measures


def test_the_contents_take_the_same_queries_however_many_rows(small: Small) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            plan_contents(small.inspection, small.office)
        return len(seen)

    small.measure()
    one = queries()
    small.measure()
    small.measure()
    assert queries() == one == 4


def test_counts_are_told_to_those_who_read_the_bureau_whole(small: Small) -> None:
    small.measure()
    small.measure()
    assert plan_counts(small.inspection, small.office) is None
    small.freeze_plan()
    counts = plan_counts(small.inspection, small.party_member)
    assert counts is not None and counts.sentence == "方案2条，现2条"
    assert plan_counts(small.inspection, small.clerk) is None
