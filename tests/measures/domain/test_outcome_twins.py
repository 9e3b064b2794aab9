"""What looks entered already: spelled otherwise, of the same day, of the same amount."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from measures.domain.outcome_twins import LikelyTwins, normal_title, title_key
from measures.domain.outcomes import add_outcome, edit_outcome
from measures.enums import MeetingKind, MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import (
    CountOutcome,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from measures.models.outcomes import Outcome
from rectify.accounts.models import User
from tests.measures.domain.small_bureau import TODAY, Small

YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("《台账办法》", "台账办法"),
        (" 《台账办法（试行）》 ", "台账办法（试行）"),
        ("《《台账办法》》", "台账办法"),
        ("关于印发《台账办法》的通知", "关于印发《台账办法》的通知"),
        ("《甲办法》和《乙办法》", "《甲办法》和《乙办法》"),
        ("《", "《"),
        ("《》", ""),
    ],
)
def test_a_title_is_stored_without_the_marks_around_it(typed: str, stored: str) -> None:
    assert normal_title(typed) == stored


@pytest.mark.parametrize(
    "spelling",
    [
        "《台账管理办法(试行)》",
        "台账 管理办法（试行）",
        "台账管理办法　（试行）",
        "〈台账管理办法〔试行〕〉",
        "关于印发《台账管理办法（试行）》的通知",
        "某某局关于印发《台账管理办法（试行）》的通知",
        "关于转发〈台账管理办法（试行）〉的通知",
        "印发《台账管理办法（试行）》",
    ],
)
def test_spellings_of_one_rule_have_one_key(spelling: str) -> None:
    assert title_key(spelling) == title_key("台账管理办法（试行）")


@pytest.mark.parametrize(
    "other",
    ["台账管理办法", "台账管理办法（修订）", "台账管理规定（试行）", "关于做好台账工作的通知"],
)
def test_other_rules_have_other_keys(other: str) -> None:
    assert title_key(other) != title_key("台账管理办法（试行）")


def test_a_notice_of_its_own_is_told_by_what_it_is_about() -> None:
    assert title_key("关于规范公务接待的通知") == title_key("《某局关于规范公务接待的通知》")


def rule(small: Small, title: str, **more: Any) -> RuleOutcome:
    values = {"action": RuleAction.CREATE, "stage": RuleStage.ISSUED, "happened_on": TODAY, **more}
    return RuleOutcome(inspection=small.inspection, title=title, **values)


def money(small: Small, **more: Any) -> MoneyOutcome:
    values = {"kind": MoneyKind.REFUND, "due_fen": 1_200_000, "payer": "张某", **more}
    return MoneyOutcome(inspection=small.inspection, **values)


def meeting(small: Small, **more: Any) -> MeetingOutcome:
    values = {"kind": MeetingKind.SPECIAL, "title": "议题", "happened_on": TODAY, **more}
    return MeetingOutcome(inspection=small.inspection, **values)


def people(small: Small, **more: Any) -> PersonOutcome:
    values = {
        "form": PersonForm.SUMMONS, "persons": 1, "occasions": 1, "happened_on": TODAY, **more,
    }  # fmt: skip
    return PersonOutcome(inspection=small.inspection, **values)


def count(small: Small, **more: Any) -> CountOutcome:
    values = {"label": "签订责任书", "value": 183, "unit": "份", **more}
    return CountOutcome(inspection=small.inspection, **values)


@pytest.mark.parametrize(
    ("make", "same", "other"),
    [
        (meeting, {"title": "换一个议题"}, {"happened_on": YESTERDAY}),
        (meeting, {}, {"kind": MeetingKind.THEORY_STUDY}),
        (people, {"persons": 2, "occasions": 2}, {"form": PersonForm.ADMONITION}),
        (people, {}, {"happened_on": YESTERDAY}),
        (people, {}, {"happened_on": None}),
        (money, {"happened_on": TODAY, "payer": " 张某"}, {"payer": "李某"}),
        (money, {}, {"due_fen": 1_200_001}),
        (money, {}, {"kind": MoneyKind.RECOVERY}),
        (count, {"label": "签订 责任书"}, {"value": 184}),
    ],
)
def test_a_likely_duplicate_is_asked_about_and_another_is_not(
    small: Small, make: Any, same: dict[str, Any], other: dict[str, Any]
) -> None:
    first = add_outcome(make(small), actor=small.office, sure=False)
    with pytest.raises(LikelyTwins, match="可能重复") as asked:
        add_outcome(make(small, **same), actor=small.office, sure=False)
    assert list(asked.value.rows) == [first] and asked.value.field == "confirmed"
    assert add_outcome(make(small, **other), actor=small.office, sure=False).pk
    assert add_outcome(make(small, **same), actor=small.office, sure=True).pk


def test_a_rule_told_as_a_notice_is_asked_about(small: Small) -> None:
    add_outcome(rule(small, "台账办法"), actor=small.office)
    told = rule(small, "关于印发《台账办法》的通知", action=RuleAction.REVISE)
    with pytest.raises(LikelyTwins):
        add_outcome(told, actor=small.office, sure=False)


def test_neither_an_archived_one_nor_one_of_another_bureau_is_a_twin(
    small: Small, neighbour: Small
) -> None:
    row = add_outcome(meeting(small), actor=small.office)
    MeetingOutcome.objects.filter(pk=row.pk).update(archived_at="2024-05-15T00:00:00Z")
    add_outcome(meeting(neighbour), actor=neighbour.office)
    assert add_outcome(meeting(small), actor=small.office, sure=False).pk


def test_a_section_is_told_of_what_it_may_not_see_without_being_shown_it(small: Small) -> None:
    add_outcome(meeting(small), actor=small.office)
    clerk: User = small.clerk
    with pytest.raises(LikelyTwins) as asked:
        add_outcome(meeting(small), actor=clerk, measures=[small.measure()], sure=False)
    assert (list(asked.value.rows), asked.value.unseen) == ([], 1)


def test_a_change_is_asked_about_only_where_it_makes_a_twin(small: Small) -> None:
    add_outcome(meeting(small), actor=small.office)
    row = add_outcome(meeting(small, happened_on=YESTERDAY), actor=small.office)

    def edit(**values: Any) -> Outcome:
        return edit_outcome(row, actor=small.office, version=row.version, values=values, sure=False)

    edit(title="补一个议题")
    with pytest.raises(LikelyTwins):
        edit(happened_on=TODAY)
