"""Columns of a measure and their values as words, for a preview and for a list of operations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from issues.enums import Disclosure
from measures.domain.plan_rows import LIST_KEYS, SNAPSHOTS, listed
from measures.models import Measure
from rectify.lib.chinese_dates import format_date

NOTHING = "—"
_LISTS = {"co_leaders": "共同责任领导", "support_sections": "配合科室"}
_CHOICES: dict[str, dict[str, str]] = {
    "disclosure": {"": "随上级", **dict(Disclosure.choices)},
}


def label_of(name: str) -> str:
    """What a column is called."""
    if name in _LISTS:
        return _LISTS[name]
    return str(getattr(Measure._meta.get_field(name), "verbose_name", name))


def before_words(measure: Measure, name: str) -> str:
    """What the measure has in a column: of people and sections the name that it keeps."""
    if name in LIST_KEYS:
        return "、".join(word for _, word in listed(measure, name)) or NOTHING
    if name in SNAPSHOTS:
        return getattr(measure, SNAPSHOTS[name]) or NOTHING
    return value_words(name, getattr(measure, name))


def value_words(name: str, value: Any) -> str:
    """A value for the column as a reader knows it."""
    if name in _CHOICES:
        return _CHOICES[name].get(value, str(value))
    if value is None or value == "":
        return NOTHING
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, models.Model):
        return str(getattr(value, "name", value))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "、".join(one.name for one in value) or NOTHING
    if name in {"status", "nature"}:
        column: Any = Measure._meta.get_field(name)
        return str(dict(column.flatchoices).get(value, value))
    return str(value)
