"""Private PostgreSQL and Redis, started from installed programs on free ports."""

import socket
import threading
import time
from pathlib import Path

import psycopg
import pytest
import redis

from rectify.machine import packages, services
from rectify.machine.progress import SetupError

needs_postgres = pytest.mark.skipif(
    services.postgres_program("initdb") is None, reason="NOT RUN: PostgreSQL is not installed"
)
needs_redis = pytest.mark.skipif(
    packages.program("redis-server") is None, reason="NOT RUN: Redis is not installed"
)


@needs_postgres
def test_postgresql_starts_as_another_account_keeps_its_data_and_stops() -> None:
    with services.scratch_folder() as folder:
        server = services.start_postgres(folder)
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        with psycopg.connect(address, autocommit=True) as link:
            link.execute("create table kept (n int)")
            assert link.execute("show server_encoding").fetchone() == ("UTF8",)
        services.stop(server)
        assert not services.postgres_answers(port)
        again = services.start_postgres(folder, port=port, durable=True)
        try:
            with psycopg.connect(address) as link:
                assert link.execute("select count(*) from kept").fetchone() == (0,)
                assert link.execute("show fsync").fetchone() == ("on",)
        finally:
            services.stop(again)
    assert not folder.exists()


@needs_redis
def test_redis_refuses_rather_than_forgets_and_stops() -> None:
    with services.scratch_folder() as folder:
        server = services.start_redis(folder, durable=True)
        client = redis.Redis.from_url(server.url)
        try:
            assert client.set("key", "value")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            port = client.connection_pool.connection_kwargs["port"]
            assert services.redis_answers(port)
        finally:
            client.close()
            services.stop(server)
        assert not services.redis_answers(port)


def answer_once(reply: bytes) -> int:
    """A server that answers its first client with `reply`; returns its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])

    def serve() -> None:
        with listener, listener.accept()[0] as link:
            link.recv(200)
            link.sendall(reply)

    threading.Thread(target=serve, daemon=True).start()
    return port


@pytest.mark.parametrize(
    "reply",
    [
        b"R\0\0\0\x08\0\0\0\x03",
        b"R\0\0\0\x17\0\0\0\x0a",
        b"E\0\0\0\x10SFATAL\0\0",
        b"HTTP/1.1 400 x",
    ],
)
def test_a_postgresql_that_wants_a_password_or_is_something_else_will_not_do(reply: bytes) -> None:
    assert not services.postgres_answers(answer_once(reply))


@pytest.mark.parametrize(
    "reply",
    [
        b"-NOAUTH Authentication required.\r\n",
        b"-ERR DB index is out of range\r\n",
        b"+OK\r\n$40\r\n# Server\r\nredis_version:6.0.16\r\n",
        b"",
    ],
)
def test_a_redis_that_wants_a_password_or_is_too_old_will_not_do(reply: bytes) -> None:
    assert not services.redis_answers(answer_once(reply))


def test_nobody_at_the_port_is_a_no_and_comes_at_once() -> None:
    started = time.monotonic()
    assert not services.postgres_answers(1)
    assert not services.redis_answers(1)
    assert time.monotonic() - started < 3


def test_a_missing_program_is_named_with_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "postgres_program", lambda name: None)
    with pytest.raises(SetupError, match=r"apt-get install .* postgresql"):
        services.start_postgres(tmp_path)
    monkeypatch.setattr(packages, "program", lambda *names: None)
    with pytest.raises(SetupError, match=r"apt-get install .* redis-server"):
        services.start_redis(tmp_path)
