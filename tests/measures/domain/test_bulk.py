"""Setting the same on many measures: the preview, all or nothing, the frozen plan, who may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import DjangoAssertNumQueries

from measures.domain.applications import decide
from measures.domain.bulk import (
    MOST_ROWS,
    SupportWay,
    Wanted,
    bulk_edit,
    rehearse,
    with_all_for_bulk,
)
from measures.domain.closure import apply_closure
from measures.domain.measures import edit_measure
from measures.domain.paper import Paper
from measures.domain.reporting import report
from measures.enums import ApplicationState, Nature, Status, Verdict
from measures.exceptions import RowsRefused
from measures.models import Adjustment, Measure
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event, Operation
from tests.measures.domain.small_bureau import Small

PAPER = Paper("党组会议", date(2024, 4, 1), meeting="党组会议2024年第4次会议")


def versions(measures: Sequence[Measure]) -> dict[Any, int]:
    return {one.public_id: one.version for one in measures}


def fresh(measures: Sequence[Measure]) -> list[Measure]:
    rows = Measure.objects.filter(pk__in=[one.pk for one in measures])
    return list(with_all_for_bulk(rows))


def edit(small: Small, measures: Sequence[Measure], wanted: Wanted, **more: Any) -> Operation:
    return bulk_edit(
        small.inspection, **{"actor": small.office, "versions": versions(measures), **more},
        wanted=wanted,
    )  # fmt: skip


def closed(small: Small) -> Measure:
    measure = small.completed()
    application = apply_closure(measure, actor=small.clerk)
    while application.state in ApplicationState.pending():
        reviewing = application.state == ApplicationState.REVIEWING
        actor = small.reviewer if reviewing else small.leader
        decide(application, actor=actor, version=application.version, verdict=Verdict.ACCEPTED)
        application.refresh_from_db()
    measure.refresh_from_db()
    assert measure.closed_at
    return measure


def test_every_column_is_set_on_every_row_in_one_operation(small: Small) -> None:
    rows = [small.measure(text=f"措施{number}") for number in range(3)]
    day = date(2024, 7, 31)
    operation = edit(small, rows, Wanted(
        columns={
            "leader": small.other_leader, "lead_section": small.other, "nature": Nature.LONG_TERM,
            "due_on": day, "deadline_text": "2024年7月31日前", "next_report_on": day,
            "disclosure": "withheld", "disclosure_reason": "涉及个人信息",
        },
        status=Status.COMPLETED, completed_on=date(2024, 5, 10),
    ))  # fmt: skip
    for row in fresh(rows):
        assert (row.leader_name, row.lead_section_name) == ("other_leader（small）", "综合科")
        assert (row.nature, row.due_on, row.next_report_on) == (Nature.LONG_TERM, day, day)
        assert (row.status, row.completed_on) == (Status.COMPLETED, date(2024, 5, 10))
        assert row.disclosure == "withheld"
        state = row.states.get(valid_to=None)
        assert (state.status, state.leader, state.due_on) == (row.status, small.other_leader, day)
    events = Event.objects.filter(operation=operation, object_type="measure")
    assert events.values("object_id").distinct().count() == 3
    assert operation.reason.startswith("完成状态：已完成；责任领导：other_leader（small）；")


def test_supporting_sections_are_added_replaced_and_removed(small: Small) -> None:
    first, second = small.measure(), small.measure(support_sections=[])

    def after(way: SupportWay, *sections: Any) -> list[list[str]]:
        edit(small, fresh([first, second]), Wanted(supports=list(sections), support_way=way))
        return [[row.name for row in one.supports.all()] for one in fresh([first, second])]

    assert after(SupportWay.ADD, small.other) == [["财务科", "综合科"], ["综合科"]]
    assert after(SupportWay.REMOVE, small.other) == [["财务科"], []]
    assert after(SupportWay.REPLACE, small.other) == [["综合科"], ["综合科"]]
    assert after(SupportWay.REPLACE) == [[], []]


def test_the_section_that_leads_does_not_support_and_the_preview_says_so(small: Small) -> None:
    row = small.measure(co_leaders=[small.other_leader])
    wanted = Wanted(columns={"lead_section": small.supporting, "leader": small.other_leader})
    [shown] = rehearse(fresh([row]), wanted)
    assert [(cell.label, cell.before, cell.after) for cell in shown.cells] == [
        ("牵头科室", "业务科", "财务科"),
        ("责任领导", "leader（small）", "other_leader（small）"),
        ("配合科室", "财务科", "—"),
        ("共同责任领导", "other_leader（small）", "—"),
    ]
    edit(small, [row], wanted)
    [row] = fresh([row])
    assert not row.supports.exists() and not row.co_leads.exists()


def test_the_preview_tells_what_changes_what_stays_and_what_cannot(small: Small) -> None:
    open_one, same, shut = small.measure(), small.measure(), closed(small)
    back = small.completed()
    report(same, actor=small.clerk, version=same.version, values={"status": Status.IN_PROGRESS})
    rows = rehearse(fresh([open_one, same, shut, back]), Wanted(status=Status.IN_PROGRESS))
    assert [(len(row.cells), row.refusal) for row in rows] == [
        (1, ""), (0, ""), (0, "已销号，内容只读"),
        (0, "由“已完成”退回“正在推进”须写明理由"),
    ]  # fmt: skip
    [row] = rehearse(fresh([back]), Wanted(status=Status.IN_PROGRESS, reason="材料不实"))
    assert [(cell.label, cell.before, cell.after) for cell in row.cells] == [
        ("完成状态", "已完成", "正在推进"), ("完成时间", "2024年5月15日", "—"),
    ]  # fmt: skip
    [row] = rehearse(fresh([shut]), Wanted(status=Status.COMPLETED))
    assert (row.cells, row.refusal) == ([], "")  # closed, and asked for nothing new
    [row] = rehearse(fresh([back]), Wanted(status=Status.NOT_STARTED))
    assert row.refusal == "不能由“已完成”直接改为“未启动”"


def test_one_row_that_is_refused_refuses_all_and_is_named(small: Small) -> None:
    rows = [small.measure(), small.measure(), closed(small)]
    events, operations = small.events(), Operation.objects.count()
    with pytest.raises(RowsRefused) as refused:
        edit(small, rows, Wanted(columns={"next_report_on": date(2024, 7, 1)}))
    assert [one for one, _ in refused.value.rows] == [rows[2]]
    assert "已销号" in refused.value.rows[0][1]
    assert not refused.value.overtaken
    assert not Measure.objects.filter(next_report_on__isnull=False).exists()
    assert (small.events(), Operation.objects.count()) == (events, operations)


def test_a_row_changed_since_the_preview_refuses_all_and_says_who(small: Small) -> None:
    rows = [small.measure() for _ in range(3)]
    seen = versions(rows)
    report(rows[1], actor=small.clerk, version=rows[1].version,
           values={"status": Status.IN_PROGRESS})  # fmt: skip
    with pytest.raises(RowsRefused) as refused:
        edit(small, rows, Wanted(columns={"leader": small.other_leader}), versions=seen)
    assert refused.value.overtaken
    [(measure, said)] = refused.value.rows
    assert measure == rows[1]
    assert said.startswith("clerk（small）于2024年5月15日 12:00填报：完成状态由“未启动”改为")
    assert not Measure.objects.filter(leader=small.other_leader).exists()


def test_a_measure_of_another_inspection_refuses_all(small: Small, neighbour: Small) -> None:
    """A-3 below the view: the neighbour's measure is neither changed nor skipped."""
    own, foreign = small.measure(), neighbour.measure()
    with pytest.raises(Refused, match="不属于本次巡察"):
        edit(small, [own, foreign], Wanted(status=Status.IN_PROGRESS))
    assert {one.status for one in fresh([own, foreign])} == {Status.NOT_STARTED}


