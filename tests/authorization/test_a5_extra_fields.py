"""A-5: a POST changes what its form asks for and nothing else, whatever else is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.db import models

from rectify.accounts.models import Organization
from rectify.lib.clock import at, now
from tests.authorization.posting import (
    address_of,
    filled,
    make_ready,
    post,
    posters,
    seen_forms,
)
from tests.authorization.rows import Effect, effect, read_all, undone
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]

FIELDS = Path(__file__).with_name("fields.yaml")
ROUTINE = {"pk", "version", "updated_at"}


@cache
def listed() -> dict[str, dict[str, Any]]:
    """Address name → what its form takes and which columns of which tables it may change."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(FIELDS.read_text(encoding="utf-8"))
    return loaded


@cache
def every_field_name() -> dict[str, models.Field[Any, Any]]:
    """Every name by which any model could be assigned to, with one column of that name,
    of several the strictest."""
    found: dict[str, models.Field[Any, Any]] = {}
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            for name in (column.name, column.attname):
                if name not in found or _is_free_text(found[name]):
                    found[name] = column
    return found


def _is_free_text(column: models.Field[Any, Any]) -> bool:
    """A column that takes any value, so that one of the same name and stricter says which."""
    return isinstance(column, (models.CharField, models.TextField)) and not column.choices


def hostile(column: models.Field[Any, Any], foreign: Organization) -> str:
    """A value that the column would take, other than what it is likely to hold."""
    if isinstance(column, models.ForeignKey):
        related = column.related_model._default_manager.order_by("-pk").first()
        return str(foreign.pk if related is None else related.pk)
    if column.choices:
        return str(list(column.flatchoices)[-1][0])
    if isinstance(column, models.DateTimeField):
        return "2020-01-06 09:00:00+08:00"
    if isinstance(column, models.DateField):
        return "2020-01-06"
    if isinstance(column, models.BooleanField):
        return "on"
    if isinstance(column, (models.IntegerField, models.FloatField)):
        return "7"
    if isinstance(column, models.UUIDField):
        return "11111111-1111-4111-8111-111111111111"
    if isinstance(column, models.JSONField):
        return '{"extra": 1}'
    return "越权写入"


def done_by(objects: Objects, name: str, data: dict[str, Any]) -> tuple[int, Effect]:
    """What the POST answered and did; taken back."""
    with undone():
        make_ready(objects, name)
        client = client_of(posters()[name])
        before = read_all()
        response = post(client, address_of(objects, name), data)
        return response.status_code, effect(before, read_all())


@pytest.mark.parametrize("name", sorted(posters()))
def test_only_listed_fields_change(
    name: str, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = filled(objects, name, posters()[name])
    with at(now()), seen_forms(monkeypatch) as forms_seen:
        plain = done_by(objects, name, base)
        own = set(listed()[name].get("takes", []))
        if forms_seen:
            asked = {form.add_prefix(field) for form in forms_seen for field in form.fields}
            assert asked == own, "the form and fields.yaml differ"
        extra = {
            field: hostile(column, objects.demo.b.organization)
            for field, column in every_field_name().items()
            if field not in own and field not in base
        }
        assert len(extra) > 150
        assert done_by(objects, name, {**extra, **base}) == plain
    _only_listed(name, plain[1])


def _only_listed(name: str, did: Effect) -> None:
    row = listed()[name]
    for label, rows in did.changed.items():
        columns = {column for changed in rows for column in changed} - ROUTINE
        assert columns <= set(row.get("changes", {}).get(label, [])), f"{label}: {columns}"
    assert set(did.added) <= set(row.get("adds", []))
    assert set(did.gone) <= set(row.get("replaces", []))
    assert did or not (row.get("changes") or row.get("adds")), "the valid form changed nothing"


def test_every_post_is_listed() -> None:
    assert sorted(listed()) == sorted(posters())


def test_an_effect_is_seen(objects: Objects) -> None:
    """The comparison itself: a changed column, a new row and a lost one are told apart."""
    before = read_all()
    with undone():
        objects.demo.a.areas.filter(position=1).update(title="改动")
        objects.measure.evidence_links.all().delete()
        objects.measure.__class__.objects.filter(pk=objects.measure.pk).update(
            closed_at=datetime(2020, 1, 6, tzinfo=UTC)
        )
        seen = effect(before, read_all())
    assert [set(row) for row in seen.changed["issues.problemarea"]] == [{"pk", "title"}]
    assert [set(row) for row in seen.changed["measures.measure"]] == [{"pk", "closed_at"}]
    assert seen.gone["measures.evidencelink"] >= 1
    assert not effect(before, read_all())
