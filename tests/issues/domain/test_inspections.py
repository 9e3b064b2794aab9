"""Creating and changing an inspection."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from issues.domain.inspections import create_inspection, move_to_stage, update_inspection
from issues.enums import Classification, Stage
from issues.models import Inspection
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, StaleVersion
from tests.measures.domain.small_bureau import Small


def create(small: Small, **more: Any) -> Inspection:
    values: dict[str, Any] = {
        "actor": small.office,
        "organization": small.organization,
        "code": "next",
        "name": "专项巡察",
        **more,
    }
    return create_inspection(**values)


def test_the_office_creates_an_inspection_of_its_own_bureau(small: Small, neighbour: Small) -> None:
    assert create(small).organization == small.organization
    for who in ("clerk", "leader", "secretary", "discipline", "sysadmin", "auditor"):
        with pytest.raises(NotAllowed):
            create(small, actor=getattr(small, who), code="x")
    with pytest.raises(NotAllowed):
        create(small, organization=neighbour.organization, code="x")
    assert not Inspection.objects.filter(code="x").exists()


@pytest.mark.parametrize("code", ["small", "", "a b", "甲", "a/b", "x" * 41])
def test_a_code_is_free_short_and_fit_for_an_address(small: Small, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        create(small, code=code)
    assert "code" in error.value.message_dict
    assert Inspection.objects.filter(organization=small.organization).count() == 1


def test_classified_content_is_refused_for_everybody(small: Small) -> None:
    for actor in (small.office, SYSTEM):
        with pytest.raises(ValidationError, match="非涉密系统"):
            create(small, actor=actor, classification=Classification.CLASSIFIED)
    with pytest.raises(ValidationError, match="非涉密系统"):
        update_inspection(
            small.inspection,
            actor=small.office,
            version=1,
            values={"classification": Classification.CLASSIFIED},
        )
    for admitted in Classification.admitted():
        assert create(small, code=f"c-{admitted.value.replace('_', '-')}", classification=admitted)


@pytest.mark.parametrize(
    "values",
    [
        {"entered_on": date(2024, 3, 4), "left_on": date(2024, 3, 3)},
        {"feedback_on": date(2024, 3, 4), "plan_due_on": date(2024, 3, 3)},
        {"feedback_on": date(2024, 3, 4), "intensive_until": date(2024, 3, 3)},
        {"rate_decimals": 3},
        {"rate_decimals": -1},
        {"cadence": "daily"},
        {"scheme": "unknown"},
        {"name": ""},
        {"name": "长" * 101},
    ],
)
def test_dates_out_of_order_and_unknown_words_are_refused(
    small: Small, values: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        create(small, **values)
    assert not Inspection.objects.filter(code="next").exists()


def test_the_same_day_is_in_order(small: Small) -> None:
    day = date(2024, 3, 4)
    row = create(
        small, entered_on=day, left_on=day, feedback_on=day, plan_due_on=day, intensive_until=day
    )
    assert row.pk


def test_of_two_editors_the_second_sees_what_the_first_wrote(small: Small) -> None:
    update_inspection(small.inspection, actor=small.office, version=1, values={"team": "一组"})
    with pytest.raises(StaleVersion) as stale:
        update_inspection(
            small.inspection, actor=small.reviewer, version=1, values={"team": "二组"}
        )
    assert stale.value.current.team == "一组"


@pytest.mark.parametrize("who", ["clerk", "leader", "party_member", "secretary", "discipline"])
def test_only_the_office_moves_the_stage(small: Small, neighbour: Small, who: str) -> None:
    for actor in (getattr(small, who), neighbour.office):
        with pytest.raises(NotAllowed):
            move_to_stage(small.inspection, Stage.CLOSED, actor=actor)
    assert move_to_stage(small.inspection, Stage.CLOSED, actor=small.office).stage == Stage.CLOSED


def test_an_outsider_does_not_see_it_and_everybody_inside_does(
    small: Small, neighbour: Small
) -> None:
    seen = {
        who
        for who, user in small.people.items()
        if Inspection.objects.visible_to(user).filter(pk=small.inspection.pk).exists()
    }
    assert seen == set(small.people) - {"sysadmin", "secadmin", "auditor"}
    assert small.inspection not in Inspection.objects.visible_to(neighbour.office)
    assert neighbour.inspection not in Inspection.objects.visible_to(small.office)
