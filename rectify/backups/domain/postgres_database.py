"""Saving and replacing a database on PostgreSQL, by its own programs."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from rectify.audit.exceptions import Refused
from rectify.backups.domain.contents import contents_of
from rectify.backups.domain.manifest import Contents
from rectify.machine.packages import apt_command
from rectify.machine.services import postgres_program

SCHEMA = "public"
KEPT = "rectify_before_restore"  # schema that holds the empty place until the restored one is good
# How the parameters of the connection reach the programs: never on the command line, which every
# user of the machine can read.
VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "passfile": "PGPASSFILE", "service": "PGSERVICE",
}  # fmt: skip


def copy_to(path: Path) -> Contents:
    """Write the database as it is now into the file; people go on writing meanwhile.

    What is counted and what is dumped are one snapshot. Raises Refused where pg_dump is missing,
    older than the server, or fails.
    """
    program = _program("pg_dump")
    own = connections[DEFAULT_DB_ALIAS].copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cast(tuple[str], cursor.fetchone())
            contents = contents_of(own)
            _run(
                [program, "--format=custom", f"--snapshot={snapshot}", f"--schema={SCHEMA}",
                 "--lock-wait-timeout=60s", "--no-password", f"--file={path}"]
            )  # fmt: skip
            return contents
    finally:
        own.close()


def aside() -> Path:
    """Where the dump is laid while it is read in."""
    folder = Path(settings.VAR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "database.restoring"


@contextmanager
def replaced_by(path: Path) -> Iterator[None]:
    """Inside the block Django works on the restored tables; the empty ones are dropped at the end.

    Where the block raises, the restored tables are dropped and the empty ones stand where they
    stood. Raises Refused where pg_restore is missing, older than the server, or fails, and where
    the account does not own the database.
    """
    program = _program("pg_restore")
    database = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    try:
        _move(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE", f"ALTER SCHEMA {SCHEMA} RENAME TO {KEPT}",
              f"CREATE SCHEMA {SCHEMA}", f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC")  # fmt: skip
    except DatabaseError as error:
        raise Refused(
            "恢复时须以数据库的所有者连接，现在的账户不能重建模式“public”。"
            f"请检查 DATABASE_URL 后重试。（{str(error).strip()}）"
        ) from error
    try:
        _run(
            [program, "--single-transaction", "--no-owner", "--no-privileges", "--no-password",
             f"--schema={SCHEMA}", f"--dbname={database}", str(path)]
        )  # fmt: skip
        _give_rights()
        yield
        _move(f"DROP SCHEMA {KEPT} CASCADE")
    except BaseException:
        _move(f"DROP SCHEMA {SCHEMA} CASCADE", f"ALTER SCHEMA {KEPT} RENAME TO {SCHEMA}")
        raise


def _give_rights() -> None:
    """Roles belong to the server, so a dump cannot bring their rights: they are given as the
    migration gives them."""
    migration = import_module("rectify.audit.migrations.0003_insert_only_role")
    with connections[DEFAULT_DB_ALIAS].schema_editor() as editor:
        migration.give(None, editor)


def _move(*statements: str) -> None:
    """All of them or none; what the connection remembers of the old tables is forgotten."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.close()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _program(name: str) -> str:
    """Path of the program. Raises Refused where it is missing or older than the server."""
    connection = cast(Any, connections[DEFAULT_DB_ALIAS])
    connection.ensure_connection()
    server = connection.pg_version // 10000
    remedy = f"请在运行本系统的机器上安装：{apt_command([f'postgresql-client-{server}'])}"
    path = postgres_program(name)
    if path is None:
        raise Refused(f"没有找到 {name}，不能备份或恢复 PostgreSQL。{remedy}")
    said = subprocess.run(  # noqa: S603 - an installed program, no input of anybody
        [path, "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"(\d+)(\.|\s|$)", said)
    if found is None or int(found[1]) < server:
        raise Refused(f"{said.strip() or name} 比服务器（PostgreSQL {server}）旧。{remedy}")
    return path


def _run(command: list[str]) -> None:
    parameters = cast(Any, connections[DEFAULT_DB_ALIAS]).get_connection_params()
    given = {VARIABLES[key]: str(value) for key, value in parameters.items() if key in VARIABLES}
    done = subprocess.run(  # noqa: S603 - an installed program, no input of anybody
        command,
        env={**os.environ, **given, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise Refused(f"{Path(command[0]).name} 没有成功：{said}")
