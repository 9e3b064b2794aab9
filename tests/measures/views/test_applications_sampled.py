"""未抽核: a close-out that no look-back has confirmed is marked, and counted as of any day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from measures.domain.conditions import counted
from measures.domain.figures import headline, narrowed
from measures.domain.moment import moment_of
from measures.enums import LookBackVerdict
from measures.interfaces.filters import LedgerFilter
from measures.models import LookBack, Measure
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import TODAY, Small, build, noon
from tests.measures.views.acting import client, closed, of, words


@pytest.fixture
def small(db: None) -> Iterator[Small]:
    with at(noon()):
        yield build()


def check(small: Small, measure: Measure, verdict: LookBackVerdict, days: int) -> None:
    LookBack.objects.create(
        measure=measure, pick_reason="抽查", finding="已核对", verdict=verdict,
        issued_at=noon(TODAY + timedelta(days=days)), checked_by=small.discipline,
    )  # fmt: skip


def test_a_close_out_is_unsampled_until_a_look_back_confirms_it_and_before_it_ever_after(
    small: Small,
) -> None:
    measure, other = closed(small), closed(small)
    small.completed()
    check(small, measure, LookBackVerdict.CONFIRMED, days=2)
    LookBack.objects.create(measure=other, pick_reason="抽查", verdict=LookBackVerdict.CONFIRMED)
    with at(noon(TODAY + timedelta(days=5))):
        for days, unsampled in ((0, 2), (1, 2), (2, 1), (5, 1)):
            moment = moment_of(small.inspection, TODAY + timedelta(days=days))
            head = headline(small.inspection, moment, None)
            assert (head["closed"], head["closed_unsampled"]) == (2, unsampled), days
            rows = narrowed(counted(small.inspection, moment, None), "closed_unsampled", moment)
            assert rows.count() == unsampled
        found = LedgerFilter({"figure": "closed_unsampled"}, inspection=small.inspection,
                             user=small.office)  # fmt: skip
        assert list(found.rows) == [other]
        assert [chip.value for chip in found.chips()] == ["未抽核"]


def test_a_denied_close_out_that_was_closed_again_is_not_sampled(small: Small) -> None:
    measure = closed(small)
    check(small, measure, LookBackVerdict.DENIED, days=0)
    head = headline(small.inspection, moment_of(small.inspection), None)
    assert head["closed_unsampled"] == 1
    assert "未抽核" in words(client(small.office).get(of(measure)))


def test_the_page_marks_it_for_everybody_and_the_result_for_who_reads_results(
    small: Small,
) -> None:
    measure = closed(small)
    for who in (small.clerk, small.party_member, small.other_leader):
        assert "未抽核" in words(client(who).get(of(measure)))
    check(small, measure, LookBackVerdict.CONFIRMED, days=0)
    for who in (small.clerk, small.party_member):
        page = words(client(who).get(of(measure)))
        assert "抽核属实" in page and "未抽核" not in page
    page = words(client(small.other_leader).get(of(measure)))
    assert "抽核属实" not in page and "未抽核" not in page
