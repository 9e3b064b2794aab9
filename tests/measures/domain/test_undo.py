"""Undoing a bulk edit: every row as it was, what was changed since named, once, by the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from measures.domain.bulk import SupportWay, Wanted
from measures.domain.closure import apply_closure
from measures.domain.figures import headline
from measures.domain.measures import add_measure, edit_measure
from measures.domain.moment import moment_of
from measures.domain.operations import operation_in_words, operations_of
from measures.domain.progress import write_progress
from measures.domain.reporting import report
from measures.domain.undo import former_states, undo
from measures.enums import ApplicationState, Nature, Status
from measures.exceptions import Overtaken, RowsRefused
from measures.models import Adjustment, Measure, MeasureState
from rectify.accounts.domain.people import update_user
from rectify.audit.domain.events import verify
from rectify.audit.domain.operations import begin, mark_undone
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Chain, Event, Operation
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import TODAY, Small, noon
from tests.measures.domain.test_bulk import PAPER, edit, fresh

IGNORED = {"version", "updated_at"}


def picture(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Every column and list of every measure, names at the time included."""
    rows = Measure.objects.filter(pk__in=[one.pk for one in measures]).order_by("pk")
    return [
        {
            **{name: value for name, value in row.items() if name not in IGNORED},
            "supports": list(
                measure.supports.order_by("position").values_list("section", "name", "position")
            ),
            "co_leads": list(
                measure.co_leads.order_by("position").values_list("user", "name", "position")
            ),
        }
        for row, measure in zip(rows.values(), rows, strict=True)
    ]