def test_a_section_of_another_bureau_is_refused(small: Small, neighbour: Small) -> None:
    row = small.measure()
    with pytest.raises(RowsRefused) as refused:
        edit(small, [row], Wanted(columns={"lead_section": neighbour.led}))
    assert "不属于本单位" in refused.value.rows[0][1]


def test_once_the_plan_is_frozen_its_columns_need_reason_and_paper(small: Small) -> None:
    rows = [small.measure(), small.measure()]
    small.freeze_plan()
    columns = {"due_on": date(2024, 9, 30), "deadline_text": "2024年9月30日前"}
    for wanted, words in (
        (Wanted(columns=columns), "请写明理由"),
        (Wanted(columns=columns, reason="上级要求"), "须经审定"),
    ):
        with pytest.raises(RowsRefused) as refused:
            edit(small, rows, wanted)
        assert len(refused.value.rows) == 2
        assert words in refused.value.rows[0][1]
    operation = edit(small, rows, Wanted(columns=columns, reason="上级要求", paper=PAPER))
    made = Adjustment.objects.filter(measure__in=rows)
    assert {one.reason for one in made} == {"上级要求"}
    assert {one.state for one in made} == {ApplicationState.ACCEPTED}
    assert made.count() == 2
    assert Event.objects.filter(operation=operation, action="adjustment.create").count() == 2
    edit(small, fresh(rows), Wanted(columns={"next_report_on": date(2024, 7, 1)}))
    assert made.count() == 2  # no column of the plan: no adjustment


