"""The database refuses to change the log, whoever asks; the site's own role may only append."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F

from rectify.audit.actors import SYSTEM
from rectify.audit.domain.events import record, verify
from rectify.audit.domain.guards import missing_guards
from rectify.audit.models import Chain, Event
from tests.architecture.sources import sources
from tests.measures.domain.small_bureau import Small

on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="roles and TRUNCATE exist on PostgreSQL only"
)


def chain_of(small: Small) -> Chain:
    return Chain.objects.get(organization=small.organization)


def test_the_guards_stand_after_the_migrations(db: None) -> None:
    assert missing_guards() == []


def test_a_recorded_event_cannot_be_changed(small: Small) -> None:
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Event.objects.filter(chain=chain_of(small), seq=3).update(actor_name="别人")
    assert verify(chain_of(small)) is None


def test_a_recorded_event_cannot_be_deleted(small: Small) -> None:
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Event.objects.filter(chain=chain_of(small)).order_by("-seq")[0].delete()
    with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
        Event.objects.all().delete()
    assert verify(chain_of(small)) is None


@pytest.mark.sqlite_only
def test_a_recorded_event_cannot_be_replaced(small: Small) -> None:
    columns = ", ".join(str(field.column) for field in Event._meta.concrete_fields)
    for key in ("id", "NULL"):  # by its key, or by its place in the chain under a new key
        chosen = columns.replace("id", key, 1).replace("actor_name", "'别人'")
        statement = (
            f"REPLACE INTO audit_event ({columns}) SELECT {chosen} FROM audit_event WHERE seq = 3"
        )
        with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
            connection.cursor().execute(statement)
    assert verify(chain_of(small)) is None


@pytest.mark.parametrize(
    "values",
    [
        {"length": F("length") - 1},
        {"length": F("length")},
        {"length": F("length") + 2},
        {"head": "0" * 64},
        {"key": "organization:0", "length": F("length") + 1},
        {"organization": None, "length": F("length") + 1},
    ],
    ids=["back", "nowhere", "two at once", "other hash", "other key", "other bureau"],
)
def test_a_head_moves_by_one_event_only(small: Small, values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="只能向前"), transaction.atomic():
        Chain.objects.filter(pk=chain_of(small).pk).update(**values)


def test_a_chain_cannot_be_deleted(small: Small) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_chain")


def test_the_log_still_grows(small: Small) -> None:
    before = chain_of(small).length
    with transaction.atomic():
        record(actor=SYSTEM, organization=small.organization, action="x")
    assert chain_of(small).length == before + 1


@pytest.mark.usefixtures("intruder")
def test_a_guard_that_was_dropped_is_named(small: Small) -> None:
    assert "audit_event_no_update" in missing_guards()
    with pytest.raises(CommandError, match="audit_event_no_delete") as error:
        call_command("verify_audit")
    assert error.value.returncode == 2


@on_postgresql
def test_the_log_cannot_be_truncated(small: Small) -> None:
    for table in ("audit_event", "audit_chain"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {table} CASCADE")
    assert verify(chain_of(small)) is None


@contextmanager
def acting_as_the_site() -> Iterator[None]:
    """The rights that the site has where it logs in as a member of rectify_app."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE rectify_app")
        yield
        cursor.execute("RESET ROLE")


@on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DELETE FROM audit_chain",
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "DROP TRIGGER audit_event_no_update ON audit_event",
    ],
)
@pytest.mark.usefixtures("small")
def test_the_sites_role_may_not(statement: str) -> None:
    with acting_as_the_site(), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute(statement)


@on_postgresql
def test_the_sites_role_records_and_works(small: Small) -> None:
    before = chain_of(small).length
    with acting_as_the_site():
        small.measure()
        with transaction.atomic():
            record(actor=SYSTEM, organization=small.organization, action="x")
        assert verify(chain_of(small)) is None
    assert chain_of(small).length == before + 2


@on_postgresql
def test_the_sites_role_works_with_tables_that_come_later(small: Small) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE TABLE later (id serial PRIMARY KEY, word text)")
        with acting_as_the_site():
            cursor.execute("INSERT INTO later (word) VALUES ('x')")
            cursor.execute("UPDATE later SET word = 'y'")
            cursor.execute("DELETE FROM later")


def removals(tree: ast.Module) -> list[int]:
    """Lines that delete or overwrite rows of the log, by any name that the code knows them by."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in {"delete", "update", "bulk_update", "_raw_delete", "truncate"}:
            subject = ast.unparse(node.func.value)
            if "Event." in subject or "events" in subject or subject == "event":
                found.append(node.lineno)
    return found


def test_no_code_of_the_product_removes_or_rewrites_an_event() -> None:
    """Events are kept for ever, so for at least the 180 days that the rules ask for."""
    assert {path: lines for path, tree in sources().items() if (lines := removals(tree))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "Event.objects.filter(at__lt=day).delete()",
        "chain.events.all().delete()",
        "event.delete()",
        "Event.objects.filter(pk=1).update(ip='')",
    ],
)
def test_the_test_sees_a_removal(line: str) -> None:
    assert removals(ast.parse(line)) == [1]