def states(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """What holds of every measure now."""
    current = MeasureState.objects.filter(measure__in=measures, valid_to=None)
    return list(current.order_by("measure").values("measure", *MeasureState.FIELDS))


def everything(small: Small) -> Wanted:
    day = date(2024, 9, 30)
    return Wanted(
        columns={
            "leader": small.other_leader, "lead_section": small.other, "owner": small.helper,
            "nature": Nature.LONG_TERM, "due_on": day, "deadline_text": "2024年9月30日前",
            "next_review_on": day, "next_report_on": day, "disclosure": "party_only",
            "disclosure_reason": "内部事项", "disclosure_basis": "通知", 
            "disclosure_approver": small.secretary,
        },
        supports=[small.led], support_way=SupportWay.REPLACE, status=Status.BASICALLY_DONE,
        reason="统一调整", paper=PAPER,
    )  # fmt: skip


def thirty(small: Small) -> list[Measure]:
    """Thirty measures in every state, with people and without."""
    rows = []
    for number in range(30):
        row = small.measure(
            text=f"措施{number}", owner=small.clerk if number % 2 else None,
            co_leaders=[small.other_leader] if number % 3 else [],
            support_sections=[small.supporting, small.other] if number % 4 else [],
            next_review_on=date(2024, 8, 1) if number % 5 else None, deadline_text="6月底前",
        )  # fmt: skip
        if number % 6 == 1:
            report(row, actor=small.clerk, version=row.version,
                   values={"status": Status.IN_PROGRESS})  # fmt: skip
        if number % 6 == 2:
            done = {"status": Status.COMPLETED, "completed_on": date(2024, 5, 3)}
            report(row, actor=small.clerk, version=row.version, values=done)
        rows.append(row)
    return rows


def test_undo_of_thirty_rows_restores_every_one_and_names_the_two_that_were_changed_since(
    small: Small,
) -> None:
    rows = thirty(small)
    small.freeze_plan()
    figures = headline(small.inspection, moment_of(small.inspection), None)
    before, current = picture(rows), states(rows)
    with at(noon() + timedelta(hours=1)):
        operation = edit(small, fresh(rows), everything(small))
        assert all(old != new for old, new in zip(before, picture(rows), strict=True))
        assert Adjustment.objects.filter(state=ApplicationState.ACCEPTED).count() == 30
    with at(noon() + timedelta(hours=2)):
        for row, values in ((rows[4], {"remark": "后来记的"}), (rows[17], {"goal": "新目标"})):
            row.refresh_from_db()
            edit_measure(row, actor=small.reviewer, version=row.version, values=values,
                         reason="补充", paper=PAPER)  # fmt: skip
    changed = picture([rows[4], rows[17]])
    with at(noon() + timedelta(hours=3)):
        everything_now = picture(rows), small.events(), Operation.objects.count()
        with pytest.raises(RowsRefused) as refused:
            undo(operation, actor=small.office)
        assert [one for one, _ in refused.value.rows] == [rows[4], rows[17]]
        assert [why for _, why in refused.value.rows] == [
            "reviewer（small）于2024年5月15日 14:00修改措施：备注：后来记的",
            "reviewer（small）于2024年5月15日 14:00修改措施：整改目标：新目标",
        ]
        assert (picture(rows), small.events(), Operation.objects.count()) == everything_now
        by = undo(operation, actor=small.reviewer, skip=[rows[4].public_id, rows[17].public_id])
    kept = [number for number in range(30) if number not in (4, 17)]
    restored = [rows[number] for number in kept]
    assert picture(restored) == [before[number] for number in kept]
    assert states(restored) == [current[number] for number in kept]
    assert picture([rows[4], rows[17]]) == changed
    operation.refresh_from_db()
    assert operation.undone_by == by
    assert (by.kind, by.actor_name) == ("undo", "reviewer（small）")
    assert Event.objects.filter(operation=by, action="measure.undo").count() == 28
    voided = Adjustment.objects.filter(state=ApplicationState.VOIDED)
    assert set(voided.values_list("measure", flat=True)) == {one.pk for one in restored}
    assert verify(Chain.objects.get(organization=small.organization)) is None
    for row in (rows[4], rows[17]):
        edit_measure(row, actor=small.office, version=Measure.objects.get(pk=row.pk).version,
                     values={"remark": ""})  # fmt: skip
    now = headline(small.inspection, moment_of(small.inspection), None)
    assert now["total"] == figures["total"]


def test_after_a_whole_undo_every_figure_is_what_it_was(small: Small) -> None:
    rows = thirty(small)
    figures = headline(small.inspection, moment_of(small.inspection), None)
    before = picture(rows)
    operation = edit(small, rows, everything(small))
    assert headline(small.inspection, moment_of(small.inspection), None) != figures
    undo(operation, actor=small.office)
    assert headline(small.inspection, moment_of(small.inspection), None) == figures
    assert picture(rows) == before
    with at(noon(TODAY + timedelta(days=3))):
        assert headline(small.inspection, moment_of(small.inspection, TODAY), None) == figures


def test_the_day_in_between_keeps_what_held_then(small: Small) -> None:
    """Undo does not rewrite the past: the bulk edit held until it was undone."""
    row = small.measure()
    with at(noon(TODAY + timedelta(days=1))):
        operation = edit(small, [row], Wanted(status=Status.COMPLETED))
    with at(noon(TODAY + timedelta(days=3))):
        undo(operation, actor=small.office)
    spans = [(one.status, one.valid_from.date(), one.valid_to and one.valid_to.date())
             for one in row.states.all()]  # fmt: skip
    first, second, third = TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=3)
    assert spans == [
        (Status.NOT_STARTED, first, second), (Status.COMPLETED, second, third),
        (Status.NOT_STARTED, third, None),
    ]  # fmt: skip


def test_names_at_the_time_come_back_though_somebody_was_renamed(small: Small) -> None:
    row = small.measure(co_leaders=[small.other_leader])
    before = picture([row])
    for person in (small.leader, small.other_leader):
        update_user(person, actor=small.sysadmin, version=person.version,
                    values={"name": f"新{person.name}"})  # fmt: skip
    operation = edit(small, [row], Wanted(columns={"leader": small.other_leader}))
    undo(operation, actor=small.office)
    assert picture([row]) == before


def test_a_closing_application_since_stands_against_it(small: Small) -> None:
    row = small.completed()
    report(row, actor=small.office, version=row.version, values={"status": Status.IN_PROGRESS},
           reason="补材料")  # fmt: skip
    operation = edit(small, [row], Wanted(status=Status.COMPLETED))
    apply_closure(row, actor=small.clerk)
    with pytest.raises(RowsRefused) as refused:
        undo(operation, actor=small.office)
    assert "提出了销号申请，正在办理" in refused.value.rows[0][1]
    with pytest.raises(Refused, match="没有可以撤销的"):
        undo(operation, actor=small.office, skip=[row.public_id])
    operation.refresh_from_db()
    assert operation.undone_by is None


