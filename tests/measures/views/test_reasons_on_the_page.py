"""What may not be done is no button, and the page says why: for every station and every role.

The domain decides (`test_application_steps`); here its sentence is looked for on the page and in
the answer to somebody who tries all the same.
"""

from __future__ import annotations

import re
from itertools import product

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from measures.domain.applications import why_not_decide
from measures.enums import ApplicationState, Status
from measures.models import Measure
from measures.reading import Reading, may, reading
from measures.rules import Act, Route, transition
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import User
from tests.measures.domain.conftest import small
from tests.measures.domain.life_cases import (
    Case,
    Stage,
    paper_for,
    set_stage,
    set_status,
    taken_back,
)
from tests.measures.domain.small_bureau import Small
from tests.measures.views.test_inbox import client_of

__all__ = ["small"]

PENDING = ApplicationState.pending()


@pytest.fixture
def stage(small: Small) -> Stage:
    return set_stage(small)


def page_of(measure: Measure, user: User) -> str | None:
    """The measure's page; None for somebody for whom it does not exist."""
    answer = client_of(user).get(reverse("measure", kwargs={"measure": measure.public_id}))
    return answer.content.decode() if answer.status_code == 200 else None


def text_of(html: str) -> str:
    return re.sub(r"\s+", "", strip_tags(html))


@pytest.mark.parametrize("state", PENDING)
def test_the_page_offers_the_decision_or_says_why_not(
    stage: Stage, state: ApplicationState
) -> None:
    asked = 0
    for role in Role:
        actor = stage.people[role]
        with taken_back():
            application = stage.application(Case(Route.CLOSURE, state, Act.ACCEPT))
            measure = stage.measure(Route.CLOSURE)
            html = page_of(measure, actor)
            if html is None or Reading.RESULT not in reading(actor, measure):
                continue
            asked += 1
            why = why_not_decide(application, actor)
            offered = 'name="verdict"' in html
            if state == ApplicationState.PARTY_GROUP:
                assert not offered, "the meeting is recorded, not clicked"
            else:
                assert offered == (why == ""), f"{role}: {why}"
            if why:
                assert why.rstrip("。") in text_of(html), f"{role} is not told: {why}"
    assert asked >= 6


@pytest.mark.parametrize("state", PENDING)
def test_who_tries_all_the_same_is_told_why(stage: Stage, state: ApplicationState) -> None:
    for role, verdict in product(Role, ("accepted", "returned")):
        actor = stage.people[role]
        paper = paper_for(state) if role is Role.OFFICE else None
        with taken_back():
            application = stage.application(Case(Route.CLOSURE, state, Act.ACCEPT))
            why = why_not_decide(application, actor, paper=paper)
            answer = client_of(actor).post(
                reverse("application_decide", args=["closure", application.public_id]),
                {"version": application.version, "verdict": verdict, "comment": "补正"},
            )
            application.refresh_from_db()
        if answer.status_code == 404:
            continue
        if not why and state != ApplicationState.PARTY_GROUP:
            assert answer.status_code == 302, f"{role}: {answer.status_code}"
            continue
        assert application.state == state
        assert answer.status_code in {403, 422}
        if why:
            assert why in answer.content.decode(), f"{role} is not told: {why}"


@pytest.mark.parametrize("source", list(Status))
def test_a_step_of_status_is_offered_or_its_owner_named(stage: Stage, source: Status) -> None:
    for role in Role:
        actor = stage.people[role]
        with taken_back():
            measure = set_status(stage.open, source)
            html = page_of(measure, actor)
        if html is None:
            continue
        reports = may(actor, Ability.REPORT_STATUS, measure)
        for target in set(Status) - {source}:
            row = transition(source, target)
            offered = re.search(rf'<(option|input)[^>]*value="{target}"', html) is not None
            assert offered == (reports and row is not None and role in row.roles), (role, target)
            if reports and row is not None and role not in row.roles:
                words = f"由“{source.label}”改为“{target.label}”须由"
                assert words in text_of(html), f"{role} is not told who may"


def test_who_reports_a_step_that_is_not_theirs_is_told_whose_it_is(stage: Stage) -> None:
    measure = set_status(stage.open, Status.COMPLETED)
    address = reverse("measure_status", kwargs={"measure": measure.public_id})
    data = {"version": measure.version, "status": "in_progress", "reason": "重做"}
    answer = client_of(stage.people[Role.SECTION]).post(address, data)
    assert answer.status_code in {403, 422}
    assert "须由局办公室" in answer.content.decode()
    assert Measure.objects.get(pk=measure.pk).status == Status.COMPLETED
