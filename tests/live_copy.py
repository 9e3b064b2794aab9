"""A copy of the test database, with its demo, that processes of the product may write to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql


@contextmanager
def live_copy(blocker: Any, folder: Path) -> Iterator[str]:
    """Its address as DATABASE_URL takes it, on whichever database the suite runs; gone afterwards.

    `blocker`: pytest-django's, because no test may hold a connection while PostgreSQL copies.
    """
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        target = folder / "copy.sqlite3"
        with (
            closing(sqlite3.connect(settings["NAME"])) as source,
            closing(sqlite3.connect(target)) as link,
        ):
            source.backup(link)
        yield f"sqlite:///{target}"
        return
    name = f"{settings['NAME']}_copy"
    server = (
        f"postgres://{settings['USER']}:{settings['PASSWORD']}"
        f"@{settings['HOST']}:{settings['PORT'] or 5432}"
    )
    with blocker.unblock():
        connection.close()  # a database with visitors cannot be copied
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
        words = {"new": sql.Identifier(name), "old": sql.Identifier(settings["NAME"])}
        link.execute(sql.SQL("CREATE DATABASE {new} TEMPLATE {old}").format(**words))
        try:
            yield f"{server}/{name}"
        finally:
            link.execute(sql.SQL("DROP DATABASE {new} WITH (FORCE)").format(**words))
