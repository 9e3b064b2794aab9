"""The columns that the plan fixes: as words for people, as JSON for a proposal that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from measures.enums import Nature
from measures.models import Measure
from measures.rules import PLAN_FIELDS
from rectify.accounts.models import Section, User

PEOPLE = frozenset({"leader", "owner", "disclosure_approver"})
SECTIONS = frozenset({"lead_section"})
LISTS = frozenset({"co_leaders", "support_sections"})
_DATES = frozenset({"due_on", "next_review_on", "next_report_on"})


def stored_value(measure: Measure, name: str) -> Any:
    """What the measure has in a column of the plan; lists as lists of rows."""
    if name == "co_leaders":
        return [row.user for row in measure.co_leads.select_related("user")]
    if name == "support_sections":
        return [row.section for row in measure.supports.select_related("section")]
    return getattr(measure, name)


def words(name: str, value: Any) -> Any:
    """A value as it is written down for ever: names, ISO dates, labels; "" for nothing."""
    if name in LISTS:
        return [one.name for one in value or ()]
    if name in PEOPLE | SECTIONS:
        return value.name if value else ""
    if name == "nature":
        return dict(Nature.choices).get(value, value)
    if isinstance(value, date):
        return value.isoformat()
    return value or ""


def plan_changes(measure: Measure, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{column: [before, after]} in words, for the columns of the plan that differ."""
    found: dict[str, list[Any]] = {}
    for name in sorted(PLAN_FIELDS & set(values)):
        before, after = stored_value(measure, name), values[name]
        same = list(before) == list(after) if name in LISTS else before == after
        if not same:
            found[name] = [words(name, before), words(name, after)]
    return found


def pack(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON: people and sections by key, dates in ISO form."""
    packed: dict[str, Any] = {}
    for name, value in values.items():
        if name in LISTS:
            packed[name] = [one.pk for one in value]
        elif name in PEOPLE | SECTIONS:
            packed[name] = value.pk if value else None
        else:
            packed[name] = value.isoformat() if isinstance(value, date) else value
    return packed


def unpack(packed: Mapping[str, Any]) -> dict[str, Any]:
    """What `pack` packed. Raises DoesNotExist for a person or section that is gone."""
    values: dict[str, Any] = {}
    for name, value in packed.items():
        if name == "co_leaders":
            values[name] = _in_order(User, value)
        elif name == "support_sections":
            values[name] = _in_order(Section, value)
        elif name in PEOPLE:
            values[name] = User.objects.get(pk=value) if value else None
        elif name in SECTIONS:
            values[name] = Section.objects.get(pk=value) if value else None
        elif name in _DATES and value:
            values[name] = date.fromisoformat(value)
        else:
            values[name] = value
    return values


def _in_order(model: Any, keys: Sequence[int]) -> list[Any]:
    found = model.objects.in_bulk(keys)
    return [found[key] for key in keys]
