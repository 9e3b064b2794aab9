"""PostgreSQL and Redis for the second round of tests: those that answer, or private ones.

A server that already answers on its usual port is used as it is and never stopped. Otherwise one is
started from installed programs on a free port with its data in a scratch folder, and stopped again.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rectify.machine import packages
from rectify.machine.processes import Child, free_port, stop_all
from rectify.machine.progress import SetupError, is_root, last_lines, say

POSTGRES_PORT = 5432
REDIS_PORT = 6379
# The last of Redis' sixteen databases: the first is where other people's keys lie.
REDIS_DATABASE = 15
OLDEST_REDIS = (6, 2)  # kombu 5.7 uses commands that came with it
START_SECONDS = 30.0
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")


@dataclass(frozen=True)
class Server:
    """A server that can be used: its address as a URL, and the process if it is ours."""

    url: str
    child: Child | None = None


def postgres_answers(port: int = POSTGRES_PORT, host: str = "127.0.0.1") -> bool:
    """Whether PostgreSQL lets its user `postgres` in without a password.

    Speaks the first message of the protocol (version 3.0): the only answer that will do is
    AuthenticationOk; a demand for a password or an error is a no.
    """
    names = b"user\0postgres\0database\0postgres\0\0"
    body = struct.pack("!I", 196608) + names
    try:
        with socket.create_connection((host, port), timeout=3) as link:
            link.sendall(struct.pack("!I", len(body) + 4) + body)
            answer = link.recv(9)
    except OSError:
        return False
    return answer == b"R" + struct.pack("!II", 8, 0)


def redis_answers(port: int = REDIS_PORT, host: str = "127.0.0.1") -> bool:
    """Whether Redis >= 6.2 answers without a password and has the database that tests use."""
    try:
        with socket.create_connection((host, port), timeout=3) as link:
            link.sendall(f"SELECT {REDIS_DATABASE}\r\nINFO server\r\n".encode())
            link.settimeout(3)
            answer = b""
            while b"redis_version:" not in answer and not answer.startswith(b"-"):
                part = link.recv(4096)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    found = re.search(rb"redis_version:(\d+)\.(\d+)", answer)
    return bool(
        answer.startswith(b"+OK") and found and tuple(map(int, found.groups())) >= OLDEST_REDIS
    )


def postgres_program(name: str) -> str | None:
    """Path of `initdb` or `postgres`: Debian keeps them out of PATH, one folder per version."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    return str(versions[-1]) if versions else packages.program(name)


def unprivileged_account() -> str | None:
    """The account that runs PostgreSQL when we are root, which it refuses; None when we are not.

    Raises SetupError where root has no other account to lend.
    """
    if not is_root():
        return None
    for name in ("postgres", os.environ.get("SUDO_USER", ""), "nobody"):
        with suppress(KeyError):
            if name and pwd.getpwnam(name).pw_uid != 0:
                return name
    raise SetupError("PostgreSQL 不能以 root 运行，而本机没有其他账户。")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of our own for the data of private servers; gone at the end."""
    path = Path(tempfile.mkdtemp(prefix="rectify-servers-"))
    path.chmod(0o755)  # the unprivileged account has to pass through
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def start_postgres(folder: Path, *, port: int | None = None, durable: bool = False) -> Server:
    """Starts a private PostgreSQL with its data in FOLDER/pg (made if absent).

    `durable=False` leaves out every fsync: right for tests that never lose power. Raises SetupError
    when programs are missing or the server does not answer within 30 s. Stop it with `stop`.
    """
    initdb, program = postgres_program("initdb"), postgres_program("postgres")
    if initdb is None or program is None:
        raise SetupError(f"没有 PostgreSQL，请安装：{packages.apt_command(['postgresql'])}")
    account, data = unprivileged_account(), folder / "pg"
    group = pwd.getpwnam(account).pw_gid if account else None
    if not data.exists():
        _make_cluster(initdb, data, account, group)
    port = port or free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "timezone": "UTC",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [program, "-D", str(data), "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    child = Child(
        "PostgreSQL",
        command,
        folder / "postgres.log",
        account=account,
        group=group,
        cwd=data,
        stop_signal=signal.SIGINT,  # "fast": does not wait for clients to leave
    )
    _start(child, lambda: postgres_answers(port))
    return Server(f"postgres://postgres@127.0.0.1:{port}/rectify", child)


def _make_cluster(initdb: str, data: Path, account: str | None, group: int | None) -> None:
    data.mkdir(mode=0o700)
    if account:
        shutil.chown(data, account)
    made = subprocess.run(
        [initdb, "-D", str(data), *INITDB],
        user=account,
        group=group,
        extra_groups=None if account is None else [],
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise SetupError(f"initdb 失败：{made.stderr.strip()}")


def start_redis(folder: Path, *, port: int | None = None, durable: bool = False) -> Server:
    """Starts a private Redis with its data in FOLDER/redis; `durable` adds the append-only file.

    Raises SetupError when the program is missing or does not answer within 30 s.
    """
    program = packages.program("redis-server")
    if program is None:
        raise SetupError(f"没有 Redis，请安装：{packages.apt_command(['redis-server'])}")
    data = folder / "redis"
    data.mkdir(exist_ok=True)
    port = port or free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(data)]
    command += ["--save", "", "--appendonly", "yes" if durable else "no"]
    command += ["--maxmemory-policy", "noeviction"]
    child = Child("Redis", command, folder / "redis.log", cwd=data)
    _start(child, lambda: redis_answers(port))
    return Server(f"redis://127.0.0.1:{port}/{REDIS_DATABASE}", child)


def stop(*servers: Server) -> None:
    """Stops those of the servers that are ours."""
    stop_all([server.child for server in servers if server.child is not None])


def _start(child: Child, answers: Callable[[], bool]) -> None:
    child.start()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.exit_code() is None:
        if answers():
            return
        time.sleep(0.05)
    stop_all([child])
    raise SetupError(f"{child.name} 没有起来：{' / '.join(last_lines(child.log, 3))}")


@contextmanager
def for_tests(database: str) -> Iterator[tuple[Server, Server]]:
    """PostgreSQL (with this database name in its URL) and Redis, found, started or installed.

    Raises SetupError with the reason where one of them cannot be had.
    """
    with scratch_folder() as folder:
        ours: list[Server] = []
        try:
            if postgres_answers():
                postgres = Server(f"postgres://postgres@127.0.0.1:{POSTGRES_PORT}/rectify")
            else:
                _obtain("postgresql", postgres_program("initdb"))
                postgres = start_postgres(folder)
                ours.append(postgres)
            if redis_answers():
                redis = Server(f"redis://127.0.0.1:{REDIS_PORT}/{REDIS_DATABASE}")
            else:
                _obtain("redis-server", packages.program("redis-server"))
                redis = start_redis(folder)
                ours.append(redis)
            named = f"{postgres.url.rpartition('/')[0]}/{database}"
            for server, name in ((postgres, "PostgreSQL"), (redis, "Redis")):
                say(f"· {name}：{'私有，用后即停' if server in ours else '本机已有'} {server.url}")
            yield Server(named, postgres.child), redis
        finally:
            stop(*ours)


def _obtain(package: str, found: str | None) -> None:
    """Installs the package where its program is missing; the caller reports what stays missing."""
    if found is None:
        packages.install([package])
