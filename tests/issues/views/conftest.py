"""What the form tests post: a whole inspection, and the fields of a node as its page shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Demo


@pytest.fixture
def inspection_data(demo: Demo) -> dict[str, Any]:
    """A new inspection of the first bureau as the office types it."""
    return {
        "organization": str(demo.a.organization.public_id),
        "code": "new-one",
        "name": "四届区委第一轮巡察",
        "kind": "regular",
        "tier": "区委",
        "team": "第二巡察组",
        "classification": "internal",
        "entered_on": "2026.3.2",
        "left_on": "20260410",
        "feedback_on": "2026年5月12日",
        "plan_due_on": "",
        "intensive_until": "2026-08-12",
        "stage": "planning",
        "cadence": "weekly",
        "closure_gate": "none",
        "rate_level": "measure",
        "rate_decimals": "2",
        "scheme": "dongguan",
        "prints_tasks": "on",
        "label_area": "方面",
        "label_issue": "问题",
        "label_task": "问题表现",
        "label_measure": "整改措施",
    }


@pytest.fixture
def shown() -> Callable[[Client, str], dict[str, Any]]:
    """What a form's page would post if nothing were changed."""

    def read(client: Client, address: str) -> dict[str, Any]:
        form = client.get(address).context["form"]
        values = {}
        for field in form:
            value = field.field.prepare_value(field.value())
            values[field.name] = "" if value is None else str(value)
        return values

    return read
