"""Whether the database still refuses to change the log (migration 0002_events_only_grow)."""

from __future__ import annotations

from django.db import connection

# What each kind of database must have; PostgreSQL says REPLACE differently and knows TRUNCATE.
BOTH = (
    "audit_event_no_update",
    "audit_event_no_delete",
    "audit_chain_forward",
    "audit_chain_no_delete",
)
OWN = {
    "sqlite": ("audit_event_no_replace", "audit_chain_no_replace"),
    "postgresql": ("audit_event_no_truncate", "audit_chain_no_truncate"),
}
ASKED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}


def missing_guards() -> list[str]:
    """Names of the triggers that somebody dropped or switched off; empty where all stand."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED[connection.vendor])
        standing = {name for (name,) in cursor.fetchall()}
    return [name for name in (*BOTH, *OWN[connection.vendor]) if name not in standing]
