"""Creating and editing measures: versions, the frozen plan, people of the bureau, read-only."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from measures.domain.applications import decide
from measures.domain.closure import apply_closure
from measures.domain.measures import add_measure, edit_measure
from measures.domain.paper import Paper
from measures.domain.plan_rows import place_of
from measures.domain.progress import write_progress
from measures.domain.reporting import report
from measures.enums import Nature, Status, Verdict
from measures.models import Adjustment, Measure, MeasureState
from measures.rules import EDIT_FIELDS, PLAN_FIELDS
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small


def stored(measure: Measure) -> dict[str, Any]:
    """The whole row as the database has it."""
    return dict(Measure.objects.filter(pk=measure.pk).values().get())


def test_a_new_measure_carries_names_place_and_a_first_state(small: Small) -> None:
    measure = small.measure(co_leaders=[small.other_leader], owner=small.clerk)
    assert (measure.leader_name, measure.lead_section_name, measure.owner_name) == (
        "leader（small）",
        "业务科",
        "clerk（small）",
    )
    assert [row.name for row in measure.co_leads.all()] == ["other_leader（small）"]
    assert [row.name for row in measure.supports.all()] == ["财务科"]
    assert measure.place == 1_001_001_001 == place_of(small.task, 1)
    state = MeasureState.objects.get(measure=measure)
    assert (state.status, state.leader_id, state.valid_to) == (
        Status.NOT_STARTED,
        small.leader.pk,
        None,
    )


def test_measures_follow_each_other_in_their_task(small: Small) -> None:
    places = [small.measure().place for _ in range(3)]
    assert places == sorted(places)
    assert [measure.position for measure in Measure.objects.filter(task=small.task)] == [1, 2, 3]


@pytest.mark.parametrize(
    "who",
    [
        "clerk",
        "leader",
        "party_member",
        "secretary",
        "discipline",
        "sysadmin",
        "secadmin",
        "auditor",
    ],
)
def test_only_the_office_creates_and_edits(small: Small, who: str) -> None:
    measure = small.measure()
    before, events = stored(measure), small.events()
    with pytest.raises(NotAllowed):
        add_measure(small.task, actor=getattr(small, who), text="另立台账")
    with pytest.raises(NotAllowed):
        edit_measure(
            measure, actor=getattr(small, who), version=measure.version, values={"text": "改写"}
        )
    assert (stored(measure), small.events()) == (before, events)
    assert Measure.objects.filter(task=small.task).count() == 1


def test_the_office_of_another_bureau_is_an_outsider(small: Small, neighbour: Small) -> None:
    measure = small.measure()
    with pytest.raises(NotAllowed):
        edit_measure(measure, actor=neighbour.office, version=1, values={"text": "改写"})
    with pytest.raises(NotAllowed):
        add_measure(small.task, actor=neighbour.office, text="越权")


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_measure_needs_words(small: Small, text: str) -> None:
    with pytest.raises(ValidationError):
        small.measure(text=text)
    assert not Measure.objects.filter(task=small.task).exists()


def test_nobody_of_another_bureau_can_be_named(small: Small, neighbour: Small) -> None:
    foreign: list[dict[str, Any]] = [
        {"leader": neighbour.leader},
        {"owner": neighbour.clerk},
        {"co_leaders": [neighbour.leader]},
        {"lead_section": neighbour.led},
        {"support_sections": [neighbour.led]},
    ]
    measure = small.measure()
    events = small.events()
    for values in foreign:
        with pytest.raises(ValidationError):
            small.measure(**values)
        with pytest.raises(ValidationError):
            edit_measure(measure, actor=small.office, version=1, values=values)
    assert Measure.objects.filter(task=small.task).count() == 1
    assert small.events() == events


def test_an_edit_moves_the_version_once_and_is_recorded_once(small: Small) -> None:
    measure = small.measure()
    events = small.events()
    edit_measure(
        measure,
        actor=small.office,
        version=1,
        values={"text": "建立电子台账", "goal": "账实相符", "support_sections": [small.other]},
    )
    row = stored(measure)
    assert (row["text"], row["goal"], row["version"]) == ("建立电子台账", "账实相符", 2)
    assert [support.name for support in measure.supports.all()] == ["综合科"]
    assert small.events() == events + 1


def test_saving_what_is_there_already_changes_nothing(small: Small) -> None:
    measure = small.measure()
    before, events = stored(measure), small.events()
    edit_measure(
        measure,
        actor=small.office,
        version=1,
        values={
            "text": measure.text,
            "leader": small.leader,
            "support_sections": [small.supporting],
        },
    )
    assert (stored(measure), small.events()) == (before, events)


def test_of_two_writers_the_second_is_refused_and_nothing_of_theirs_is_kept(small: Small) -> None:
    one = small.measure()
    two = Measure.objects.get(pk=one.pk)
    edit_measure(one, actor=small.office, version=1, values={"goal": "先到"})
    before, events = stored(one), small.events()
    with pytest.raises(StaleVersion) as stale:
        edit_measure(
            two,
            actor=small.reviewer,
            version=1,
            values={"goal": "后到", "support_sections": [small.other]},
        )
    assert stale.value.current.goal == "先到"
    assert (stored(one), small.events()) == (before, events)
    assert [row.name for row in one.supports.all()] == ["财务科"]
    assert not Adjustment.objects.exists()


@pytest.mark.parametrize("version", [0, 2, 99, -1])
def test_no_other_version_than_the_stored_one_is_taken(small: Small, version: int) -> None:
    measure = small.measure()
    with pytest.raises(StaleVersion):
        edit_measure(measure, actor=small.office, version=version, values={"goal": "猜"})
    assert stored(measure)["goal"] == ""


def test_a_value_the_model_refuses_leaves_row_and_version_alone(small: Small) -> None:
    measure = small.measure()
    before, events = stored(measure), small.events()
    for values in ({"text": ""}, {"nature": "forever"}, {"deadline_text": "长" * 101}):
        with pytest.raises(ValidationError):
            edit_measure(measure, actor=small.office, version=1, values=values)
        # What the form is shown again with must still name the version it was opened with.
        assert measure.version == 1
        measure.refresh_from_db()
    assert (stored(measure), small.events()) == (before, events)


@pytest.mark.parametrize(
    "name",
    [
        "status",
        "closed_at",
        "completed_on",
        "organization",
        "version",
        "public_id",
        "result_text",
        "archived_at",
    ],
)
def test_columns_with_a_life_of_their_own_are_not_edited_here(small: Small, name: str) -> None:
    measure = small.measure()
    assert name not in EDIT_FIELDS
    with pytest.raises(ValueError, match="not editable"):
        edit_measure(measure, actor=small.office, version=1, values={name: "x"})


SIGNED = Paper(decided_by_name="党组会议", decided_on=date(2024, 5, 10), meeting="党组第5次会议")
PLAN_CHANGES: dict[str, Any] = {
    "text": "另建台账",
    "goal": "全部入账",
    "deadline_text": "2024年7月底前",
    "due_on": date(2024, 7, 31),
    "nature": Nature.LONG_TERM,
}


@pytest.mark.parametrize("name", sorted(PLAN_FIELDS))
def test_once_the_plan_is_frozen_a_change_of_it_needs_a_reason_and_is_kept(
    small: Small, name: str
) -> None:
    measure = small.measure()
    small.freeze_plan()
    people: dict[str, Any] = {
        "leader": small.other_leader,
        "lead_section": small.other,
        "owner": small.clerk,
        "co_leaders": [small.other_leader],
        "support_sections": [],
    }
    values = {name: (PLAN_CHANGES | people)[name]}
    before, events = stored(measure), small.events()
    for reason in ("", "   "):
        with pytest.raises(Refused) as refusal:
            edit_measure(measure, actor=small.office, version=1, values=values, reason=reason)
        assert refusal.value.field == "reason"
    measure.refresh_from_db()
    assert (stored(measure), small.events()) == (before, events)
    with pytest.raises(Refused, match="须经审定"):
        edit_measure(measure, actor=small.office, version=1, values=values, reason="财政要求")
    edit_measure(
        measure, actor=small.office, version=1, values=values, reason=" 财政要求 ", paper=SIGNED
    )
    kept = Adjustment.objects.get(measure=measure)
    assert (kept.reason, kept.applied_by, set(kept.changes)) == ("财政要求", small.office, {name})
    assert kept.changes[name][0] != kept.changes[name][1]


def test_what_the_plan_does_not_say_may_change_without_a_reason(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edit_measure(
        measure,
        actor=small.office,
        version=1,
        values={"remark": "已核对", "root_cause": "无专人", "text": measure.text},
    )
    assert not Adjustment.objects.exists()


def test_a_stale_edit_of_a_frozen_plan_leaves_no_adjustment(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    with pytest.raises(StaleVersion):
        edit_measure(measure, actor=small.office, version=7, values={"goal": "x"}, reason="急",
                     paper=SIGNED)  # fmt: skip
    assert not Adjustment.objects.exists()


def test_a_measure_added_to_a_frozen_plan_is_an_adjustment(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    with pytest.raises(Refused) as refusal:
        small.measure(text="新增核对")
    assert refusal.value.field == "reason"
    added = small.measure(text="新增核对", reason="发现新问题", paper=SIGNED)
    assert Adjustment.objects.get(measure=added).changes == {"text": [None, "新增核对"]}


def test_a_closed_measure_is_read_only_for_everybody(small: Small) -> None:
    measure = small.completed()
    application = apply_closure(measure, actor=small.clerk)
    application = decide(
        application, actor=small.office, version=application.version, verdict=Verdict.ACCEPTED
    )
    decide(application, actor=small.leader, version=application.version, verdict=Verdict.ACCEPTED)
    measure.refresh_from_db()
    before, events = stored(measure), small.events()
    for actor in (small.office, SYSTEM):
        with pytest.raises(Refused, match="已销号"):
            edit_measure(measure, actor=actor, version=measure.version, values={"goal": "改"})
        with pytest.raises(Refused, match="已销号"):
            report(
                measure,
                actor=actor,
                version=measure.version,
                values={"status": Status.IN_PROGRESS},
                reason="反悔",
            )
        with pytest.raises(Refused, match="已销号"):
            write_progress(measure, actor=actor, week_start=MONDAY, text="补记")
        with pytest.raises(Refused, match="已销号"):
            apply_closure(measure, actor=actor)
    assert (stored(measure), small.events()) == (before, events)


def test_an_archived_measure_is_read_only_too(small: Small) -> None:
    measure = small.measure()
    Measure.objects.filter(pk=measure.pk).update(archived_at="2024-05-15T00:00:00Z")
    measure.refresh_from_db()
    with pytest.raises(Refused, match="已归档"):
        edit_measure(measure, actor=small.office, version=1, values={"goal": "改"})


def test_a_name_is_kept_as_it_was_when_it_was_chosen(small: Small) -> None:
    measure = small.measure()
    small.led.name = "业务一科"
    small.led.save()
    edit_measure(measure, actor=small.office, version=1, values={"goal": "改"})
    assert stored(measure)["lead_section_name"] == "业务科"
    edit_measure(measure, actor=small.office, version=2, values={"lead_section": None})
    assert (stored(measure)["lead_section_name"], TODAY.year) == ("", 2024)
