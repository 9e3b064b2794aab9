"""同一措施: who joins what, and progress typed once standing in every row."""

from __future__ import annotations

from typing import Any

import pytest

from measures.domain.history import history
from measures.domain.progress import return_progress, write_progress
from measures.domain.rounds import close_round, open_round
from measures.domain.twins import candidates, join_twins, leave_twins
from measures.exceptions import Overtaken
from measures.models import Measure, ProgressEntry, SameMeasure
from measures.reading import may
from rectify.accounts.enums import Ability
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event, Operation
from rectify.jobs.models import Delivery
from rectify.lib.clock import now
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small
from tests.measures.views.acting import closed, fresh


def pair(small: Small, count: int = 2) -> list[Measure]:
    rows = [small.measure(text=f"措施{one}") for one in range(1, count + 1)]
    join_twins(rows, actor=small.office, reason="同一件事")
    return [fresh(row) for row in rows]


def write(small: Small, measure: Measure, who: str = "clerk", **more: Any) -> ProgressEntry:
    values = {"week_start": MONDAY, "text": "登记3件", **more}
    return write_progress(measure, actor=getattr(small, who), **values)


def entry(measure: Measure) -> ProgressEntry:
    return ProgressEntry.objects.get(measure=measure, section=measure.lead_section)


def entries(small: Small) -> list[ProgressEntry]:
    return list(ProgressEntry.objects.filter(measure__inspection=small.inspection))


def test_joining_is_one_operation_and_stands_in_every_history(small: Small) -> None:
    first, second = pair(small)
    assert first.same_as_id == second.same_as_id is not None
    events = Event.objects.filter(action="measure.join")
    assert events.count() == 2
    assert events.values("operation").distinct().count() == 1
    for one in (first, second):
        assert "关联为同一措施：理由：同一件事" in history(one)[0].sentence
    third = small.measure()
    join_twins([first, third], actor=small.office, reason="也是")
    assert fresh(third).same_as_id == first.same_as_id
    assert SameMeasure.objects.filter(inspection=small.inspection).count() == 1


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "discipline", "sysadmin"])
def test_only_the_office_joins_and_takes_out(small: Small, who: str) -> None:
    rows = [small.measure(), small.measure()]
    with pytest.raises(NotAllowed):
        join_twins(rows, actor=getattr(small, who), reason="同一件事")
    first, _ = pair(small)
    with pytest.raises(NotAllowed):
        leave_twins(first, actor=getattr(small, who), reason="不同")


def test_only_alike_and_open_measures_are_joined(small: Small, neighbour: Small) -> None:
    one = small.measure()
    other = small.measure(lead_section=small.other, support_sections=[])
    refused = {
        "至少选择一条": [one],
        "同一牵头科室": [one, other],
        "只读": [one, closed(small)],
    }
    for words, rows in refused.items():
        with pytest.raises(Refused, match=words):
            join_twins(rows, actor=small.office, reason="同一件事")
    with pytest.raises(NotAllowed):
        join_twins([one, neighbour.measure()], actor=small.office, reason="同一件事")
    with pytest.raises(Refused, match="为什么"):
        join_twins([one, small.measure()], actor=small.office, reason=" ")
    assert not SameMeasure.objects.filter(inspection=small.inspection).exists()
    assert fresh(one).same_as_id is None


def test_never_across_inspections_of_one_bureau(small: Small, neighbour: Small) -> None:
    one, foreign = small.measure(), neighbour.measure()
    Measure.objects.filter(pk=foreign.pk).update(organization=small.organization)
    with pytest.raises(Refused, match="同一次巡察"):
        join_twins([one, fresh(foreign)], actor=small.office, reason="同一件事")


def test_two_groups_are_not_thrown_together(small: Small) -> None:
    first, second = pair(small), pair(small)
    with pytest.raises(Refused, match="已分属不同"):
        join_twins([first[0], second[0]], actor=small.office, reason="同一件事")
    with pytest.raises(Refused, match="不必再关联"):
        join_twins(first, actor=small.office, reason="同一件事")
    loose = small.measure()
    assert list(candidates(first[0])) == [loose]


