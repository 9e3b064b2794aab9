"""A card counts exactly the rows that its list shows, whoever asks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from issues.models import Inspection
from measures.domain.conditions import CONDITIONS, counted
from measures.domain.figures import (
    TABLE_KEYS,
    Line,
    by_area,
    by_leader,
    by_section,
    headline,
    narrowed,
)
from measures.domain.moment import Moment, default_as_of, moment_of
from measures.enums import Lamp, Status
from measures.models import Measure, ProgressEntry, WeeklyRound
from tests.conftest import Demo

WHO = ("clerk-training-b", "leader-insurance-b", "oversight", "office")
CASES = [(name, number) for name in ("a", "b") for number in range(4)]


def moments(inspection: Inspection) -> list[Moment]:
    """Today, and the days of the first, a middle and the last round."""
    weeks = list(
        WeeklyRound.objects.filter(inspection=inspection)
        .order_by("week_start")
        .values_list("week_start", flat=True)
    )
    days = [default_as_of(inspection), weeks[0], weeks[len(weeks) // 2], weeks[-1]]
    return [moment_of(inspection, day) for day in days]


def case(demo: Demo, name: str, number: int) -> tuple[Inspection, Moment]:
    inspection: Inspection = getattr(demo, name)
    return inspection, moments(inspection)[number]


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_count_is_the_number_of_rows_that_its_condition_filters(
    demo: Demo, name: str, number: int
) -> None:
    inspection, moment = case(demo, name, number)
    head = headline(inspection, moment, None)
    assert set(head.counts) == set(CONDITIONS)
    for key in CONDITIONS:
        rows = narrowed(counted(inspection, moment, None), key, moment)
        listed = list(rows.in_order().values_list("pk", flat=True))
        assert len(listed) == len(set(listed)), "a join doubled a row"
        assert head[key] == len(listed), key


@pytest.mark.parametrize("name", WHO)
def test_the_same_holds_for_what_each_person_sees(demo: Demo, name: str) -> None:
    user, moment = demo.user(name), moment_of(demo.b)
    head = headline(demo.b, moment, user)
    for key in CONDITIONS:
        rows = narrowed(counted(demo.b, moment, user), key, moment)
        assert head[key] == rows.count(), key
    assert (head["total"] > 0) == (name != "office")


def test_an_unknown_figure_is_a_key_error(demo: Demo) -> None:
    moment = moment_of(demo.a)
    with pytest.raises(KeyError):
        narrowed(counted(demo.a, moment, None), "no_such_figure", moment)


@pytest.mark.parametrize(
    ("name", "number", "who"),
    [
        ("a", 0, None),
        ("a", 2, None),
        ("b", 0, None),
        ("b", 2, "office-b"),
        ("b", 0, "clerk-training-b"),
        ("b", 0, "leader-insurance-b"),
    ],
)
def test_the_three_tables_add_up_to_the_headline(
    demo: Demo, name: str, number: int, who: str | None
) -> None:
    inspection, moment = case(demo, name, number)
    user = demo.user(who) if who else None
    head = headline(inspection, moment, user)
    for table in (by_section, by_leader, by_area):
        lines: list[Line] = table(inspection, moment, user)
        for key in TABLE_KEYS:
            assert sum(line[key] for line in lines) == head[key], (table.__name__, key)


def test_each_line_of_a_table_counts_the_rows_behind_it(demo: Demo) -> None:
    moment = moment_of(demo.b)
    rows = counted(demo.b, moment, None)
    for line in by_section(demo.b, moment, None):
        own = rows.filter(lead_section__public_id=line.key)
        for key in TABLE_KEYS:
            assert narrowed(own, key, moment).count() == line[key], (line.label, key)
    for line in by_leader(demo.b, moment, None):
        own = rows.filter(leader__public_id=line.key)
        for key in TABLE_KEYS:
            assert narrowed(own, key, moment).count() == line[key], (line.label, key)


def test_a_section_that_leads_nothing_prints_its_zero_in_the_fixed_order(demo: Demo) -> None:
    lines = by_section(demo.a, moment_of(demo.a), None)
    assert [line.label for line in lines] == [
        "办公室",
        "政务服务科",
        "政务改革科",
        "数据资源科",
        "信息化项目科",
        "网络安全科",
        "社会诉求科",
        "政务服务中心",
        "数据运营中心",
        "机关党支部",
        "机关纪委",
    ]
    assert next(line for line in lines if line.label == "社会诉求科")["total"] == 0


def test_leaders_stand_in_the_order_of_the_leading_group(demo: Demo) -> None:
    labels = [line.label for line in by_leader(demo.a, moment_of(demo.a), None)]
    assert labels == [
        "党组书记",
        "分管领导（政务服务）",
        "分管领导（数据资源）",
        "分管领导（信息化与安全）",
        "分管领导（党建与人事）",
    ]


def test_unanswered_is_one_number_in_aggregate_in_groups_and_as_rows(demo: Demo) -> None:
    """Also computed here in plain Python from the entries themselves."""
    moment = moment_of(demo.b)
    assert moment.week is not None
    rows: Any = counted(demo.b, moment, None)
    answered = set(
        ProgressEntry.objects.filter(week_start=moment.week).values_list("measure_id", "section_id")
    )
    expected = {
        measure.pk
        for measure in rows
        if measure.status != Status.COMPLETED
        and not (measure.next_report_on and measure.next_report_on > moment.week)
        and not (
            measure.nature == "long_term"
            and measure.status == Status.BASICALLY_DONE
            and measure.next_review_on
            and measure.next_review_on > moment.week
        )
        and (measure.pk, measure.lead_section_id) not in answered
    }
    filtered = set(narrowed(rows, "unanswered", moment).values_list("pk", flat=True))
    assert filtered == expected
    assert len(expected) > 0
    assert headline(demo.b, moment, None)["unanswered"] == len(expected)
    assert sum(line["unanswered"] for line in by_section(demo.b, moment, None)) == len(expected)


@pytest.mark.parametrize(("name", "number"), CASES)
def test_lamps_and_statuses_partition_the_measures(demo: Demo, name: str, number: int) -> None:
    head = headline(*case(demo, name, number), None)
    assert sum(head[f"lamp_{lamp.value}"] for lamp in Lamp) == head["total"]
    assert head["lamp_none"] == head["completed"]
    burning = head["lamp_red"] + head["lamp_yellow"] + head["lamp_green"]
    assert burning == head["open"] == head["total"] - head["completed"]
    assert head["lamp_red"] >= head["overdue"] >= head["basically_overdue"]
    assert sum(head[status.value] for status in Status) == head["total"]
    assert head["started"] == head["total"] - head["not_started"]
    assert head["done"] == head["completed"] + head["basically_done"]
    assert head["completed"] == head["closed"] + head["awaiting_closure"]


def test_the_lamp_in_the_list_is_the_lamp_that_is_counted(demo: Demo) -> None:
    moment = moment_of(demo.b)
    rows: Any = counted(demo.b, moment, None)
    shown = Counter(row.lamp for row in rows)
    head = headline(demo.b, moment, None)
    assert {f"lamp_{key}": value for key, value in shown.items()} == {
        f"lamp_{lamp.value}": head[f"lamp_{lamp.value}"]
        for lamp in Lamp
        if head[f"lamp_{lamp.value}"]
    }


def test_the_public_scope_counts_nothing_that_is_withheld_above(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        rows = counted(inspection, moment_of(inspection), None, public_only=True)
        for measure in rows.select_related("task__issue"):
            kept = (measure.disclosure, measure.task.disclosure, measure.task.issue.disclosure)
            assert set(kept) <= {"", "public"}


def test_a_foreign_bureau_counts_zero_although_its_data_exist(demo: Demo) -> None:
    assert Measure.objects.filter(inspection=demo.a).exists()
    for name in ("office-b", "clerk-training-b", "auditor"):
        head = headline(demo.a, moment_of(demo.a), demo.user(name))
        assert set(head.counts.values()) == {0}, name
        assert head.rates.strict == "—"
        assert by_area(demo.a, moment_of(demo.a), demo.user(name)) == []


def test_the_week_before_is_not_the_moment(demo: Demo) -> None:
    moment = moment_of(demo.b)
    earlier = moment_of(demo.b, moment.as_of - timedelta(days=7))
    assert earlier.week != moment.week
    assert (
        headline(demo.b, earlier, None)["completed"] <= headline(demo.b, moment, None)["completed"]
    )
