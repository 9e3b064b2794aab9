"""回头看: private until it is issued; a denial reopens the measure, the past stays as it was."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from issues.models import Inspection
from measures.domain.applications import decide
from measures.domain.closure import apply_closure
from measures.domain.evidence import attach_evidence
from measures.domain.figures import headline
from measures.domain.history import history
from measures.domain.look_back import (
    add_file,
    drop_file,
    issue,
    name_of_file,
    number_of,
    pick,
    save_check,
)
from measures.domain.moment import moment_of
from measures.enums import ApplicationState, LookBackVerdict, Status, Verdict
from measures.exceptions import Overtaken
from measures.models import ClosureApplication, Evidence, LookBack, Measure, MeasureState
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event
from rectify.jobs.models import Delivery
from rectify.lib.clock import at, now
from tests.measures.domain.small_bureau import TODAY, Small, noon

NOBODY_ELSE = (
    "office", "reviewer", "clerk", "stranger", "leader", "party_member", "secretary", "sysadmin",
    "auditor",
)  # fmt: skip
DENIED, CONFIRMED = LookBackVerdict.DENIED, LookBackVerdict.CONFIRMED


def close(small: Small, measure: Measure) -> Measure:
    application = apply_closure(measure, actor=small.clerk)
    for actor in (small.office, small.leader):
        application = decide(
            application, actor=actor, version=application.version, verdict=Verdict.ACCEPTED
        )
    return Measure.objects.get(pk=measure.pk)


def picked(small: Small, measure: Measure | None = None) -> LookBack:
    target = measure or close(small, small.completed())
    return pick(target, actor=small.discipline, reason="群众反映没有落实")


def written(small: Small, check: LookBack, **values: Any) -> LookBack:
    found = {
        "method": "on_site", "checked_on": TODAY, "finding": "台账只有封面。",
        "private_notes": "线索来自来访", **values,
    }  # fmt: skip
    return save_check(check, actor=small.discipline, version=check.version, values=found)


def put(
    small: Small, check: LookBack, name: str = "现场.pdf", content: bytes = b"seen"
) -> Evidence:
    return add_file(
        check, actor=small.discipline, file=io.BytesIO(content), name=name, size=len(content)
    )


def out(
    small: Small, check: LookBack, verdict: LookBackVerdict, finding: str = "台账只有封面。"
) -> LookBack:
    return issue(
        check, actor=small.discipline, version=check.version, verdict=verdict, finding=finding
    )


def figures(small: Small, day: date | None = None) -> tuple[int, int, int, int]:
    head = headline(small.inspection, moment_of(small.inspection, day), None)
    return head["completed"], head["closed"], head["awaiting_closure"], head["closed_unsampled"]


def test_a_denial_reopens_the_measure_and_every_figure_follows(small: Small) -> None:
    measure = close(small, small.completed())
    assert figures(small) == (1, 1, 0, 1)
    check = written(small, picked(small, measure))
    assert figures(small) == (1, 1, 0, 1)
    issued = out(small, check, DENIED)
    measure.refresh_from_db()
    assert (measure.status, measure.closed_at, measure.completed_on) == (
        Status.IN_PROGRESS, None, None,
    )  # fmt: skip
    assert issued.issued_by_name == small.discipline.name
    assert figures(small) == (0, 0, 0, 0)


def test_figures_of_the_day_before_stay_as_they_were(small: Small) -> None:
    check = written(small, picked(small))
    with at(noon(TODAY + timedelta(days=1))):
        out(small, check, DENIED)
        assert figures(small, TODAY) == (1, 1, 0, 1)
        assert figures(small) == (0, 0, 0, 0)
    states = MeasureState.objects.filter(measure=check.measure).order_by("valid_from")
    last = states.last()
    assert last is not None
    assert (last.status, last.closed_at, last.valid_to) == (Status.IN_PROGRESS, None, None)


def test_a_confirmation_leaves_the_measure_closed_and_sampled(small: Small) -> None:
    check = written(small, picked(small))
    out(small, check, CONFIRMED, finding="")
    assert figures(small) == (1, 1, 0, 0)
    assert not Delivery.objects.filter(key__startswith="look_back:").exists()


def test_a_denial_of_a_completed_measure_voids_what_is_pending(small: Small) -> None:
    measure = small.completed()
    check = written(small, picked(small, measure))
    application = apply_closure(measure, actor=small.clerk)
    out(small, check, DENIED)
    application = ClosureApplication.objects.get(pk=application.pk)
    assert application.state == ApplicationState.VOIDED
    assert Measure.objects.get(pk=measure.pk).status == Status.IN_PROGRESS


def test_section_leader_and_office_are_told_of_a_denial_and_nobody_before(small: Small) -> None:
    check = picked(small)
    told = Delivery.objects.filter(link__contains=str(check.measure.public_id))
    before = told.count()
    check = written(small, check)
    put(small, check)
    assert told.count() == before
    check.refresh_from_db()
    out(small, check, DENIED)
    new = Delivery.objects.filter(key__startswith=f"look_back:{check.pk}:")
    assert {row.recipient for row in new} == {
        small.clerk, small.leader, small.office, small.reviewer,
    }  # fmt: skip
    assert all("封面" not in row.body + row.subject for row in new)


def test_the_history_tells_a_check_once_it_is_issued_and_never_the_notes(small: Small) -> None:
    measure = close(small, small.completed())
    before = [one.sentence for one in history(measure)]
    check = written(small, picked(small, measure), finding="初稿：可能造假")
    put(small, check)
    assert [one.sentence for one in history(measure)] == before
    check.refresh_from_db()
    out(small, check, DENIED)
    after = history(measure)
    said = " ".join(f"{one.sentence}{one.changes}" for one in after)
    assert "结论：不属实" in said
    assert "群众反映没有落实" in said
    assert "重新启动" in said
    assert "台账只有封面" in said
    for private in ("线索来自来访", "初稿", "工作记录"):
        assert private not in said


@pytest.mark.parametrize("who", NOBODY_ELSE)
def test_nobody_else_picks_writes_or_issues_and_sees_nothing_before(small: Small, who: str) -> None:
    actor: User = getattr(small, who)
    check = written(small, picked(small))
    file = put(small, check)
    check.refresh_from_db()
    with pytest.raises(NotAllowed):
        pick(check.measure, actor=actor, reason="理由")
    with pytest.raises(NotAllowed):
        save_check(check, actor=actor, version=check.version, values={"finding": "改"})
    with pytest.raises(NotAllowed):
        issue(check, actor=actor, version=check.version, verdict=CONFIRMED, finding="")
    with pytest.raises(NotAllowed):
        add_file(check, actor=actor, file=io.BytesIO(b"x"), name="x.pdf", size=1)
    with pytest.raises(NotAllowed):
        drop_file(check, actor=actor, evidence=file)
    assert not LookBack.objects.visible_to(actor).exists()
    assert file not in Evidence.objects.visible_to(actor)


def test_another_bureau_neither_checks_nor_reads_after_the_issue(
    small: Small, neighbour: Small
) -> None:
    check = written(small, picked(small))
    file = put(small, check)
    check.refresh_from_db()
    with pytest.raises(NotAllowed):
        save_check(check, actor=neighbour.discipline, version=check.version, values={})
    out(small, check, CONFIRMED)
    for actor in (neighbour.office, neighbour.discipline, neighbour.secretary):
        assert not LookBack.objects.visible_to(actor).exists()
        assert file not in Evidence.objects.visible_to(actor)


def test_once_issued_it_is_read_by_who_reads_the_measure(small: Small) -> None:
    check = written(small, picked(small))
    file = put(small, check)
    check.refresh_from_db()
    out(small, check, CONFIRMED)
    for who in ("office", "clerk", "helper", "leader", "secretary", "discipline"):
        assert LookBack.objects.visible_to(getattr(small, who)).exists(), who
        assert file in Evidence.objects.visible_to(getattr(small, who)), who
    assert LookBack.objects.visible_to(small.party_member).exists()
    assert file not in Evidence.objects.visible_to(small.party_member)
    for who in ("stranger", "sysadmin", "auditor"):
        assert not LookBack.objects.visible_to(getattr(small, who)).exists(), who


def test_a_section_does_not_learn_that_the_group_has_the_same_file(small: Small) -> None:
    """The same bytes under the same name would be one row, which names who had it first."""
    measure = small.completed()
    kept = put(small, picked(small, measure), name="照片.pdf", content=b"same")
    own = attach_evidence(
        measure, actor=small.clerk, file=io.BytesIO(b"same"), name="照片.pdf", size=4
    )
    assert own.pk != kept.pk
    assert own.uploaded_by == small.clerk
    check = LookBack.objects.get(measure=measure)
    assert kept.original_name == f"核查{number_of(check)}-照片.pdf"


def test_a_long_name_keeps_its_extension(small: Small) -> None:
    check = picked(small)
    name = name_of_file(check, f"{'长' * 250}.pdf")
    assert len(name) == 255
    assert name.endswith("长.pdf")


def test_a_file_taken_out_is_seen_by_nobody_and_may_come_again(small: Small) -> None:
    check = written(small, picked(small))
    file = put(small, check)
    drop_file(check, actor=small.discipline, evidence=file)
    assert not check.files.exists()
    assert file not in Evidence.objects.visible_to(small.discipline)
    put(small, check)
    with pytest.raises(Refused, match="已经在核查材料中"):
        put(small, check)
    with pytest.raises(Refused, match="已不在"):
        drop_file(check, actor=small.discipline, evidence=file)


@pytest.mark.parametrize(
    ("day", "words"),
    [(TODAY + timedelta(days=1), "晚于今天"), (TODAY - timedelta(days=1), "早于销号日期")],
)
def test_the_day_of_a_check_lies_between_closing_and_today(
    small: Small, day: date, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        written(small, picked(small), checked_on=day)
    assert refused.value.field == "checked_on"


def test_a_check_chosen_before_the_closing_may_have_been_made_before_it(small: Small) -> None:
    measure = small.completed()
    check = picked(small, measure)
    with at(noon(TODAY + timedelta(days=2))):
        close(small, Measure.objects.get(pk=measure.pk))
        check = LookBack.objects.get(pk=check.pk)
        check = written(small, check, checked_on=TODAY)
        assert check.checked_on == TODAY
        with pytest.raises(Refused, match="早于完成日期"):
            written(small, check, checked_on=TODAY - timedelta(days=1))


def test_nothing_is_issued_without_verdict_method_day_or_reason(small: Small) -> None:
    check = picked(small)
    with pytest.raises(Refused, match="核查方式和核查日期"):
        out(small, check, CONFIRMED)
    check = written(small, check)
    with pytest.raises(Refused, match="请选择结论"):
        out(small, check, LookBackVerdict.OPEN)
    with pytest.raises(Refused, match="须写明核查情况") as refused:
        out(small, check, DENIED, finding="  ")
    assert refused.value.field == "finding"
    assert LookBack.objects.get(pk=check.pk).issued_at is None
    assert Measure.objects.get(pk=check.measure_id).status == Status.COMPLETED


def test_two_at_once_one_verdict_and_the_other_is_told_who_was_first(small: Small) -> None:
    check = written(small, picked(small))
    late = LookBack.objects.get(pk=check.pk)
    out(small, check, CONFIRMED)
    with pytest.raises(Overtaken, match=r"discipline（small）已于2024年5月15日出具.*属实"):
        out(small, late, DENIED)
    with pytest.raises(Overtaken):
        put(small, late)
    assert Measure.objects.get(pk=check.measure_id).closed_at is not None


def test_two_writers_of_a_draft_one_is_told(small: Small) -> None:
    check = picked(small)
    late = LookBack.objects.get(pk=check.pk)
    written(small, check)
    with pytest.raises(StaleVersion):
        written(small, late, finding="另一段")


def test_what_was_reopened_meanwhile_is_denied_but_not_confirmed(small: Small) -> None:
    measure = small.completed()
    check = written(small, picked(small, measure))
    Measure.objects.filter(pk=measure.pk).update(status=Status.IN_PROGRESS, completed_on=None)
    with pytest.raises(Refused, match="不能认定属实"):
        out(small, check, CONFIRMED)
    out(small, check, DENIED)
    assert Measure.objects.get(pk=measure.pk).version == measure.version


def test_only_what_is_completed_and_open_to_checks_is_picked(small: Small) -> None:
    with pytest.raises(Refused, match="还没有完成"):
        picked(small, small.measure())
    measure = small.completed()
    with pytest.raises(Refused, match="选取理由"):
        pick(measure, actor=small.discipline, reason=" ")
    picked(small, measure)
    with pytest.raises(Refused, match="正在核查中"):
        picked(small, measure)
    gone = small.completed()
    Measure.objects.filter(pk=gone.pk).update(archived_at=now())
    with pytest.raises(Refused, match="已归档"):
        picked(small, gone)


def test_after_an_issue_the_measure_may_be_checked_again(small: Small) -> None:
    check = written(small, picked(small))
    out(small, check, CONFIRMED)
    assert picked(small, Measure.objects.get(pk=check.measure_id)).pk != check.pk


def test_an_archived_inspection_is_not_checked(small: Small) -> None:
    check = written(small, picked(small))
    Inspection.objects.filter(pk=small.inspection.pk).update(archived_at=now())
    with pytest.raises(Refused, match="已归档"):
        out(small, check, DENIED)


def test_only_the_columns_of_a_draft_are_written(small: Small) -> None:
    check = picked(small)
    with pytest.raises(ValueError, match="verdict"):
        save_check(check, actor=small.discipline, version=1, values={"verdict": "confirmed"})
    with pytest.raises(ValidationError):
        written(small, check, method="telepathy")


def test_every_step_leaves_an_event(small: Small) -> None:
    check = written(small, picked(small))
    put(small, check)
    check.refresh_from_db()
    out(small, check, DENIED, finding="改写后的情况")
    actions = Event.objects.filter(
        chain__organization=small.organization, object_type="lookback"
    ).order_by("seq")
    assert [event.action for event in actions] == [
        "look_back.pick", "look_back.save", "look_back.file", "look_back.save", "look_back.issue",
    ]  # fmt: skip
