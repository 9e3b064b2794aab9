"""The small bureau, shared with the tests of measures, and an intruder who owns the database."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.measures.domain.conftest import neighbour, small

__all__ = ["neighbour", "small"]


@pytest.fixture
def intruder(db: None) -> None:
    """Somebody with the rights of the database's owner has switched its guards off.

    Undone with the test's transaction.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
            return
        # A table with unchecked foreign keys cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_event", "audit_chain"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
