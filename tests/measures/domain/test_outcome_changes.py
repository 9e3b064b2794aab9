"""Changing and archiving outcomes, who may, and what the record keeps of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from measures.domain.history import history
from measures.domain.moment import moment_of
from measures.domain.outcome_figures import outcome_figures
from measures.domain.outcome_files import Upload
from measures.domain.outcomes import add_outcome, archive_outcome, changeable, edit_outcome
from measures.enums import MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import Evidence, Measure, MoneyOutcome, PersonOutcome, RuleOutcome
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event
from rectify.lib.clock import now
from tests.measures.domain.small_bureau import TODAY, Small

READERS = ["leader", "helper", "stranger", "secretary", "discipline", "party_member", "sysadmin"]


def money(small: Small, *measures: Measure, actor: User | None = None, **more: Any) -> MoneyOutcome:
    values = {"kind": MoneyKind.REFUND, "due_fen": 100, "happened_on": TODAY, **more}
    outcome = MoneyOutcome(inspection=small.inspection, **values)
    return add_outcome(outcome, actor=actor or small.office, measures=measures)


def edit(row: Any, actor: User, measures: Any = None, **values: Any) -> Any:
    return edit_outcome(row, actor=actor, version=row.version, values=values, measures=measures)


def sentences(measure: Measure) -> str:
    return "\n".join(one.sentence for one in history(measure))


def test_an_outcome_of_three_measures_counts_once_and_stands_in_the_history_of_each(
    small: Small,
) -> None:
    measures = [small.measure() for _ in range(3)]
    money(small, *measures, due_fen=1_200_000)
    line = outcome_figures(small.inspection, moment_of(small.inspection), small.office).money_of(
        MoneyKind.REFUND
    )
    assert (line.rows, line.due_fen) == (1, 1_200_000)
    for measure in measures:
        assert "登记成果：退回资金应缴12,000元、实缴0元。" in sentences(measure)


def test_a_change_is_told_before_and_after_in_words(small: Small) -> None:
    measure, other = small.measure(text="甲措施"), small.measure(text="乙措施")
    row = money(small, measure, other, due_fen=1_200_000)
    edit(row, small.office, kind=MoneyKind.RECOVERY, due_fen=50_000, measures=[measure])
    row.refresh_from_db()
    assert (row.due_fen, row.version, list(row.measures.all())) == (50_000, 2, [measure])
    told = sentences(measure)
    assert "类别由“退回资金”改为“追缴”" in told and "应缴由“12,000元”改为“500元”" in told
    assert "乙措施" not in told
    assert "不再对应成果：追缴应缴500元、实缴0元。" in sentences(other)


def test_an_archived_outcome_no_longer_counts_and_is_read_only(small: Small) -> None:
    measure = small.measure()
    row = money(small, measure)
    with pytest.raises(Refused, match="写明作废的理由"):
        archive_outcome(row, actor=small.office, version=row.version, reason="  ")
    archive_outcome(row, actor=small.office, version=row.version, reason="登记有误")
    figures = outcome_figures(small.inspection, moment_of(small.inspection), small.office)
    assert figures.money_of(MoneyKind.REFUND).rows == 0
    assert "作废成果“退回资金应缴1元、实缴0元”：理由：登记有误。" in sentences(measure)
    for again in (
        lambda: edit(row, small.office, due_fen=5),
        lambda: archive_outcome(row, actor=small.office, version=row.version, reason="再次"),
    ):
        with pytest.raises(Refused, match="已作废"):
            again()


def test_the_second_of_two_who_change_is_told(small: Small) -> None:
    row = money(small)
    edit(MoneyOutcome.objects.get(pk=row.pk), small.office, due_fen=200)
    with pytest.raises(StaleVersion):
        edit(row, small.reviewer, due_fen=300)
    with pytest.raises(StaleVersion):
        archive_outcome(row, actor=small.reviewer, version=row.version, reason="有误")
    row.refresh_from_db()
    assert (row.due_fen, row.archived_at) == (200, None)


def test_a_section_enters_what_the_measures_that_it_leads_brought(small: Small) -> None:
    led = small.measure()
    row = money(small, led, actor=small.clerk)
    edit(row, small.clerk, due_fen=300)
    archive_outcome(row, actor=small.clerk, version=row.version, reason="有误")
    with pytest.raises(Refused, match="选择本科室牵头的措施"):
        money(small, actor=small.clerk)


def test_a_section_does_not_touch_what_others_measures_brought(small: Small) -> None:
    led = small.measure()
    others = small.measure(lead_section=small.other, support_sections=[small.led])
    with pytest.raises(Refused, match="不是本科室牵头") as refused:
        money(small, led, others, actor=small.clerk)
    assert refused.value.field == "measures"
    shared = money(small, led, others)
    assert changeable([shared], small.inspection, small.clerk) == set()
    assert changeable([shared], small.inspection, small.office) == {shared.pk}
    for act in (
        lambda: edit(shared, small.clerk, due_fen=1),
        lambda: edit(shared, small.clerk, measures=[led]),
        lambda: archive_outcome(shared, actor=small.clerk, version=1, reason="有误"),
    ):
        with pytest.raises(NotAllowed):
            act()
    own = money(small, led)
    with pytest.raises(Refused, match="不是本科室牵头"):
        edit(own, small.clerk, measures=[led, others])


def test_a_section_leaves_closed_measures_alone_and_the_office_need_not(small: Small) -> None:
    closed, led = small.completed(), small.measure()
    Measure.objects.filter(pk=closed.pk).update(closed_at=now())
    closed.refresh_from_db()
    with pytest.raises(Refused, match="已销号"):
        money(small, led, closed, actor=small.clerk)
    row = money(small, closed)
    with pytest.raises(NotAllowed):
        edit(row, small.clerk, due_fen=5)
    edit(row, small.office, due_fen=5)


@pytest.mark.parametrize("who", READERS)
def test_nobody_else_enters_or_changes_an_outcome(small: Small, who: str) -> None:
    measure = small.measure()
    row = money(small, measure)
    events = small.events()
    actor = getattr(small, who)
    with pytest.raises(NotAllowed):
        money(small, measure, actor=actor)
    with pytest.raises(NotAllowed):
        edit(row, actor, due_fen=1)
    with pytest.raises(NotAllowed):
        archive_outcome(row, actor=actor, version=row.version, reason="有误")
    assert small.events() == events


def test_another_bureau_is_another_bureau(small: Small, neighbour: Small) -> None:
    row = money(small, small.measure())
    with pytest.raises(NotAllowed):
        edit(row, neighbour.office, due_fen=1)
    with pytest.raises(ValidationError, match="其他巡察"):
        edit(row, small.office, measures=[neighbour.measure()])


def test_an_archived_inspection_takes_no_outcome(small: Small) -> None:
    row = money(small)
    small.inspection.__class__.objects.filter(pk=small.inspection.pk).update(archived_at=now())
    for act in (lambda: money(small), lambda: edit(row, small.office, due_fen=1)):
        with pytest.raises(Refused, match="归档"):
            act()


def test_the_same_rule_is_refused_beside_its_title(small: Small) -> None:
    def rule(title: str) -> RuleOutcome:
        return add_outcome(
            RuleOutcome(inspection=small.inspection, title=title, action=RuleAction.CREATE,
                        stage=RuleStage.DRAFT),
            actor=small.office,
        )  # fmt: skip

    rule("台账办法")
    other = rule("接待办法")
    for act in (lambda: rule("台账办法"), lambda: edit(other, small.office, title="台账办法")):
        with pytest.raises(ValidationError) as refused:
            act()
        assert set(refused.value.message_dict) == {"title"}


def test_an_uploaded_voucher_is_evidence_of_the_open_measures(small: Small) -> None:
    measures = [small.measure(), small.measure()]

    def upload() -> Upload:
        return Upload(io.BytesIO(b"voucher"), "凭证.pdf", 7, "voucher_file")

    row = MoneyOutcome(inspection=small.inspection, kind=MoneyKind.REFUND, due_fen=1)
    add_outcome(row, actor=small.clerk, measures=measures, upload=upload())
    assert row.voucher_file is not None
    assert {link.measure for link in row.voucher_file.links.all()} == set(measures)
    edit_outcome(row, actor=small.clerk, version=1, values={}, upload=upload())
    assert Evidence.objects.filter(inspection=small.inspection).count() == 1
    with pytest.raises(Refused, match="请先勾选") as refused:
        edit_outcome(
            row, actor=small.office, version=row.version, values={}, measures=[], upload=upload()
        )
    assert refused.value.field == "upload"


def test_names_stand_neither_in_labels_nor_in_a_history(small: Small) -> None:
    measure = small.measure()
    row = PersonOutcome(
        inspection=small.inspection, form=PersonForm.SUMMONS, persons=1, occasions=1, names="张三"
    )
    add_outcome(row, actor=small.office, measures=[measure])
    edit(row, small.office, names="李四")
    edit(row, small.office, persons=2, occasions=2)
    labels = Event.objects.filter(object_type="personoutcome").values_list(
        "object_label", flat=True
    )
    assert labels and not any("张三" in label or "李四" in label for label in labels)
    assert "张三" not in sentences(measure) and "李四" not in sentences(measure)
    assert "人数由“1”改为“2”" in sentences(measure)
