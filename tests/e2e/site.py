"""The product as `make run` starts it: web, worker and schedule on a free port, with its own data.

On SQLite and the folder broker; where DATABASE_URL and REDIS_URL name servers, on a database of its
own of that PostgreSQL and on an unused numbered database of that Redis.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.processes import Child, free_port, stop_all
from rectify.machine.run import processes, wait_until_answers

# What the settings of the tests put into the environment, and must not reach the product.
TEST_ONLY = ("RECTIFY_TEST_DIR", "PYTEST_XDIST_WORKER", "DATABASE_URL", "REDIS_URL", "MEDIA_ROOT")
REDIS_DATABASES = range(14, 0, -1)  # 15 is that of the other tests, 0 other people's


@dataclass
class Site:
    """A running product; `password` opens every demo account."""

    address: str
    folder: Path
    env: dict[str, str]
    web: Child
    worker: Child
    schedule: Child
    password: str

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def run(self, *arguments: str) -> str:
        """What a Python command prints, run beside the product with its settings."""
        return _run(self.env, *arguments)

    def empty_broker(self) -> None:
        """Loses every message on its way, as a broker without its disk would."""
        if url := self.env.get("REDIS_URL"):
            redis.Redis.from_url(url).flushdb()
            return
        for message in (self.folder / "broker" / "queue").glob("*.msg"):
            message.unlink(missing_ok=True)


@contextmanager
def running_site(folder: Path, fonts: Path) -> Iterator[Site]:
    """Sets up the demo in the folder and starts everything; stops only what it started."""
    with ExitStack() as cleaning:
        env = _environment(folder, fonts)
        cleaning.enter_context(_servers(env))
        _run(env, "manage.py", "migrate", "--noinput")
        _run(env, "manage.py", "load_demo")
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        env["PUBLIC_URL"] = address
        with patch.dict(os.environ, {"VAR_DIR": str(folder)}):
            children = processes(env, port)
        cleaning.callback(stop_all, children)
        for child in children:
            child.start()
        wait_until_answers(f"{address}/", children)
        web, worker, schedule = children
        yield Site(address, folder, env, web, worker, schedule, _password(folder))


def _environment(folder: Path, fonts: Path) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in TEST_ONLY}
    return env | {
        "DJANGO_SETTINGS_MODULE": "rectify.settings.dev",
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(folder),
        "FONT_DIR": str(fonts),
    }


@contextmanager
def _servers(env: dict[str, str]) -> Iterator[None]:
    """Adds a fresh database and an unused Redis database where servers are named; drops them."""
    postgres, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not (postgres.startswith("postgres") and broker):
        yield
        return
    server = postgres.rpartition("/")[0]
    name = f"{urlsplit(postgres).path.strip('/')}_e2e_{os.getpid()}"
    _administer(server, "CREATE DATABASE {}", name)
    found = _unused_redis(broker)
    try:
        env["DATABASE_URL"] = f"{server}/{name}"
        env["REDIS_URL"] = found
        yield
    finally:
        redis.Redis.from_url(found).flushdb()
        _administer(server, "DROP DATABASE {} WITH (FORCE)", name)


def _administer(server: str, statement: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
        link.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _unused_redis(url: str) -> str:
    server = url.rpartition("/")[0]
    for number in REDIS_DATABASES:
        candidate = f"{server}/{number}"
        with redis.Redis.from_url(candidate) as link:
            if link.dbsize() == 0:
                return candidate
    raise RuntimeError(f"every database of {server} is in use")


def _run(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [str(PYTHON), *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def _password(folder: Path) -> str:
    lines = (folder / "demo-accounts.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("口令：")).removeprefix("口令：").strip()
