"""The ledger's filter: the same rows as the figures, and nothing out of sight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict

from issues.models import Inspection
from measures.domain.conditions import CONDITIONS
from measures.domain.figures import by_area, by_leader, by_section, headline
from measures.enums import Status
from measures.interfaces.filters import LedgerFilter
from measures.models import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.lib.clock import today
from tests.conftest import Demo

READERS = [
    "office-b",
    "clerk-labor-b",
    "leader-labor-b",
    "party-member-b",
    "oversight",
    "discipline",
]


def narrowed(inspection: Inspection, user: User, query: str) -> LedgerFilter:
    return LedgerFilter(QueryDict(query), inspection=inspection, user=user)


@pytest.mark.parametrize("reader", READERS)
def test_each_figure_opens_as_many_rows_as_it_counts(demo: Demo, reader: str) -> None:
    user = demo.user(reader)
    moment = narrowed(demo.b, user, "").moment
    counts = headline(demo.b, moment, user)
    for key in CONDITIONS:
        assert narrowed(demo.b, user, f"figure={key}").rows.count() == counts[key], key


def test_each_line_of_each_table_opens_its_rows_on_any_day(demo: Demo) -> None:
    user = demo.user("office-b")
    for day in (today(), today() - timedelta(weeks=5)):
        moment = narrowed(demo.b, user, f"as_of={day}").moment
        tables = {
            "section": by_section(demo.b, moment, user),
            "leader": by_leader(demo.b, moment, user),
            "area": by_area(demo.b, moment, user),
        }
        for name, lines in tables.items():
            for line in lines:
                query = f"{name}={line.key or 'none'}&figure=overdue&as_of={day}"
                found = narrowed(demo.b, user, query)
                assert not found.ignored
                assert found.rows.count() == line["overdue"], (name, line.label)


def test_a_foreign_bureau_finds_nothing_where_rows_exist(demo: Demo) -> None:
    assert Measure.objects.filter(inspection=demo.b).exists()
    assert narrowed(demo.b, demo.user("office"), "").rows.count() == 0


def test_a_section_is_offered_only_what_its_own_measures_name(demo: Demo) -> None:
    clerk, office = demo.user("clerk-labor-b"), demo.user("office-b")
    for name in ("area", "issue", "section", "leader"):
        mine = set(narrowed(demo.b, clerk, "").ids[name])
        assert mine < set(narrowed(demo.b, office, "").ids[name]), name


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("area=x", "方面"), ("issue=1", "问题"), ("status=finished", "完成状态"),
        ("lamp=blue", "亮灯"), ("figure=drop table", "指标"), ("as_of=2999.1.1", "截至"),
        ("as_of=soon", "截至"), ("nature=none", "整改类型"), (f"q={'长' * 101}", "搜索"),
    ],
)  # fmt: skip
def test_a_value_that_means_nothing_is_left_out_and_named(
    demo: Demo, query: str, label: str
) -> None:
    found = narrowed(demo.b, demo.user("office-b"), query)
    assert found.rows.count() == Measure.objects.filter(inspection=demo.b).count()
    assert found.ignored == [label]
    assert found.chips() == []


def test_an_area_of_another_inspection_is_left_out(demo: Demo) -> None:
    area = demo.a.areas.first()
    assert area is not None
    assert narrowed(demo.b, demo.user("office-b"), f"area={area.public_id}").ignored == ["方面"]


def test_words_are_found_in_text_titles_names_and_pinyin(demo: Demo) -> None:
    user = demo.user("office-b")
    measure = demo.measure(demo.b, leader__isnull=False, lead_section__isnull=False)
    assert measure.leader is not None and measure.owner is not None
    leader = measure.leader
    for word in (
        measure.text[3:12], measure.task.title, measure.task.issue.title[:6],
        measure.task.issue.area.title[:6], leader.name, leader.pinyin[:12],
        leader.pinyin_initials.upper(), measure.lead_section_name, measure.owner.name,
        leader.name.replace("（", "(").replace("）", ")"),
    ):  # fmt: skip
        query = QueryDict(mutable=True)
        query["q"] = word
        found = LedgerFilter(query, inspection=demo.b, user=user)
        assert found.rows.filter(pk=measure.pk).exists(), word
    assert not narrowed(demo.b, user, "q=没有这样的词").rows.exists()


def test_a_search_finds_a_result_only_for_those_who_read_results(demo: Demo) -> None:
    measure = (
        Measure.objects.filter(inspection=demo.b).exclude(result_text="").order_by("pk").last()
    )
    assert measure is not None
    query = QueryDict(mutable=True)
    query["q"] = measure.result_text[:15]
    counts = {
        name: LedgerFilter(query, inspection=demo.b, user=demo.user(name)).rows.count()
        for name in ("office-b", "party-member-b", "oversight")
    }
    assert counts["office-b"] and counts["party-member-b"]
    assert counts["oversight"] == 0


def test_a_search_finds_an_owner_only_for_those_who_read_all(demo: Demo) -> None:
    measure = demo.measure(demo.b, owner__isnull=False)
    query = QueryDict(mutable=True)
    query["q"] = measure.owner_name
    for name, finds in (("office-b", True), ("party-member-b", False), ("oversight", False)):
        user = demo.user(name)
        assert bool(user.access.whole(Ability.SEE_FULL)) == finds
        assert LedgerFilter(query, inspection=demo.b, user=user).rows.exists() == finds


def test_chips_name_each_choice_and_lead_to_the_rest(demo: Demo) -> None:
    query = f"status={Status.IN_PROGRESS}&q=培训&figure=open"
    chips = narrowed(demo.b, demo.user("office-b"), query).chips()
    assert [(chip.label, chip.value) for chip in chips] == [
        ("完成状态", "正在推进"), ("指标", "未完成"), ("搜索", "培训"),
    ]  # fmt: skip
    assert "status" not in chips[0].without and "figure=open" in chips[0].without
