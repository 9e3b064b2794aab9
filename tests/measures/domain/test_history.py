"""A measure's history reads as Chinese sentences and costs a fixed number of queries."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from measures.domain.history import history
from measures.domain.measures import edit_measure
from measures.domain.paper import Paper
from measures.domain.reporting import report
from measures.enums import Status
from measures.models import Measure
from rectify.lib.clock import today
from tests.conftest import Demo


def test_a_step_of_status_is_told_with_from_and_to(demo: Demo) -> None:
    measure = demo.measure(demo.b, status=Status.IN_PROGRESS)
    office = demo.user("office-b")
    report(
        measure,
        actor=office,
        version=measure.version,
        values={"status": Status.BASICALLY_DONE, "result_text": "已印发。" * 10},
    )
    newest = history(measure)[0]
    assert newest.who == office.name
    assert newest.sentence.startswith("填报：完成状态由“正在推进”改为“基本完成”；")
    assert "整改情况" in newest.sentence and "已印发" not in newest.sentence
    assert [change.after for change in newest.long_changes] == ["已印发。" * 10]


def test_a_step_back_tells_its_reason(demo: Demo) -> None:
    measure = demo.measure(demo.b, status=Status.BASICALLY_DONE, closed_at__isnull=True)
    report(
        measure,
        actor=demo.user("office-b"),
        version=measure.version,
        values={"status": Status.IN_PROGRESS},
        reason="材料不全",
    )
    assert "退回状态，理由：材料不全。" in {one.sentence for one in history(measure)}


def test_people_and_sections_are_told_by_name(demo: Demo) -> None:
    measure = demo.measure(demo.b, closed_at__isnull=True, leader__isnull=False)
    before = measure.leader_name
    other = demo.user("leader-party-b")
    assert measure.leader != other
    edit_measure(
        measure,
        actor=demo.user("office-b"),
        version=measure.version,
        values={"leader": other},
        reason="分工调整",
        paper=Paper(decided_by_name="局长", decided_on=today()),
    )
    assert f"责任领导由“{before}”改为“{other.name}”" in history(measure)[0].sentence


def test_no_sentence_shows_a_column_name_a_key_or_a_code(demo: Demo) -> None:
    for measure in Measure.objects.filter(inspection=demo.b)[:12]:
        for one in history(measure):
            assert not set("_{}[]") & set(one.head), one.sentence
            for change in one.changes:
                assert change.bare or not change.label.isascii()
                assert change.after not in Status.values, one.sentence


def test_the_number_of_queries_does_not_grow_with_the_history(
    demo: Demo, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    busy = max(
        Measure.objects.filter(inspection=demo.b), key=lambda measure: measure.entries.count()
    )
    quiet = min(
        Measure.objects.filter(inspection=demo.b), key=lambda measure: measure.entries.count()
    )
    lengths = []
    for measure in (busy, quiet):
        with django_assert_num_queries(10):
            lengths.append(len(history(measure)))
    assert lengths[0] > lengths[1]


@pytest.mark.parametrize("code", ["a", "b"])
def test_history_is_newest_first_and_begins_with_the_creation(demo: Demo, code: str) -> None:
    measure = demo.measure(getattr(demo, code))
    told = history(measure)
    assert told[-1].head == "建立了这条措施"
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
