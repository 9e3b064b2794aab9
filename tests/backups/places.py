"""Installations of their own beside the tests: folders, a database, commands run as an operator
would. On SQLite a file; on PostgreSQL a database of the configured server, dropped at the end."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.services import postgres_program

# What belongs to the process of the tests and must not reach the other installation.
TEST_ONLY = ("PYTEST_XDIST_WORKER", "MEDIA_ROOT", "VAR_DIR", "REDIS_URL", "BACKUP_KEEP")


@dataclass(frozen=True)
class Place:
    """An installation: its folder and the environment of its processes."""

    folder: Path
    env: Mapping[str, str]

    @property
    def media(self) -> Path:
        return self.folder / "main" / "media"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python("manage.py", *arguments)

    def inside(self, *arguments: str) -> str:
        """What tests/backups/inside.py prints there."""
        done = self.python("-m", "tests.backups.inside", *arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.inside("facts"))
        return found

    def files(self) -> dict[str, bytes]:
        """Every file of the media folder."""
        found = (path for path in self.media.rglob("*") if path.is_file())
        return {path.relative_to(self.media).as_posix(): path.read_bytes() for path in found}

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PYTHON), *arguments],
            cwd=ROOT, env=dict(self.env), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """A process of the installation whose lines can be read while it runs."""
        return subprocess.Popen(
            [str(PYTHON), *arguments],
            cwd=ROOT, env=dict(self.env), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip


@contextmanager
def empty_place(folder: Path) -> Iterator[Place]:
    """An installation without tables, accounts or files."""
    folder.mkdir(parents=True)
    env = {name: value for name, value in os.environ.items() if name not in TEST_ONLY}
    env |= {"DJANGO_SETTINGS_MODULE": "rectify.settings.test", "RECTIFY_TEST_DIR": str(folder)}
    if connection.vendor == "sqlite":
        yield Place(folder, env | {"DATABASE_URL": f"sqlite:///{folder / 'rectify.sqlite3'}"})
        return
    name = f"rectify_backup_{uuid4().hex[:12]}"
    _administer("CREATE DATABASE {}", name)
    try:
        yield Place(folder, env | {"DATABASE_URL": _address(name)})
    finally:
        _administer("DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def demo_place(folder: Path) -> Iterator[Place]:
    """An installation with the demo, copied from what the tests run on."""
    with empty_place(folder) as place:
        shutil.copytree(settings.MEDIA_ROOT, place.media)
        present = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite":
            target = folder / "rectify.sqlite3"
            with (
                closing(sqlite3.connect(present)) as old,
                closing(sqlite3.connect(target)) as new,
            ):
                old.backup(new)
        else:
            dump = folder / "demo.dump"
            _program("pg_dump", "-Fc", "-f", str(dump), _address(present))
            _program("pg_restore", "-d", place.env["DATABASE_URL"], str(dump))
        yield place


def password() -> str:
    """The one that opens every demo account."""
    text = (Path(settings.VAR_DIR) / "demo-accounts.txt").read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith("口令：")).removeprefix(
        "口令："
    )


def _address(name: str) -> str:
    given = connection.settings_dict
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    return (
        f"postgres://{given['USER']}{password}@{given['HOST'] or '127.0.0.1'}"
        f":{given['PORT'] or 5432}/{name}"
    )


def _administer(statement: str, name: str) -> None:
    with psycopg.connect(_address("postgres"), autocommit=True) as link:
        link.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _program(name: str, *arguments: str) -> None:
    program = postgres_program(name)
    assert program is not None
    subprocess.run([program, *arguments], check=True, capture_output=True)