def test_what_is_already_so_is_not_written(small: Small) -> None:
    rows = [small.measure(), small.measure(nature=Nature.LONG_TERM)]
    edit(small, rows, Wanted(columns={"nature": Nature.LONG_TERM}))
    assert [one.version for one in fresh(rows)] == [2, 1]
    with pytest.raises(Refused, match="都已经是这样"):
        edit(small, fresh(rows), Wanted(columns={"nature": Nature.LONG_TERM}))


def test_only_the_office_of_the_bureau_edits_at_once(small: Small, neighbour: Small) -> None:
    rows = [small.measure()]
    for person in (small.clerk, small.leader, small.secretary, small.discipline,
                   small.sysadmin, neighbour.office):  # fmt: skip
        with pytest.raises(NotAllowed):
            edit(small, rows, Wanted(status=Status.IN_PROGRESS), actor=person)
    assert not Operation.objects.filter(kind="bulk_edit").exists()


def test_more_rows_than_a_browser_should_send_are_refused(small: Small) -> None:
    many = {f"{number}": 1 for number in range(MOST_ROWS + 1)}
    with pytest.raises(Refused, match="一次最多修改 200 条措施，现在选了 201 条"):
        edit(small, [], Wanted(status=Status.IN_PROGRESS), versions=many)


def test_leaders_are_told_of_new_statuses(small: Small) -> None:
    rows = [small.measure(), small.measure()]
    edit(small, rows, Wanted(status=Status.IN_PROGRESS))
    assert small.leader.deliveries.filter(key__startswith="measure-status:").count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_costs_the_same_for_any_number_of_rows(
    small: Small, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    rows = [small.measure(co_leaders=[small.other_leader]) for _ in range(count)]
    wanted = Wanted(
        columns={"leader": small.other_leader, "lead_section": small.other},
        supports=[small.supporting], status=Status.IN_PROGRESS,
    )  # fmt: skip
    with django_assert_num_queries(5):
        assert all(row.cells for row in rehearse(fresh(rows), wanted))


def test_a_closing_text_is_not_lost_when_a_constraint_refuses(small: Small) -> None:
    """What the database refuses is told by row, too."""
    row = small.measure()
    edit_measure(row, actor=small.office, version=row.version, values={"disclosure": ""})
    with pytest.raises((RowsRefused, ValidationError)) as refused:
        edit(small, fresh([row]), Wanted(columns={"disclosure": "withheld"}))
    assert isinstance(refused.value, RowsRefused)
    assert "须写明理由" in refused.value.rows[0][1]
