"""Taking stock of a database, to compare a restored one with what was saved."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from rectify.audit.models import Chain
from rectify.backups.domain.manifest import Contents


def contents_of(connection: BaseDatabaseWrapper) -> Contents:
    """What the database holds, by plain SQL: its tables may be those of an older version."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:

        def rows(columns: str, table: str) -> list[tuple[object, ...]]:
            cursor.execute(f"SELECT {columns} FROM {quote(table)}")  # noqa: S608 - own names only
            found: list[tuple[object, ...]] = cursor.fetchall()
            return found

        tables = sorted(connection.introspection.table_names(cursor))
        migrations = rows("app, name", MigrationRecorder.Migration._meta.db_table)
        chains = rows(f"{quote('key')}, length, head", Chain._meta.db_table)
        return Contents(
            migrations=frozenset((str(app), str(name)) for app, name in migrations),
            rows={table: int(str(rows("COUNT(*)", table)[0][0])) for table in tables},
            chains={str(key): (int(str(length)), str(head)) for key, length, head in chains},
        )
