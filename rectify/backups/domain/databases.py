"""The database that this installation runs on, seen as something to save and to replace."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection

from rectify.backups.domain import postgres_database, sqlite_database
from rectify.backups.domain.manifest import Contents
from rectify.backups.enums import Engine


class Database(Protocol):
    """What each of the two modules offers; the words of its functions say the rest."""

    def copy_to(self, path: Path) -> Contents: ...

    def aside(self) -> Path: ...

    def replaced_by(self, path: Path) -> AbstractContextManager[None]: ...


def present_engine() -> Engine:
    return Engine(connection.vendor)


def database_of(engine: Engine) -> Database:
    return sqlite_database if engine is Engine.SQLITE else postgres_database
