"""Saving and replacing the embedded database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from errno import EIO, ENOSPC
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

from rectify.audit.exceptions import Refused
from rectify.backups.domain.contents import contents_of
from rectify.backups.domain.manifest import Contents

WAIT = 60.0  # seconds


def copy_to(path: Path) -> Contents:
    """Write the database as it is now into the file; people go on writing meanwhile.

    SQLite's own backup takes one committed state, with what still lies in the write-ahead log: a
    copy of the file alone would lose that. Raises Refused where the copy does not hold together,
    OSError where the disk is full or not writable.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=WAIT)) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
        except sqlite3.OperationalError as error:
            full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
            raise OSError(ENOSPC if full else EIO, str(error), str(path)) from error
        _check(target)
    copy = type(connection)({**connection.settings_dict, "NAME": str(path), "OPTIONS": {}}, "copy")
    try:
        return contents_of(copy)
    finally:
        copy.close()


def aside() -> Path:
    """Where a database is laid before it takes the place of the present one: beside it."""
    name = Path(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
    name.parent.mkdir(parents=True, exist_ok=True)
    return name.with_name(f"{name.name}.restoring")


@contextmanager
def replaced_by(path: Path) -> Iterator[None]:
    """Inside the block Django works on the file; it takes the present one's place at the end.

    Where the block raises, the present database stays as it was. Raises Refused for a file that
    is no whole database.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    present = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path)) as restored:
        _check(restored)
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")  # empties the log into the file
    finally:
        connection.close()
        connection.settings_dict["NAME"] = present
    # The log of the empty database must not be read into the restored one.
    for left in ("-wal", "-shm"):
        Path(f"{present}{left}").unlink(missing_ok=True)
    path.replace(present)


def _check(database: sqlite3.Connection) -> None:
    try:
        (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise Refused(f"数据库文件已经损坏（{found}）。请停止使用，并改用最近一份完好的备份。")
