"""Weekly progress: once a week and section, rewritten by version, never after the round closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from measures.domain.progress import return_progress, write_progress, writing_section
from measures.domain.rounds import close_round, open_round
from measures.domain.waiting import waiting_for
from measures.models import Measure, ProgressEntry, WeeklyRound
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.jobs.models import Delivery
from rectify.lib.clock import at
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon


def write(small: Small, measure: Measure, who: str = "clerk", **more: Any) -> ProgressEntry:
    values = {"week_start": MONDAY, "text": "登记3件", **more}
    return write_progress(measure, actor=getattr(small, who), **values)


def statements(small: Small, measure: Measure, **more: Any) -> int:
    """How many statements the write takes, without those that begin and end transactions."""
    row = Measure.objects.select_related("inspection__organization", "lead_section", "leader").get(
        pk=measure.pk
    )
    with CaptureQueriesContext(connection) as queries:
        write(small, row, difficulty="缺人手", **more)
    framing = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not one["sql"].startswith(framing) for one in queries.captured_queries)


def test_writing_with_event_message_and_version_takes_at_most_eight_statements(
    small: Small,
) -> None:
    """Lock, entry, event, chain (read and moved), message; a rewrite reads the row it replaces."""
    measure = small.measure()
    Measure.objects.get(pk=measure.pk).inspection.organization  # noqa: B018 - nothing is cached
    small.clerk.access  # noqa: B018 - read once per request
    assert statements(small, measure) == 7
    assert statements(small, measure, text="登记4件", version=1) == 8


def test_the_lead_section_writes_in_its_own_name(small: Small) -> None:
    entry = write(small, small.measure())
    assert (entry.section, entry.section_name, entry.author, entry.on_behalf, entry.status) == (
        small.led,
        "业务科",
        small.clerk,
        False,
        "not_started",
    )


def test_a_supporting_section_writes_beside_it_as_its_own(small: Small) -> None:
    measure = small.measure()
    write(small, measure)
    entry = write(small, measure, "helper", text="配合核对")
    assert (entry.section, entry.on_behalf) == (small.supporting, False)
    assert ProgressEntry.objects.filter(measure=measure).count() == 2


def test_the_office_writes_for_the_lead_section_and_is_marked(small: Small) -> None:
    entry = write(small, small.measure(), "office")
    assert (entry.section, entry.author_name, entry.on_behalf) == (
        small.led,
        "office（small）",
        True,
    )


@pytest.mark.parametrize(
    "who",
    [
        "stranger",
        "leader",
        "other_leader",
        "party_member",
        "secretary",
        "discipline",
        "sysadmin",
        "auditor",
    ],
)
def test_nobody_else_writes(small: Small, who: str) -> None:
    measure = small.measure()
    events = small.events()
    with pytest.raises(NotAllowed):
        write(small, measure, who)
    assert (ProgressEntry.objects.count(), small.events()) == (
        ProgressEntry.objects.exclude(measure=measure).count(),
        events,
    )


def test_a_neighbour_is_an_outsider(small: Small, neighbour: Small) -> None:
    measure = small.measure()
    for who in ("office", "clerk"):
        with pytest.raises(NotAllowed):
            write_progress(measure, actor=getattr(neighbour, who), week_start=MONDAY, text="x")


def test_a_second_entry_of_the_week_rewrites_the_first(small: Small) -> None:
    measure = small.measure()
    first = write(small, measure)
    again = write(small, measure, text="登记5件", version=first.version)
    assert (again.pk, again.version) == (first.pk, 2)
    assert ProgressEntry.objects.get(measure=measure).text == "登记5件"


@pytest.mark.parametrize("version", [None, 0, 2])
def test_who_did_not_see_the_entry_does_not_overwrite_it(small: Small, version: int | None) -> None:
    measure = small.measure()
    write(small, measure)
    events = small.events()
    with pytest.raises(StaleVersion) as stale:
        write(small, measure, "office", text="另一说法", version=version)
    assert stale.value.current.text == "登记3件"
    assert ProgressEntry.objects.get(measure=measure).author == small.clerk
    assert small.events() == events


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_entry_says_something_or_that_nothing_changed(small: Small, text: str) -> None:
    measure = small.measure()
    with pytest.raises(ValidationError):
        write(small, measure, text=text)
    entry = write(small, measure, text=text, no_change=True)
    assert (entry.text, entry.no_change) == ("", True)


def test_no_change_takes_no_text(small: Small) -> None:
    assert write(small, small.measure(), text="其实有", no_change=True).text == ""


@pytest.mark.parametrize("days", [1, 2, 3, 4, 5, 6])
def test_a_week_is_its_monday(small: Small, days: int) -> None:
    with pytest.raises(ValidationError) as error:
        write(small, small.measure(), week_start=MONDAY - timedelta(days=days))
    assert "week_start" in error.value.message_dict


def test_a_future_week_is_refused_until_its_monday_comes(small: Small) -> None:
    measure = small.measure()
    coming = MONDAY + timedelta(weeks=1)
    with at(noon(coming - timedelta(days=1))), pytest.raises(Refused, match="以后的周次"):
        write(small, measure, week_start=coming)
    with at(noon(coming)):
        assert write(small, measure, week_start=coming).week_start == coming


def test_a_closed_round_takes_nothing_more_from_anybody(small: Small) -> None:
    measure = small.measure()
    round_ = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    entry = write(small, measure)
    close_round(round_, actor=small.office, version=round_.version)
    events = small.events()
    for actor in (small.clerk, small.helper, small.office, SYSTEM):
        with pytest.raises(Refused, match="已结束"):
            write_progress(
                measure, actor=actor, week_start=MONDAY, text="补报", version=entry.version
            )
    assert (ProgressEntry.objects.get(pk=entry.pk).text, small.events()) == ("登记3件", events)


def test_a_round_of_another_inspection_closes_only_itself(small: Small, neighbour: Small) -> None:
    round_ = open_round(neighbour.inspection, actor=neighbour.office, week_start=MONDAY)
    close_round(round_, actor=neighbour.office, version=round_.version)
    assert WeeklyRound.objects.get(pk=round_.pk).closed_at is not None
    write(small, small.measure())


def test_a_measure_without_lead_section_cannot_be_reported_on(small: Small) -> None:
    measure = small.measure(lead_section=None)
    with pytest.raises(Refused, match="牵头科室"):
        write(small, measure, "office")


def test_somebody_of_both_sections_writes_for_the_leading_one(small: Small) -> None:
    measure = small.measure()
    assert writing_section(small.clerk, measure) == small.led
    assert writing_section(small.helper, measure) == small.supporting
    assert writing_section(small.office, measure) == small.led
    assert writing_section(SYSTEM, measure) == small.led


def test_rewriting_clears_a_return(small: Small) -> None:
    measure = small.measure()
    entry = write(small, measure)
    ProgressEntry.objects.filter(pk=entry.pk).update(
        returned_by=small.office, return_reason="写明数量"
    )
    again = write(small, measure, text="登记5件", version=1)
    again.refresh_from_db()
    assert (again.returned_by, again.return_reason) == (None, "")


def test_the_office_returns_an_entry_and_it_is_marked_until_rewritten(small: Small) -> None:
    measure = small.measure()
    entry = write(small, measure)
    return_progress(entry, actor=small.office, version=1, reason=" 写明数量 ")
    entry.refresh_from_db()
    assert (entry.returned_by, entry.return_reason, entry.version) == (small.office, "写明数量", 2)
    told = Delivery.objects.get(key__startswith="progress-return:")
    assert (told.recipient, "数量" in told.subject + told.body) == (small.clerk, False)
    assert list(waiting_for(small.clerk).returned_entries) == [entry]
    again = write(small, measure, version=2)  # the same words are an answer too
    assert (again.returned_by_id, again.return_reason) == (None, "")
    assert not waiting_for(small.clerk).returned_entries.exists()


@pytest.mark.parametrize(
    "who", ["clerk", "helper", "stranger", "leader", "secretary", "discipline", "sysadmin"]
)
def test_nobody_else_returns_an_entry(small: Small, who: str) -> None:
    entry = write(small, small.measure())
    with pytest.raises(NotAllowed):
        return_progress(entry, actor=getattr(small, who), version=1, reason="写明数量")
    assert ProgressEntry.objects.get(pk=entry.pk).returned_by is None


def test_a_return_says_why_once_and_on_what_was_seen(small: Small, neighbour: Small) -> None:
    entry = write(small, small.measure())
    with pytest.raises(NotAllowed):
        return_progress(entry, actor=neighbour.office, version=1, reason="写明数量")
    with pytest.raises(Refused, match="退回的原因") as refused:
        return_progress(entry, actor=small.office, version=1, reason="  ")
    assert refused.value.field == "return_reason"
    with pytest.raises(ValidationError):
        return_progress(entry, actor=small.office, version=1, reason="长" * 301)
    fresh = ProgressEntry.objects.get(pk=entry.pk)
    with pytest.raises(StaleVersion):
        return_progress(fresh, actor=small.office, version=9, reason="写明数量")
    return_progress(fresh, actor=small.office, version=1, reason="写明数量")
    with pytest.raises(Refused, match="已经退回"):
        return_progress(fresh, actor=small.office, version=2, reason="再退")


def test_nothing_is_returned_after_the_round_closed(small: Small) -> None:
    entry = write(small, small.measure())
    round_ = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(round_, actor=small.office, version=round_.version)
    with pytest.raises(Refused, match="已结束"):
        return_progress(entry, actor=small.office, version=1, reason="写明数量")


def test_an_entry_is_edited_until_its_round_closes_and_keeps_its_mark(small: Small) -> None:
    measure = small.measure()
    write(small, measure, "office")
    entry = write(small, measure, text="科室改", version=1)
    assert (entry.on_behalf, entry.author) == (True, small.clerk)
    round_ = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    assert write(small, measure, text="再改", version=2).version == 3
    close_round(round_, actor=small.office, version=round_.version)
    with pytest.raises(Refused):
        write(small, measure, text="太晚", version=3)


def test_a_difficulty_is_told_to_the_leader_without_its_words(small: Small) -> None:
    entry = write(small, small.measure(), difficulty="缺经费机密")
    told = Delivery.objects.get(recipient=small.leader)
    assert entry.difficulty == "缺经费机密"
    assert "机密" not in told.subject + told.body


def test_the_same_section_cannot_have_two_entries_even_past_the_guard(small: Small) -> None:
    measure = small.measure()
    entry = write(small, measure)
    twin = ProgressEntry(
        measure=measure,
        week_start=MONDAY,
        section=small.led,
        section_name="业务科",
        text="又一",
        status="not_started",
        author_name="x",
        written_at=noon(),
    )
    with pytest.raises(ValidationError, match="本周已填报"):
        twin.validate_constraints()
    assert (entry.week_start, TODAY) == (MONDAY, date(2024, 5, 15))
