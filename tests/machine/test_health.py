"""A container is healthy when its own process answers, under the name and scheme the proxy uses."""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from rectify.machine import health


class Site(BaseHTTPRequestHandler):
    """Answers as the site does: only to its own host name, and without TLS with a redirect."""

    def do_GET(self) -> None:
        known = self.headers["Host"] == "zhenggai.example"
        secure = self.headers["X-Forwarded-Proto"] == "https"
        code = 400 if not known else 200 if secure and self.path == "/healthz" else 301
        self.send_response(code)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Silence: the test reads no log."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_the_site_is_asked_under_its_first_allowed_name(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "zhenggai.example, other.example")
    assert health.web(port)


def test_a_site_that_refuses_or_is_away_is_not_healthy(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "another.example")
    assert not health.web(port)
    assert not health.web(1)


def test_a_schedule_that_was_not_written_for_long_is_not_healthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert not health.schedule()
    written = tmp_path / "celerybeat-schedule.db"
    written.touch()
    assert health.schedule()
    long_ago = time.time() - health.STALE - 1
    os.utime(written, (long_ago, long_ago))
    assert not health.schedule()