def test_progress_since_stands_in_no_way(small: Small) -> None:
    """What a section writes of its week is its own and stays."""
    row = small.measure()
    operation = edit(small, [row], Wanted(status=Status.IN_PROGRESS))
    write_progress(row, actor=small.clerk, week_start=TODAY - timedelta(days=2), text="已召开会议")
    undo(operation, actor=small.office)
    row.refresh_from_db()
    assert row.status == Status.NOT_STARTED
    assert row.entries.get().text == "已召开会议"


def test_an_operation_is_undone_once_and_an_undo_is_not_undone(small: Small) -> None:
    row = small.measure()
    operation = edit(small, [row], Wanted(status=Status.IN_PROGRESS))
    by = undo(operation, actor=small.office)
    with pytest.raises(Overtaken, match=r"已由office（small）于2024年5月15日撤销"):
        undo(operation, actor=small.reviewer)
    with pytest.raises(Refused, match="撤销本身不能再撤销"):
        undo(by, actor=small.office)
    imported = begin(actor=small.office, organization=small.organization, kind="import_outline")
    with pytest.raises(Refused, match="这类操作不能撤销"):
        undo(imported, actor=small.office)


def test_of_two_who_undo_at_once_the_second_is_told(small: Small) -> None:
    """The claim is the lock: whoever saw the operation not undone is refused all the same."""
    operation = edit(small, [small.measure()], Wanted(status=Status.IN_PROGRESS))
    first, second = (
        begin(actor=small.office, organization=small.organization, kind="undo") for _ in range(2)
    )
    assert mark_undone(operation, by=first)
    assert not mark_undone(operation, by=second)


def test_only_the_office_of_the_bureau_undoes(small: Small, neighbour: Small) -> None:
    operation = edit(small, [small.measure()], Wanted(status=Status.IN_PROGRESS))
    for person in (small.clerk, small.leader, small.secretary, small.discipline, small.auditor,
                   neighbour.office):  # fmt: skip
        with pytest.raises(NotAllowed):
            undo(operation, actor=person)
        assert not Operation.objects.visible_to(person).exists()
    assert list(Operation.objects.visible_to(small.reviewer).filter(kind="bulk_edit")) == [
        operation
    ]


def test_the_leader_is_told_once_that_statuses_were_taken_back(small: Small) -> None:
    rows = [small.measure() for _ in range(3)]
    by = undo(edit(small, rows, Wanted(status=Status.IN_PROGRESS)), actor=small.office)
    [told] = small.leader.deliveries.filter(key__startswith=f"undo:{by.pk}:")
    assert told.subject == "3条措施的状态修改已撤销"


def test_a_measure_that_the_operation_added_leaves_the_plan_again(small: Small) -> None:
    operation = begin(actor=small.office, organization=small.organization, kind="bulk_edit")
    added = add_measure(small.task, actor=small.office, text="误加", operation=operation)
    undo(operation, actor=small.office)
    added.refresh_from_db()
    assert added.archived_at is not None


def test_operations_are_listed_with_their_rows_and_told_in_words(small: Small) -> None:
    rows = [small.measure(), small.measure()]
    operation = edit(small, rows, Wanted(status=Status.IN_PROGRESS))
    [listed] = operations_of(small.inspection, small.office)
    assert (listed, listed.measures) == (operation, 2)
    account = operation_in_words(operation, small.office)
    assert [row.happenings[0].sentence for row in account.rows] == [
        "填报：完成状态由“未启动”改为“正在推进”。"
    ] * 2
    assert (account.why_not, account.free) == ("", 2)
    undo(operation, actor=small.office)
    kinds = [one.kind for one in operations_of(small.inspection, small.office)]
    assert sorted(kinds) == ["bulk_edit", "undo"]
    assert not operations_of(small.inspection, small.clerk).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_checking_an_operation_costs_the_same_for_any_number_of_rows(
    small: Small, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    rows = [small.measure() for _ in range(count)]
    operation = edit(small, rows, everything(small))
    with django_assert_num_queries(10):
        assert len(former_states(operation)) == count