def test_leaving_takes_the_last_one_along(small: Small) -> None:
    first, second, third = pair(small, 3)
    leave_twins(first, actor=small.office, reason="内容不同")
    assert fresh(first).same_as_id is None
    assert fresh(second).same_as_id == fresh(third).same_as_id is not None
    leave_twins(second, actor=small.office, reason="内容不同")
    assert fresh(third).same_as_id is None
    with pytest.raises(Refused, match="没有与其他措施关联"):
        leave_twins(second, actor=small.office, reason="内容不同")


def test_what_is_written_once_stands_in_each_and_is_rewritten_in_each(small: Small) -> None:
    first, second = pair(small)
    own = write(small, first, difficulty="缺人手")
    twin = entry(second)
    assert (twin.text, twin.difficulty, twin.author, twin.version) == (
        "登记3件", "缺人手", small.clerk, 1,
    )  # fmt: skip
    keys = [str(own.pk), str(twin.pk)]
    events = Event.objects.filter(action="progress.write", object_id__in=keys)
    assert events.count() == 2
    assert events.values("operation").distinct().count() == 1
    assert Operation.objects.filter(kind="same_measure", reason="").count() == 1
    assert Delivery.objects.filter(recipient=small.leader).count() == 1
    seen = {own.public_id: own.version, twin.public_id: twin.version}
    write(small, second, text="登记5件", version=1, twins_seen=seen)
    assert {entry(first).text, entry(second).text} == {"登记5件"}


def test_a_twin_that_says_something_else_is_named_and_nothing_is_written(small: Small) -> None:
    rows = [small.measure(text="措施甲"), small.measure(text="措施乙")]
    write(small, rows[1], text="另一说法")
    join_twins(rows, actor=small.office, reason="同一件事")
    first, second = (fresh(row) for row in rows)
    with pytest.raises(Overtaken, match=r"措施乙.*另一说法"):
        write(small, first)
    assert not ProgressEntry.objects.filter(measure=first).exists()
    assert entry(second).text == "另一说法"
    write(small, first, twins_seen={entry(second).public_id: 1})
    assert entry(second).text == "登记3件"
    with pytest.raises(StaleVersion):
        write(small, first, text="没有看到", version=None)


def test_a_closed_or_moved_twin_is_left_alone(small: Small) -> None:
    first, second, third, fourth = pair(small, 4)
    Measure.objects.filter(pk=second.pk).update(
        status="completed", completed_on=TODAY, closed_at=now()
    )
    Measure.objects.filter(pk=third.pk).update(lead_section=small.other)
    Measure.objects.filter(pk=fourth.pk).update(archived_at=now())
    write(small, first)
    assert [one.measure for one in entries(small)] == [first]
    assert not Operation.objects.filter(kind="same_measure", reason="").exists()


def test_a_supporting_section_writes_where_it_supports(small: Small) -> None:
    rows = [small.measure(), small.measure(), small.measure(support_sections=[])]
    join_twins(rows, actor=small.office, reason="同一件事")
    write(small, fresh(rows[0]), "helper", text="配合核对")
    written = ProgressEntry.objects.filter(section=small.supporting)
    assert {one.measure_id for one in written} == {rows[0].pk, rows[1].pk}


def test_each_keeps_its_own_status_and_mark(small: Small) -> None:
    first, second = pair(small)
    Measure.objects.filter(pk=second.pk).update(status="in_progress")
    write(small, first, "office")
    assert (entry(first).status, entry(second).status) == ("not_started", "in_progress")
    assert entry(second).on_behalf
    seen = {one.public_id: one.version for one in entries(small)}
    write(small, first, text="改", version=1, twins_seen=seen)
    assert entry(second).on_behalf  # for ever


def test_a_returned_twin_is_mended_with_it(small: Small) -> None:
    first, second = pair(small)
    write(small, first)
    returned = return_progress(entry(second), actor=small.office, version=1, reason="写明数量")
    write(small, first, text="登记5件", version=1, twins_seen={returned.public_id: 2})
    assert entry(second).returned_by_id is None


def test_an_outsider_never_writes_through_a_twin(small: Small) -> None:
    first, _ = pair(small)
    assert not may(small.stranger, Ability.WRITE_PROGRESS, first)
    with pytest.raises(NotAllowed):
        write(small, first, "stranger")


def test_the_closed_week_stays_closed_in_every_twin(small: Small) -> None:
    first, _ = pair(small)
    round_ = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(round_, actor=small.office, version=round_.version)
    with pytest.raises(Refused, match="已结束"):
        write(small, first)
    assert not entries(small)
