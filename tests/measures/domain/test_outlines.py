"""Saving an outline: one transaction, text and result both filled, claims kept beside."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from issues.models import ClaimedFigure, Inspection, Issue, ProblemArea, SourceDocument, Task
from issues.reading.outline import outline_from_json
from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.domain.outlines import Saved, save_outline
from measures.models import Measure, MeasureState
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM, Actor
from rectify.audit.domain.events import verify
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Chain, Event, Operation
from tests.issues.reading.sample_outline import sample
from tests.measures.domain.small_bureau import Small

COUNTED = (
    Inspection,
    ProblemArea,
    Issue,
    Task,
    Measure,
    MeasureState,
    ClaimedFigure,
    SourceDocument,
    Operation,
    Event,
)


def save(
    small: Small,
    data: dict[str, Any] | None = None,
    *,
    code: str = "imported",
    actor: Actor | None = None,
) -> Saved:
    data = data or sample()
    return save_outline(
        outline_from_json(data),
        actor=actor or small.office,
        organization=small.organization,
        code=code,
        name="提纲.json",
        raw=json.dumps(data, ensure_ascii=False),
    )


def rows() -> list[int]:
    return [model._default_manager.count() for model in COUNTED]


def test_the_tree_is_saved_as_it_was_read(small: Small) -> None:
    saved = save(small)
    assert (saved.areas, saved.issues, saved.tasks, saved.measures) == (1, 2, 2, 3)
    measures = Measure.objects.filter(inspection=saved.inspection).in_order()
    assert [measure.text for measure in measures] == [
        "订立计划。",
        "补学三次。",
        "每季度研讨一次。",
    ]
    first = measures[0]
    assert (first.source_number, first.source_start, first.source_end) == ("一是", 10, 15)
    task = Task.objects.get(issue__title="讨论不深")
    assert (task.is_implicit, task.preamble) == (True, "成立专班。")


def test_text_and_result_are_both_filled_and_nobody_is_responsible(small: Small) -> None:
    saved = save(small)
    for measure in Measure.objects.filter(inspection=saved.inspection):
        assert measure.text == measure.result_text
        assert (measure.status, measure.leader, measure.lead_section, measure.owner) == (
            "not_started",
            None,
            None,
            None,
        )
    head = headline(saved.inspection, moment_of(saved.inspection), None)
    assert (head["total"], head["not_started"]) == (3, 3)


def test_claims_are_kept_and_do_not_touch_what_is_counted(small: Small) -> None:
    saved = save(small)
    claims = {row.kind: row for row in ClaimedFigure.objects.filter(inspection=saved.inspection)}
    assert (claims["issues"].value, claims["money_returned"].value) == (9, 1_234_567)
    assert claims["issues"].text == "共9个问题，退回12345.67元"
    assert (claims["meetings"].start, claims["meetings"].end) == (3, 7)
    assert Issue.objects.filter(inspection=saved.inspection).count() == 2


def test_the_source_is_kept_word_for_word_with_its_hash(small: Small) -> None:
    source = save(small).inspection.source
    assert source is not None
    assert json.loads(source.text) == sample()
    assert len(source.sha256) == 64


def test_everything_is_one_operation_in_one_chain(small: Small) -> None:
    save(small)
    operation = Operation.objects.get(kind="import_outline")
    created = Event.objects.filter(operation=operation)
    assert created.count() == 1 + 1 + 1 + 2 + 2 + 3  # source, inspection, area, issues, tasks …
    assert verify(Chain.objects.get(organization=small.organization)) is None


def test_the_shape_follows_from_what_the_outline_prints(small: Small) -> None:
    printed = save(small).inspection
    data = sample()
    for issue in data["areas"][0]["issues"]:
        issue["tasks"][0]["title"] = None
    plain = save(small, data, code="plain").inspection
    assert (printed.scheme, printed.prints_tasks) == ("dongguan", True)
    assert (plain.scheme, plain.prints_tasks) == ("pingshan", False)


def test_a_used_code_is_refused_before_anything_is_written(small: Small) -> None:
    save(small)
    before = rows()
    with pytest.raises(Refused, match="imported 已被使用") as refusal:
        save(small)
    assert (refusal.value.field, rows()) == ("code", before)


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "discipline", "sysadmin"])
def test_only_the_office_of_the_bureau_imports(small: Small, neighbour: Small, who: str) -> None:
    actors: list[User] = [getattr(small, who), neighbour.office]
    before = rows()
    for actor in actors:
        with pytest.raises(NotAllowed):
            save(small, actor=actor)
    assert rows() == before


def wrong() -> dict[str, dict[str, Any]]:
    """Outlines that read well but that the model refuses, late in the tree."""
    number, ordinal, visit, name = (copy.deepcopy(sample()) for _ in range(4))
    number["areas"][0]["issues"][1]["number"] = "一" * 21
    ordinal["areas"][0]["issues"][1]["tasks"][0]["measures"][0]["ordinal"] = "是" * 21
    visit["inspection"]["end"] = "2024-03-01"
    name["inspection"]["name"] = "长" * 101
    return {"number": number, "ordinal": ordinal, "visit": visit, "name": name}


@pytest.mark.parametrize("case", ["number", "ordinal", "visit", "name"])
def test_a_refusal_deep_in_the_tree_leaves_nothing_behind(small: Small, case: str) -> None:
    before = rows()
    with pytest.raises(ValidationError):
        save(small, wrong()[case], actor=SYSTEM)
    assert rows() == before
    assert verify(Chain.objects.get(organization=small.organization)) is None


def test_the_same_outline_can_be_saved_again_under_another_code(small: Small) -> None:
    save(small)
    assert save(small, code="again").measures == 3
