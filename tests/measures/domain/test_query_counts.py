"""The number of queries of each figure is fixed: the same for 52 measures and for 113."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from measures.domain.burn_up import burn_up
from measures.domain.conditions import counted
from measures.domain.figures import by_area, by_leader, by_section, headline
from measures.domain.moment import moment_of
from measures.domain.outcome_figures import outcome_figures
from measures.domain.rollup import tree
from measures.reading import reading
from reports.domain.ledger_sheet import ledger_rows
from tests.conftest import Demo

FIGURES: tuple[tuple[Callable[..., Any], int], ...] = (
    (headline, 1),
    (by_section, 2),
    (by_leader, 2),
    (by_area, 2),
    (tree, 4),
    (burn_up, 1),
    (outcome_figures, 5),
)


@pytest.mark.parametrize(("figure", "queries"), FIGURES)
@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize("who", ["", "office", "clerk"])
def test_each_figure_costs_what_its_docstring_says(
    demo: Demo,
    django_assert_num_queries: DjangoAssertNumQueries,
    figure: Callable[..., Any],
    queries: int,
    name: str,
    who: str,
) -> None:
    inspection = getattr(demo, name)
    accounts = {
        "aoffice": "office",
        "boffice": "office-b",
        "aclerk": "clerk-service",
        "bclerk": "clerk-training-b",
    }
    user = demo.user(accounts[name + who]) if who else None
    if user is not None:
        assert user.access.by_role  # read once per request, before the figures
    moment = moment_of(inspection)
    with django_assert_num_queries(queries):
        figure(inspection, moment, user)


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_moment_costs_one_query(
    demo: Demo, django_assert_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    with django_assert_num_queries(1):
        moment_of(getattr(demo, name))


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_rows_of_the_sheet_cost_five_queries_reading_included(
    demo: Demo, django_assert_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    inspection = getattr(demo, name)
    user = demo.user({"a": "leader-service", "b": "leader-insurance-b"}[name])
    assert user.access.by_role
    moment = moment_of(inspection)
    with django_assert_num_queries(5):
        rows = list(ledger_rows(counted(inspection, moment, user), user))
    assert len(rows) == {"a": 113, "b": 52}[name]


@pytest.mark.parametrize("name", ["a", "b"])
def test_reading_a_listed_row_costs_nothing(
    demo: Demo, django_assert_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    inspection = getattr(demo, name)
    user = demo.user({"a": "clerk-service", "b": "clerk-training-b"}[name])
    rows = list(counted(inspection, moment_of(inspection), user).for_ledger())
    assert user.access.sections
    assert len(rows) > 3
    with django_assert_num_queries(0):
        for row in rows:
            reading(user, row)
