"""Nothing is fetched from outside: the guard of the suite bites."""

from __future__ import annotations

import smtplib
import socket
import urllib.request
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.loopback import ReachedOutside, is_here


@pytest.mark.parametrize("address", ["http://192.0.2.1/", "http://zhenggai.example/"])
def test_no_page_is_fetched_by_number_or_by_name(address: str) -> None:
    with pytest.raises(ReachedOutside):
        urllib.request.urlopen(address, timeout=1)


def test_no_mail_leaves() -> None:
    with pytest.raises(ReachedOutside):
        smtplib.SMTP("192.0.2.1", 25, timeout=1)


def test_no_packet_leaves() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as out:
        with pytest.raises(ReachedOutside):
            out.sendto(b"x", ("192.0.2.1", 53))
        with pytest.raises(ReachedOutside):
            out.sendmsg([b"x"], [], 0, ("192.0.2.1", 53))
    with closing(socket.socket(socket.AF_INET6)) as out, pytest.raises(ReachedOutside):
        out.connect_ex(("2001:db8::1", 80))


def test_code_that_swallows_every_error_cannot_swallow_this() -> None:
    with pytest.raises(ReachedOutside):
        try:
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        except Exception:  # noqa: BLE001 - that is the point
            pytest.fail("swallowed")


def test_servers_on_this_machine_are_reached(tmp_path: Path) -> None:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Silence."""

    with HTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for name in ("127.0.0.1", "localhost"):
            with urllib.request.urlopen(f"http://{name}:{server.server_port}/", timeout=5) as page:
                assert page.status == 204
        server.shutdown()
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        with closing(socket.socket(socket.AF_UNIX)) as caller:
            caller.connect(str(tmp_path / "s"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost", "", None, b"::1"])
def test_loopback_is_here(host: object) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "::", "localhost.evil.example", "1", b"x"])  # noqa: S104 - not bound
def test_everything_else_is_not(host: object) -> None:
    assert not is_here(host)
