"""What is suggested for a directed check, and that it costs the same for one measure and many."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.domain.look_back import pick
from measures.domain.look_back_suspicions import reason_of, suspected
from measures.domain.progress import write_progress
from measures.domain.reporting import report
from measures.enums import EvidenceKind, MoneyKind, Status
from measures.models import Evidence, Measure, MoneyOutcome, WeeklyRound
from rectify.lib.clock import at, now
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon


def found(small: Small) -> dict[str, list[Measure]]:
    return {one.suspicion.key: one.measures for one in suspected(small.inspection)}


def paid(small: Small, measure: Measure, fen: int = 500_00) -> MoneyOutcome:
    row = MoneyOutcome.objects.create(
        inspection=small.inspection, kind=MoneyKind.REFUND, due_fen=500_00, paid_fen=fen,
        voucher="收据1号", happened_on=TODAY,
    )  # fmt: skip
    row.measures.add(measure)
    return row


def of_kind(measure: Measure, kind: EvidenceKind) -> None:
    Evidence.objects.filter(links__measure=measure).update(kind=kind)


def test_nothing_is_doubtful_about_an_ordinary_measure(small: Small) -> None:
    small.completed()
    assert found(small) == {"no_voucher": [], "on_the_day": [], "only_words": [], "stalled": []}


def test_money_paid_without_a_voucher_file(small: Small) -> None:
    bare, proved, filed, owed, gone = (small.completed() for _ in range(5))
    for measure in (bare, proved):
        paid(small, measure)
    of_kind(proved, EvidenceKind.VOUCHER)
    with_file = paid(small, filed)
    MoneyOutcome.objects.filter(pk=with_file.pk).update(
        voucher_file=Evidence.objects.filter(links__measure=proved)[0]
    )
    paid(small, owed, fen=0)
    archived = paid(small, gone)
    MoneyOutcome.objects.filter(pk=archived.pk).update(archived_at=now())
    assert found(small)["no_voucher"] == [bare]


def test_closed_on_the_very_day_as_shanghai_counts_it(small: Small) -> None:
    on_the_day, next_day = small.completed(due_on=TODAY), small.completed(due_on=TODAY)
    late = noon(TODAY) + timedelta(hours=11)
    Measure.objects.filter(pk=on_the_day.pk).update(closed_at=late)
    Measure.objects.filter(pk=next_day.pk).update(closed_at=late + timedelta(hours=2))
    assert found(small)["on_the_day"] == [on_the_day]


@pytest.mark.parametrize(
    ("kind", "doubtful"),
    [
        (EvidenceKind.MEETING, True),
        (EvidenceKind.RULE, True),
        (EvidenceKind.PHOTO, False),
        (EvidenceKind.VOUCHER, False),
    ],
)
def test_only_meetings_or_rules_prove_it(small: Small, kind: EvidenceKind, doubtful: bool) -> None:
    measure = small.completed()
    of_kind(measure, kind)
    assert found(small)["only_words"] == [measure] * doubtful


def stood_still(small: Small, measure: Measure, weeks: list[int]) -> None:
    """No change reported in the weeks, counted from five weeks ago; completed today."""
    first = MONDAY - timedelta(weeks=5)
    for number in weeks:
        monday = first + timedelta(weeks=number)
        with at(noon(monday)):
            write_progress(measure, actor=small.clerk, week_start=monday, no_change=True)
    report(
        measure, actor=small.clerk, version=Measure.objects.get(pk=measure.pk).version,
        values={"status": Status.COMPLETED, "result_text": "已建。"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("weeks", "doubtful"), [([0, 1, 2], True), ([1, 2, 3, 4], True), ([0, 1, 3, 4], False)]
)
def test_three_rounds_running_without_change_then_completed(
    small: Small, weeks: list[int], doubtful: bool
) -> None:
    for number in range(5):
        monday = MONDAY - timedelta(weeks=5 - number)
        WeeklyRound.objects.create(
            inspection=small.inspection, week_start=monday, opened_at=noon(monday),
            due_at=noon(monday + timedelta(days=3)),
        )  # fmt: skip
    measure = small.measure(due_on=date(2024, 6, 30))
    stood_still(small, measure, weeks)
    assert found(small)["stalled"] == [measure] * doubtful


def test_what_is_being_checked_is_not_suggested_again(small: Small) -> None:
    measure = small.completed()
    of_kind(measure, EvidenceKind.RULE)
    pick(measure, actor=small.discipline, reason=reason_of("only_words"))
    assert found(small)["only_words"] == []
    assert reason_of("nonsense") == ""


def test_nothing_of_another_bureau_is_suggested(small: Small, neighbour: Small) -> None:
    theirs = neighbour.completed()
    of_kind(theirs, EvidenceKind.RULE)
    assert found(small)["only_words"] == []
    assert found(neighbour)["only_words"] == [theirs]


def test_the_number_of_queries_is_fixed(small: Small) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            measure = small.completed()
            of_kind(measure, EvidenceKind.RULE)
            paid(small, measure)
        with CaptureQueriesContext(connection) as queries:
            suspected(small.inspection)
        counts.append(len(queries))
    assert counts == [5, 5]  # and one where something stood still
