"""The list of outcomes: totals by kind, due and paid apart, and the way to each measure."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from measures.domain.outcomes import add_outcome
from measures.enums import MeetingKind, MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import (
    CountOutcome,
    Measure,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from rectify.accounts.models import User
from tests.measures.domain.conftest import small
from tests.measures.domain.small_bureau import ENTERED, TODAY, Small

__all__ = ["small"]


def page(small: Small, kind: str, user: User | None = None, **query: str) -> Any:
    client = Client()
    client.force_login(user or small.office, "django.contrib.auth.backends.ModelBackend")
    address = reverse("outcomes", kwargs={"inspection": small.inspection.public_id})
    return client.get(address, {"kind": kind, **query})


def enter(small: Small, outcome: Any, *measures: Measure) -> Any:
    outcome.inspection = small.inspection
    return add_outcome(outcome, actor=small.office, measures=measures)


def totals(response: Any) -> dict[str, list[str]]:
    return {line.word: list(line.figures) for line in response.context["totals"].lines}


def test_money_is_totalled_by_kind_with_due_and_paid_apart(small: Small) -> None:
    enter(small, MoneyOutcome(kind=MoneyKind.REFUND, due_fen=1_200_000, happened_on=TODAY),
          *[small.measure() for _ in range(3)])  # fmt: skip
    enter(small, MoneyOutcome(kind=MoneyKind.REFUND, due_fen=300_000, paid_fen=100_000,
                              voucher="1", happened_on=TODAY))  # fmt: skip
    enter(small, MoneyOutcome(kind=MoneyKind.LOSS_AVERTED, due_fen=5, happened_on=TODAY))
    shown = totals(page(small, "money"))
    assert shown == {
        "退回资金": ["2", "15,000.00", "1,000.00"],
        "追缴": ["0", "0.00", "0.00"],
        "扣款": ["0", "0.00", "0.00"],
        "挽回损失": ["0", "0.00", "0.00"],
        "避免损失": ["1", "0.05", "0.00"],
    }


def test_rules_persons_and_meetings_are_totalled_by_kind(small: Small) -> None:
    for title, action, stage in (
        ("甲", RuleAction.CREATE, RuleStage.ISSUED),
        ("乙", RuleAction.REVISE, RuleStage.ISSUED),
        ("丙", RuleAction.REPEAL, RuleStage.ISSUED),
        ("丁", RuleAction.CREATE, RuleStage.DRAFT),
    ):
        enter(small, RuleOutcome(title=title, action=action, stage=stage, happened_on=TODAY))
    enter(small, PersonOutcome(form=PersonForm.SUMMONS, persons=2, occasions=3))
    enter(small, MeetingOutcome(kind=MeetingKind.SPECIAL, title="议题"))
    enter(small, CountOutcome(label="签订责任书", value=1183, unit="份"))
    assert totals(page(small, "rule")) == {
        "制定和完善": ["2"], "废止": ["1"], "草案（不计入）": ["1"],
    }  # fmt: skip
    assert totals(page(small, "person"))["约谈"] == ["1", "2", "3"]
    assert totals(page(small, "person"))["诫勉"] == ["0", "0", "0"]
    assert totals(page(small, "meeting"))["专题会议"] == ["1"]
    counts = page(small, "count")
    assert counts.context["totals"] is None and "1,183 份" in counts.content.decode()


def test_each_row_leads_to_its_measures_and_to_its_form(small: Small) -> None:
    measures = [small.measure(text="甲措施"), small.measure(text="乙措施")]
    row = enter(small, MeetingOutcome(kind=MeetingKind.SPECIAL, title="议题"), *measures)
    told = unescape(page(small, "meeting").content.decode())
    for measure in measures:
        assert reverse("measure", kwargs={"measure": measure.public_id}) in told
    assert reverse("outcome_edit", kwargs={"kind": "meeting", "outcome": row.public_id}) in told
    assert reverse("outcome_meeting_new", kwargs={"inspection": small.inspection.public_id}) in told


def test_a_section_changes_from_the_list_only_what_is_its_own(small: Small) -> None:
    led = small.measure()
    others = small.measure(lead_section=small.other)
    own = enter(small, MeetingOutcome(kind=MeetingKind.SPECIAL, title="自己的"), led)
    shared = enter(small, MeetingOutcome(kind=MeetingKind.SPECIAL, title="共有的"), led, others)
    rows = {row.pk: row.edit_url for row in page(small, "meeting", small.clerk).context["rows"]}
    assert rows[own.pk] and not rows[shared.pk]


def test_what_lies_outside_the_counted_days_is_told_as_a_number(small: Small) -> None:
    day = ENTERED - timedelta(days=1)
    enter(small, MeetingOutcome(kind=MeetingKind.SPECIAL, title="进驻前的", happened_on=day))
    enter(small, MeetingOutcome(kind=MeetingKind.SPECIAL, title="今天的", happened_on=TODAY))
    now = page(small, "meeting")
    assert "另有 1 条会议的日期不在统计期内" in now.content.decode()
    assert [row.title for row in now.context["rows"]] == ["今天的"]
