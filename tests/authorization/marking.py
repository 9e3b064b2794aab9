"""Marks in texts that somebody must not read: written into whole rows, looked for in every page."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from rectify.accounts.models import Organization

# Names by which the product finds its way, not texts that people read.
KEYS = {
    "key", "kind", "sha256", "result_sha256", "snapshot_sha256", "head", "audit_head", "password",
    "username", "link", "source", "code", "session_key", "session_data", "postcode", "phone",
}  # fmt: skip
# The record keeps what was read; it has pages and tests of its own.
LEFT_OUT = {"audit", "sessions", "axes", "mfa", "account"}


def texts_of(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    """Columns that hold words of people."""
    for column in model._meta.concrete_fields:
        wordy = isinstance(column, (models.CharField, models.TextField))
        special = isinstance(column, (models.SlugField, models.EmailField))
        if wordy and not special and not column.choices and column.name not in KEYS:
            yield column


def models_below(root: type[models.Model]) -> dict[type[models.Model], str]:
    """Every model whose rows belong to one row of `root` → the path to it, the shortest first.

    A path through a person is none: people write in several bureaus.
    """
    found: dict[type[models.Model], str] = {root: "pk"}
    waiting = deque([root])
    while waiting:
        target = waiting.popleft()
        for model in apps.get_models():
            if model in found or model._meta.app_label in LEFT_OUT:
                continue
            for column in model._meta.concrete_fields:
                if isinstance(column, models.ForeignKey) and column.related_model is target:
                    path = "" if target is root else f"__{found[target]}"
                    found[model] = f"{column.name}{path}"
                    if model._meta.label_lower != "accounts.user":
                        waiting.append(model)
                    break
    return found


def mark(rows: QuerySet[Any], word: str, only: set[str] | None = None) -> int:
    """Write the word, and the row's key for what must be unique, into the texts of the rows."""
    names = [c.name for c in texts_of(rows.model) if only is None or c.name in only]
    unique = Concat(Value(word), Cast("pk", CharField()))
    written = rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))
    return int(written.update(**dict.fromkeys(names, unique))) if names else 0


def mark_bureau(organization: Organization, word: str) -> set[str]:
    """Mark every text of a bureau; returns the tables in which there was something to mark."""
    marked = set()
    for model, path in models_below(Organization).items():
        rows = model._base_manager.filter(**{path: organization.pk})
        if mark(rows, word):
            marked.add(model._meta.label_lower)
        for column in model._meta.concrete_fields:
            if isinstance(column, models.JSONField):
                _mark_json(rows, column.name, word)
    return marked


def _mark_json(rows: QuerySet[Any], name: str, word: str) -> None:
    for row in rows:
        told = _told(getattr(row, name), word)
        rows.model._base_manager.filter(pk=row.pk).update(**{name: told})


def _told(value: Any, word: str) -> Any:
    """The same structure with every Chinese text replaced."""
    if isinstance(value, dict):
        return {key: _told(one, word) for key, one in value.items()}
    if isinstance(value, list):
        return [_told(one, word) for one in value]
    if isinstance(value, str) and not value.isascii():
        return word
    return value
