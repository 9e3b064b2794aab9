"""The screens that count or list measures ask the database the same at ten times the size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import Inspection
from measures.models import Measure
from tests.bench.multiplied import multiply
from tests.conftest import Demo

# Of the office, which sees most (one of them asks how old the last backup is).
# A change of these numbers is a decision, not an accident.
PINNED = {"dashboard": 34, "dashboard_print": 32, "ledger": 23, "tree": 16}


def _queries(client: Client, name: str, inspection: Inspection) -> int:
    address = reverse(name, kwargs={"inspection": inspection.public_id})
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", PINNED)
def test_a_screen_asks_the_same_of_113_and_of_1130_measures(
    name: str, demo: Demo, as_user: Callable[[str], Client]
) -> None:
    client = as_user("office")
    # The first reading of a session is an event and dearer than all others.
    client.get(reverse(name, kwargs={"inspection": demo.a.public_id}))
    assert Measure.objects.filter(inspection=demo.a).count() == 113
    assert _queries(client, name, demo.a) == PINNED[name]
    assert multiply(demo.a, 10) == 1130
    assert _queries(client, name, demo.a) == PINNED[name]
