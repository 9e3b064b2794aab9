"""The central move: a conditional UPDATE that is the lock, and its event, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F

from rectify.audit.actors import Actor
from rectify.audit.domain.events import Changes, record
from rectify.audit.exceptions import StaleVersion
from rectify.audit.models import Operation, VersionedRow
from rectify.lib.clock import now

if TYPE_CHECKING:
    from rectify.accounts.models import Organization

# Columns of a new row that its first event need not repeat, and the one that it must not.
UNSHOWN = {"id", "public_id", "version", "created_at", "updated_at", "password"}
Row = TypeVar("Row", bound=VersionedRow)


@transaction.atomic
def change(
    row: Row,
    *,
    actor: Actor,
    organization: Organization | None,
    action: str,
    version: int,
    values: dict[str, Any],
    also: Changes | None = None,
    label: str = "",
    operation: Operation | None = None,
) -> Row:
    """Write `values` if the row still has `version`, record who changed what, return the row.

    `also` are changes of the same object that lie in tables of their own: they move the version
    and are recorded with it. Nothing is written where nothing differs. Raises StaleVersion (with
    the row as it stands now) if somebody saved first, and ValidationError if the new values break
    the model's own rules.
    """
    before = type(row)._default_manager.filter(pk=row.pk, version=version).first()
    if before is None:
        raise StaleVersion(type(row)._default_manager.get(pk=row.pk))
    differing = {
        name: (_stored(before, name), _value(value))
        for name, value in values.items()
        if _stored(before, name) != _value(value)
    }
    if not differing and not also:
        return row
    for name in values:
        setattr(row, name, values[name])
    row.clean_fields(exclude=_unchecked(row, values))
    row.clean()
    _write(row, version, {name: values[name] for name in differing})
    record(
        actor=actor,
        organization=organization,
        action=action,
        subject=row,
        label=label,
        changes={**differing, **(also or {})},
        operation=operation,
    )
    return row


@transaction.atomic
def add(
    row: Row,
    *,
    actor: Actor,
    organization: Organization | None,
    action: str,
    also: Changes | None = None,
    label: str = "",
    operation: Operation | None = None,
) -> Row:
    """Validate and insert a new row and record it, with what comes into being in tables of its
    own (`also`). Raises ValidationError."""
    row.clean_fields(exclude={f.name for f in row._meta.fields if f.is_relation})
    row.clean()
    with _constraints_in_words(row):
        row.save(force_insert=True)
    shown = {
        field.attname: (None, getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in UNSHOWN and getattr(row, field.attname) not in (None, "", [], {})
    }
    record(
        actor=actor,
        organization=organization,
        action=action,
        subject=row,
        label=label,
        changes={
            **{name: (None, _value(pair[1])) for name, pair in shown.items()},
            **(also or {}),
        },
        operation=operation,
    )
    return row


def _write(row: VersionedRow, version: int, values: dict[str, Any]) -> None:
    """The conditional UPDATE that is the lock. Raises StaleVersion where it finds no row."""
    rows = type(row)._default_manager.filter(pk=row.pk, version=version)
    with _constraints_in_words(row):
        updated = rows.update(**values, version=F("version") + 1, updated_at=now())
    if not updated:
        raise StaleVersion(type(row)._default_manager.get(pk=row.pk))
    row.version = version + 1


@contextmanager
def _constraints_in_words(row: models.Model) -> Iterator[None]:
    """Let the database judge its constraints, and only where it objects ask which one and say so.

    Asking first would cost a query for every constraint of every write and still lose the race.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        row.validate_unique()
        row.validate_constraints()
        raise


def _stored(row: models.Model, name: str) -> Any:
    """The column's value; for a foreign key its id, without fetching the row behind it."""
    return _value(getattr(row, getattr(row._meta.get_field(name), "attname", name)))


def _value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value.name if isinstance(value, models.fields.files.FieldFile) else value


def _unchecked(row: models.Model, values: dict[str, Any]) -> set[str]:
    """Columns that do not change, and foreign keys: the database checks those by itself."""
    return {
        field.name for field in row._meta.fields if field.is_relation or field.name not in values
    }
