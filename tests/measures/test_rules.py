"""The table of transitions and the groups of columns, as data."""

from __future__ import annotations

from itertools import product

import pytest

from measures.enums import Status
from measures.models import Measure
from measures.rules import (
    EDIT_FIELDS,
    PLAN_FIELDS,
    REPORT_FIELDS,
    TRANSITIONS,
    targets,
    transition,
)
from rectify.accounts.enums import Role

ORDER = list(Status)
FORWARD = {(a, b) for a, b in product(ORDER, ORDER) if ORDER.index(a) < ORDER.index(b)}
# (from, to) → who may; each with a reason. Nothing else leads back.
BACK = {
    (Status.BASICALLY_DONE, Status.IN_PROGRESS): {Role.SECTION, Role.OFFICE},
    (Status.IN_PROGRESS, Status.NOT_STARTED): {Role.OFFICE},
    (Status.COMPLETED, Status.BASICALLY_DONE): {Role.OFFICE},
    (Status.COMPLETED, Status.IN_PROGRESS): {Role.OFFICE},
}


@pytest.mark.parametrize("source", ORDER)
@pytest.mark.parametrize("target", ORDER)
@pytest.mark.parametrize("role", list(Role))
def test_every_triple_of_from_to_and_role(source: Status, target: Status, role: Role) -> None:
    if (source, target) in FORWARD:
        allowed = role in (Role.SECTION, Role.OFFICE)
    else:
        allowed = role in BACK.get((source, target), set())
    assert (target in {step.target for step in targets(source, frozenset({role}))}) == allowed
    step = transition(source, target)
    assert (step is not None and role in step.roles) == allowed


def test_a_step_forward_needs_no_reason_and_a_step_back_always_one() -> None:
    for step in TRANSITIONS:
        assert step.needs_reason == ((step.source, step.target) not in FORWARD)


def test_unknown_words_have_no_step() -> None:
    assert transition("", "") is None
    assert transition("closed", Status.COMPLETED) is None
    assert targets(Status.NOT_STARTED, frozenset()) == ()


def test_two_roles_may_what_either_may() -> None:
    both = targets(Status.COMPLETED, frozenset({Role.LEADER, Role.OFFICE}))
    assert {step.target for step in both} == {Status.BASICALLY_DONE, Status.IN_PROGRESS}


def test_reported_and_edited_columns_never_overlap() -> None:
    assert not REPORT_FIELDS & EDIT_FIELDS
    assert PLAN_FIELDS < EDIT_FIELDS


def test_every_named_column_exists() -> None:
    columns = {field.name for field in Measure._meta.get_fields()}
    lists = {"co_leaders", "support_sections"}
    assert (EDIT_FIELDS | REPORT_FIELDS) - lists <= columns


def test_the_lock_and_the_close_out_are_nobodys_field() -> None:
    guarded = {
        "version",
        "closed_at",
        "archived_at",
        "public_id",
        "organization",
        "inspection",
        "task",
        "place",
        "position",
        "id",
    }
    assert not guarded & (EDIT_FIELDS | REPORT_FIELDS)
