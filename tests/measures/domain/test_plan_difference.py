"""113 → 115 explained: what differs from the approved plan, and which decisions account for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.domain.adjustments import propose_change
from measures.domain.applications import decide
from measures.domain.extensions import apply_extension
from measures.domain.measures import add_measure, edit_measure, remove_measure
from measures.domain.paper import Paper
from measures.domain.plan_difference import Difference, PlanDifference, plan_difference
from measures.enums import Nature, Verdict
from measures.models import Adjustment, Measure, PlanBaseline
from rectify.accounts.models import User
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import Small, noon

SIGNED = Paper(decided_by_name="党组", decided_on=date(2024, 5, 10), meeting="党组会议第5次")


def difference(small: Small, user: User | None = None) -> PlanDifference:
    found = plan_difference(small.inspection, user or small.office)
    assert found is not None
    return found


def edited(small: Small, measure: Measure, **values: Any) -> Measure:
    measure = Measure.objects.get(pk=measure.pk)
    return edit_measure(
        measure, actor=small.office, version=measure.version, values=values, reason="上级要求",
        paper=SIGNED,
    )  # fmt: skip


def granted(small: Small, application: Any) -> Any:
    """Through every station of the route."""
    for actor in (small.office, small.leader):
        decide(application, actor=actor, version=application.version, verdict=Verdict.ACCEPTED)
    return application


def words_of(one: Difference) -> dict[str, tuple[str, str]]:
    return {column.name: (column.before, column.after) for column in one.columns}


def test_before_the_approval_there_is_no_difference(small: Small) -> None:
    small.measure()
    assert plan_difference(small.inspection, small.office) is None


def test_nothing_changed(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    found = difference(small)
    assert found.sentence == "方案1条 → 现1条：与审定的方案一致"
    assert not (found.added or found.removed or found.changed or found.unexplained)


def test_added_removed_and_changed_add_up(small: Small) -> None:
    kept, gone, moved = (small.measure(text=text) for text in ("甲", "乙", "丙"))
    small.freeze_plan()
    new = add_measure(small.task, actor=small.office, text="丁", reason="举一反三", paper=SIGNED)
    remove_measure(gone, actor=small.office, version=1, reason="与甲重复", paper=SIGNED)
    edited(small, moved, due_on=date(2024, 8, 31))
    edited(small, kept, text="甲（改）")
    found = difference(small)
    assert found.sentence == "方案3条 → 现3条：新增1条，取消1条，修改2条（其中时限1条）"
    assert (found.before, found.now, found.unexplained) == (3, 3, 0)
    (added,), (removed,) = found.added, found.removed
    assert (added.measure, removed.measure) == (new, gone)
    assert removed.explanations[0].application.reason == "与甲重复"
    assert [decision.meeting for decision in added.explanations[0].decisions] == ["党组会议第5次"]
    assert [one.measure for one in found.changed] == [kept, moved]
    assert words_of(found.changed[1]) == {"due_on": ("2024年6月30日", "2024年8月31日")}


def test_a_measure_that_came_and_went_is_no_difference(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    new = add_measure(small.task, actor=small.office, text="丁", reason="试行", paper=SIGNED)
    remove_measure(new, actor=small.office, version=1, reason="不再试行", paper=SIGNED)
    assert difference(small).sentence == "方案1条 → 现1条：与审定的方案一致"


def test_what_was_changed_twice_names_both_adjustments_in_their_order(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edited(small, measure, text="先改")
    with at(noon() + timedelta(minutes=5)):
        edited(small, measure, text="再改", leader=small.other_leader)
    (one,) = difference(small).changed
    assert words_of(one) == {
        "text": ("建立台账", "再改"), "leader": (small.leader.name, small.other_leader.name),
    }  # fmt: skip
    assert [len(why.columns) for why in one.explanations] == [1, 2]
    assert one.explained


def test_what_was_changed_back_is_no_difference(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edited(small, measure, text="改")
    edited(small, measure, text="建立台账")
    assert not difference(small).changed


def test_an_extension_explains_the_deadline_and_the_kind(small: Small) -> None:
    measure = small.measure(deadline_text="2024年6月底前")
    small.freeze_plan()
    granted(small, apply_extension(
        measure, actor=small.clerk, reason="系统未上线", new_due_on=date(2024, 9, 30),
        long_term=True, stage_goal="完成试点", next_review_on=date(2024, 12, 1),
    ))  # fmt: skip
    (one,) = difference(small).changed
    assert words_of(one) == {
        "due_on": ("2024年6月30日", "2024年9月30日"),
        "deadline_text": ("2024年6月底前", "2024年9月30日前"),
        "nature": ("限期整改", "长期坚持"),
    }
    assert one.explained and one.explanations[0].is_extension
    assert difference(small).sentence.endswith("修改1条（其中时限1条）")


def test_a_proposal_explains_once_it_is_granted(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    values = {"goal": "全部入账"}
    proposal = propose_change(measure, actor=small.clerk, values=values, reason="细化")
    assert not difference(small).changed
    granted(small, proposal)
    (one,) = difference(small).changed
    assert one.explained and words_of(one) == {"goal": ("", "全部入账")}
    assert [row.decided_by_name for row in one.explanations[0].decisions] == [
        small.office.name, small.leader.name,
    ]  # fmt: skip


def test_a_change_that_no_decision_accounts_for_is_said(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edited(small, measure, text="改")
    Measure.objects.filter(pk=measure.pk).update(goal="悄悄写入", nature=Nature.LONG_TERM)
    found = difference(small)
    (one,) = found.changed
    assert one.unexplained == ["整改目标", "整改类型"] and found.unexplained == 1
    Measure.objects.filter(pk=measure.pk).update(text="又悄悄改了")
    (one,) = difference(small).changed
    assert "整改措施" in one.unexplained


def test_an_addition_and_a_removal_without_decision_are_said(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    new = add_measure(small.task, actor=small.office, text="丁", reason="试行", paper=SIGNED)
    Adjustment.objects.filter(measure=new).update(state="voided")
    found = difference(small)
    assert found.unexplained == 1 and not found.added[0].explained


def test_a_row_of_the_baseline_without_a_measure_counts_as_taken_out(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    baseline = PlanBaseline.objects.get(inspection=small.inspection)
    baseline.rows.append({**baseline.rows[0], "measure": "0" * 32, "text": "已不在库中"})
    baseline.save()
    found = difference(small)
    assert (found.before, found.now) == (2, 1)
    assert [one.text for one in found.removed] == ["已不在库中"] and found.unexplained == 1


def test_an_older_baseline_without_a_column_is_compared_by_the_others(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    baseline = PlanBaseline.objects.get(inspection=small.inspection)
    for name in ("goal", "owner"):
        del baseline.rows[0][name]
    baseline.save()
    edited(small, measure, goal="新目标", text="改")
    (one,) = difference(small).changed
    assert set(words_of(one)) == {"text"}


def test_a_section_sees_its_own_part_of_both_sides(small: Small) -> None:
    own = small.measure(text="甲")
    small.measure(text="乙", lead_section=small.other, support_sections=[])
    small.freeze_plan()
    edited(small, own, text="甲（改）")
    found = difference(small, small.clerk)
    assert found.partial and found.sentence == "方案1条 → 现1条：修改1条"
    assert found.changed[0].explanations
    assert difference(small, small.stranger).sentence == "方案1条 → 现1条：与审定的方案一致"


def test_the_number_of_changed_measures_is_the_same_for_every_reader(small: Small) -> None:
    """A leader of another portfolio reads that it changed, not why, nor the owner's name."""
    measure = small.measure(owner=small.clerk)
    small.freeze_plan()
    edited(small, measure, owner=small.helper)
    for who in ("office", "party_member", "other_leader", "secretary"):
        found = difference(small, getattr(small, who))
        assert found.sentence == "方案1条 → 现1条：修改1条", who
        (one,) = found.changed
        full = who in {"office", "secretary"}
        assert one.columns[0].hidden is not full, who
        assert one.told is (who != "other_leader")
        named = [column for why in one.explanations for column in why.columns if column.after]
        assert bool(named) is full, who
    assert not difference(small, small.other_leader).unexplained


def test_another_bureau_changes_nothing(small: Small, neighbour: Small) -> None:
    small.measure()
    small.freeze_plan()
    neighbour.freeze_plan()
    assert difference(small).before == 1
    assert difference(small, neighbour.office).before == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queries_do_not_grow(small: Small, rows: int) -> None:
    measures = [small.measure(text=f"第{number}条") for number in range(rows)]
    small.freeze_plan()
    for measure in measures:
        edited(small, measure, text="改")
    granted(small, apply_extension(
        Measure.objects.get(pk=measures[0].pk), actor=small.clerk, reason="系统未上线",
        new_due_on=date(2024, 9, 30),
    ))  # fmt: skip
    reader = User.objects.get(pk=small.office.pk)
    assert reader.access
    with CaptureQueriesContext(connection) as seen:
        found = plan_difference(small.inspection, reader)
    assert found is not None and len(found.changed) == rows
    assert len(seen) == 8
