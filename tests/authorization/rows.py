"""Every row of every table: as one hash per table, and as what a request added or changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

# What happens to be written by reading or by being refused: the record of it, the session, and
# the counters of the lock-out.
RECORDS = {"audit.chain", "audit.event", "accounts.loginsession"}
RECORDING_APPS = {"axes"}
# Columns that differ whenever the same thing is done twice.
CHANCE = (models.UUIDField, models.FileField)

# What a draw of lots decides: its seed is the hash of an event, and no two requests share one.
DRAWN = {("measures.lookbacksample", "seed"), ("measures.lookback", "measure_id")}

# An address names rows by what is drawn by lot for each of them.
_NAMED = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/)")

Tables = dict[str, dict[Any, dict[str, Any]]]


@dataclass(frozen=True)
class Effect:
    """What a request did: rows added by table, columns changed by table, rows gone by table."""

    added: dict[str, list[dict[str, Any]]]
    changed: dict[str, list[dict[str, Any]]]
    gone: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


def checksum() -> dict[str, str]:
    """A hash per table over every row that a GET or a refusal may not touch."""
    return {
        label: hashlib.sha256(repr(list(model._base_manager.order_by("pk").values_list())).encode())
        .hexdigest()
        for label, model in tables()
    }  # fmt: skip


def tables() -> Iterator[tuple[str, type[models.Model]]]:
    """All tables but those that record; a new application is in it without being named."""
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if label not in RECORDS and model._meta.app_label not in RECORDING_APPS:
            yield label, model


def read_all() -> Tables:
    """Every row of every table, by table and key."""
    return {
        label: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for label, model in tables()
    }


def effect(before: Tables, after: Tables) -> Effect:
    """The difference, without keys of new rows and without columns that are left to chance."""
    added: dict[str, list[dict[str, Any]]] = {}
    changed: dict[str, list[dict[str, Any]]] = {}
    gone: dict[str, int] = {}
    for label, model in tables():
        old, new = before[label], after[label]
        for key, row in new.items():
            if key not in old:
                added.setdefault(label, []).append(_steady(model, row, before))
            elif row != old[key]:
                kept = {name: value for name, value in row.items() if value != old[key][name]}
                changed.setdefault(label, []).append({"pk": key, **_steady(model, kept, before)})
        if missing := len(old.keys() - new.keys()):
            gone[label] = missing
    return Effect(added, changed, gone)


@contextmanager
def undone() -> Iterator[None]:
    """Everything that the block writes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _steady(model: type[models.Model], row: dict[str, Any], before: Tables) -> dict[str, Any]:
    steady = {}
    for column in model._meta.concrete_fields:
        if column.attname not in row or column.primary_key or isinstance(column, CHANCE):
            continue
        if (model._meta.label_lower, column.attname) in DRAWN and row.get("sample_id", True):
            continue
        value = row[column.attname]
        if isinstance(column, models.ForeignKey):
            known = before.get(column.related_model._meta.label_lower)
            if value is not None and known is not None and value not in known:
                value = "a new row"
        if column.attname == "password":
            value = "a hash of it"  # salted anew
        if model._meta.label_lower == "jobs.delivery" and column.attname == "key":
            value = re.sub(r"\d+", "n", value)  # of a new row: sequences do not go back
        if column.attname == "link":
            value = _NAMED.sub(lambda name: _if_known(name[0], before), value)
        steady[column.attname] = value
    return steady


def _if_known(name: str, before: Tables) -> str:
    """A public id that was there before as it is, and one that the request gave out as such."""
    given = (str(row.get("public_id")) for rows in before.values() for row in rows.values())
    return name if name in given else "a new row"
