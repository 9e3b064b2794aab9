"""批示 and 议定事项: who gives, who records, who is told, who answers, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from measures.domain.history import history
from measures.domain.instructions import (
    Addressed,
    Given,
    give_instruction,
    instructions_of,
    is_late,
    is_overdue,
    may_reply,
    record_instruction,
    reply_instruction,
)
from measures.domain.waiting import waiting_for
from measures.enums import InstructionKind, Medium
from measures.models import Instruction, Measure
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event, Operation
from rectify.jobs.models import Delivery
from rectify.lib.clock import at, now
from tests.measures.domain.small_bureau import ENTERED, TODAY, Small, noon
from tests.measures.views.acting import closed


def give(small: Small, measure: Measure | None = None, who: str = "secretary", **more: Any) -> Any:
    values: dict[str, Any] = {"to": Addressed(measure), "text": "抓紧办理", **more}
    return give_instruction(small.inspection, actor=getattr(small, who), **values)


def record(small: Small, who: str = "office", **more: Any) -> list[Instruction]:
    values: dict[str, Any] = {
        "to": Addressed(sections=[small.led]), "text": "限期办结",
        "given": Given(on=TODAY, by_name="党组会议"), **more,
    }  # fmt: skip
    return record_instruction(small.inspection, actor=getattr(small, who), **values)


def test_the_secretary_gives_one_on_a_measure_and_those_who_act_are_told(small: Small) -> None:
    measure = small.measure()
    (row,) = give(small, measure, due_on=TODAY + timedelta(days=7))
    assert (row.given_by, row.given_on, row.medium, row.recorded_by_name, row.measure) == (
        small.secretary, TODAY, Medium.SYSTEM, "", measure,
    )  # fmt: skip
    told = Delivery.objects.filter(key__startswith="instruction:")
    assert {one.recipient for one in told} == {small.clerk, small.leader}
    assert all("抓紧" not in one.subject + one.body for one in told)
    assert list(waiting_for(small.clerk).instructions) == [row]


def test_to_several_sections_it_is_one_row_each_and_one_operation(small: Small) -> None:
    rows = give(small, None, to=Addressed(sections=[small.supporting, small.led, small.led]))
    assert [row.section for row in rows] == [small.led, small.supporting]
    events = Event.objects.filter(action="instruction.give")
    assert events.count() == 2
    assert events.values("operation").distinct().count() == 1
    assert Operation.objects.filter(kind="instruction").count() == 1
    told = Delivery.objects.filter(key__startswith="instruction:")
    assert {one.recipient for one in told} == {small.clerk, small.helper}


@pytest.mark.parametrize(
    "who",
    ["office", "clerk", "stranger", "leader", "party_member", "discipline", "sysadmin", "auditor"],
)
def test_only_the_secretary_gives(small: Small, who: str) -> None:
    measure = small.measure()
    with pytest.raises(NotAllowed):
        give(small, measure, who)
    assert not Instruction.objects.filter(inspection=small.inspection).exists()


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "discipline", "sysadmin"])
def test_only_the_office_records(small: Small, who: str) -> None:
    with pytest.raises(NotAllowed):
        record(small, who)


def test_the_office_records_and_is_named_for_ever(small: Small) -> None:
    given = Given(on=TODAY, kind=InstructionKind.RESOLUTION, by_name=" 党组会议 ", occasion="第4次")
    (row,) = record(small, given=given)
    assert (row.given_by, row.given_by_name, row.recorded_by_name, row.medium, row.kind) == (
        None, "党组会议", small.office.name, Medium.PAPER, "resolution",
    )  # fmt: skip
    (by_account,) = record(small, given=Given(on=TODAY, by=small.leader))
    assert by_account.given_by_name == small.leader.name


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given(on=TODAY), "given_by_name"),
        (Given(on=TODAY + timedelta(days=1), by_name="书记"), "given_on"),
        (Given(on=ENTERED - timedelta(days=1), by_name="书记"), "given_on"),
    ],
)
def test_a_record_names_somebody_and_a_possible_day(small: Small, given: Given, field: str) -> None:
    with pytest.raises(Refused) as refused:
        record(small, given=given)
    assert refused.value.field == field
    assert not Instruction.objects.filter(inspection=small.inspection).exists()


def test_it_is_due_no_earlier_than_given_and_says_something(small: Small) -> None:
    measure = small.measure()
    with pytest.raises(Refused, match="办理时限不能早于") as refused:
        give(small, measure, due_on=TODAY - timedelta(days=1))
    assert refused.value.field == "due_on"
    with pytest.raises(Refused, match="请填写批示内容"):
        give(small, measure, text="  ")
    with pytest.raises(Refused, match="请选定"):
        give(small, None)
    with pytest.raises(Refused, match="请选定"):
        give(small, None, to=Addressed(measure, [small.led]))


def test_never_across_bureaus_or_on_what_is_read_only(small: Small, neighbour: Small) -> None:
    with pytest.raises(Refused, match="不属于本次巡察"):
        give(small, neighbour.measure())
    with pytest.raises(Refused, match="本单位的科室"):
        give(small, None, to=Addressed(sections=[neighbour.led]))
    with pytest.raises(NotAllowed):
        give_instruction(
            neighbour.inspection, actor=small.secretary, to=Addressed(sections=[neighbour.led]),
            text="越界",
        )  # fmt: skip
    with pytest.raises(Refused, match="只读"):
        give(small, closed(small))
    small.inspection.archived_at = now()
    small.inspection.save()
    with pytest.raises(Refused):
        record(small)


def test_the_lead_section_answers_and_may_mend_its_answer(small: Small) -> None:
    measure = small.measure()
    (row,) = give(small, measure)
    reply_instruction(row, actor=small.clerk, version=1, reply=" 已办结 ")
    assert (row.reply, row.replied_by_name, row.version) == ("已办结", small.clerk.name, 2)
    assert not waiting_for(small.clerk).instructions.exists()
    told = Delivery.objects.get(key__startswith="instruction-reply:")
    assert told.recipient == small.secretary
    reply_instruction(row, actor=small.clerk, version=2, reply="已办结，收回3万元")
    actions = list(
        Event.objects.filter(object_type="instruction").order_by("seq").values_list(
            "action", flat=True
        )
    )  # fmt: skip
    assert actions == ["instruction.give", "instruction.reply", "instruction.rewrite"]
    said = " ".join(one.sentence for one in history(measure))
    assert "批示" in said and "答复批示" in said and "收回3万元" in said
    assert "None" not in said and "instruction" not in said


def test_the_section_addressed_answers_and_no_other(small: Small) -> None:
    (row,) = give(small, None, to=Addressed(sections=[small.supporting]))
    for who in ("clerk", "stranger", "leader", "secretary", "party_member", "discipline"):
        assert not may_reply(row, getattr(small, who)), who
        with pytest.raises(NotAllowed):
            reply_instruction(row, actor=getattr(small, who), version=1, reply="代答")
    reply_instruction(row, actor=small.helper, version=1, reply="已核对")
    assert Instruction.objects.get(pk=row.pk).reply == "已核对"


def test_the_office_answers_on_behalf_and_says_for_whom(small: Small) -> None:
    (row,) = give(small, small.measure())
    reply_instruction(row, actor=small.office, version=1, reply="已督办")
    assert row.replied_by_name == f"{small.office.name}（代业务科答复）"


def test_a_foreign_office_answers_nothing(small: Small, neighbour: Small) -> None:
    (row,) = give(small, small.measure())
    with pytest.raises(NotAllowed):
        reply_instruction(row, actor=neighbour.office, version=1, reply="越界")


def test_two_answers_at_once_the_second_sees_the_first(small: Small) -> None:
    (row,) = give(small, small.measure())
    second = Instruction.objects.get(pk=row.pk)
    reply_instruction(row, actor=small.clerk, version=1, reply="先答")
    with pytest.raises(StaleVersion) as stale:
        reply_instruction(second, actor=small.office, version=1, reply="后答")
    assert stale.value.current.reply == "先答"
    with pytest.raises(Refused, match="请填写办理情况"):
        reply_instruction(row, actor=small.clerk, version=2, reply=" ")
    with pytest.raises(ValidationError):
        Instruction(inspection=small.inspection, text="x", given_on=TODAY).validate_constraints()


def test_a_closed_measure_can_still_be_answered_for_but_not_an_archived_inspection(
    small: Small,
) -> None:
    measure = small.measure()
    (row,) = give(small, measure)
    Measure.objects.filter(pk=measure.pk).update(
        status="completed", completed_on=TODAY, closed_at=now()
    )
    reply_instruction(row, actor=small.clerk, version=1, reply="已办结")
    small.inspection.archived_at = now()
    small.inspection.save()
    with pytest.raises(Refused):
        reply_instruction(row, actor=small.clerk, version=2, reply="再改")


def listed_as_late(row: Instruction) -> bool:
    late: bool = Instruction.objects.annotate(late=is_late()).values_list("late", flat=True).get(
        pk=row.pk
    )  # fmt: skip
    return late


def test_it_is_overdue_the_day_after_it_was_due_until_answered(small: Small) -> None:
    (row,) = give(small, small.measure(), due_on=TODAY)
    assert not is_overdue(row) and not listed_as_late(row)
    with at(noon(TODAY + timedelta(days=1))):
        assert is_overdue(row) and listed_as_late(row)
        reply_instruction(row, actor=small.clerk, version=1, reply="已办")
        assert not is_overdue(row) and not listed_as_late(row)


def test_who_may_read_them(small: Small, neighbour: Small) -> None:
    (on_measure,) = give(small, small.measure())
    (to_section,) = give(small, None, to=Addressed(sections=[small.other]))
    seen = {
        who: set(instructions_of(small.inspection, getattr(small, who)))
        for who in ("office", "secretary", "discipline", "party_member", "clerk", "helper",
                    "stranger", "leader", "other_leader", "sysadmin", "auditor")
    }  # fmt: skip
    both = {on_measure, to_section}
    assert seen == {
        "office": both, "secretary": both, "discipline": both, "party_member": both,
        "clerk": {on_measure}, "helper": {on_measure}, "stranger": {to_section},
        "leader": {on_measure}, "other_leader": set(), "sysadmin": set(), "auditor": set(),
    }  # fmt: skip
    assert not instructions_of(small.inspection, neighbour.office).exists()
