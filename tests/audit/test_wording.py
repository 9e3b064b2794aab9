"""Every action that the code records has a Chinese word in the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps

from rectify.audit.models import Event
from rectify.audit.wording import (
    ACTIONS,
    GROUPS,
    action_word,
    field_word,
    kind_word,
    may_show_label,
)
from tests.architecture.sources import sources
from tests.conftest import Demo

RECORDERS = {"record", "add", "change"}


def recorded(tree: ast.Module) -> Iterator[str]:
    """Patterns of the actions that calls name: the text itself, or with .+ for what is computed."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg != "action":
                continue
            value = keyword.value
            if isinstance(value, ast.Constant) and "." in str(value.value):
                yield re.escape(str(value.value))
            if isinstance(value, ast.JoinedStr):
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in value.values
                )


def test_every_recorded_action_has_a_word() -> None:
    without = {
        f"{path}: {pattern}"
        for path, tree in sources().items()
        for pattern in recorded(tree)
        if not any(re.fullmatch(pattern, action) for action in ACTIONS)
    }
    assert without == set()


def test_the_test_sees_an_action_without_a_word() -> None:
    tree = ast.parse('record(actor=a, action="job.fly")\nadd(row, action=f"moon.{x}")')
    assert list(recorded(tree)) == [r"job\.fly", r"moon\..+"]


def test_every_action_of_the_demo_has_a_word(demo: Demo) -> None:
    actions = set(Event.objects.order_by().values_list("action", flat=True).distinct())
    assert len(actions) > 20
    assert actions - set(ACTIONS) == set()


def test_no_action_is_listed_twice_and_no_word_is_latin() -> None:
    assert sum(len(group) for group in GROUPS.values()) == len(ACTIONS)
    assert not [word for word in ACTIONS.values() if word.isascii()]


def test_what_has_no_word_stands_as_it_was_recorded() -> None:
    assert action_word("x.y") == "x.y"
    assert kind_word("x") == "x"
    assert field_word("x", "y") == field_word("measure", "y") == "y"


@pytest.mark.parametrize(
    ("kind", "name", "word"),
    [
        ("measure", "text", "整改措施"),
        ("measure", "lead_section_id", "牵头科室"),
        ("measure", "support_sections", "配合科室"),
        ("membership", "user_id", "人员"),
        ("user", "position", "职务"),
    ],
)
def test_columns_are_named_in_chinese(kind: str, name: str, word: str) -> None:
    assert field_word(kind, name) == word


def test_every_changed_column_of_the_demo_is_named_in_chinese(demo: Demo) -> None:
    pairs = {
        (event.object_type, name) for event in Event.objects.iterator() for name in event.changes
    }
    assert {pair for pair in pairs if field_word(*pair).isascii()} == set()


def test_labels_that_quote_findings_are_not_shown() -> None:
    """The auditor works without the content of the rectification."""
    for app in ("issues", "measures", "reports", "jobs"):
        for model in apps.get_app_config(app).get_models():
            assert not may_show_label("x.y", model._meta.model_name or "")
    assert may_show_label("user.create", "user")
    assert may_show_label("access.denied", "measure")
    assert may_show_label("user.log_in", "")
