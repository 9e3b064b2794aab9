"""The real server process: what it adds to an answer, and whom it believes."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.pages.conftest import ROOT, ProdSite

pytestmark = pytest.mark.slow

FORGED = {"Host": "zhenggai.example", "X-Forwarded-Proto": "https"}


@contextmanager
def serving(site: ProdSite, **variables: str) -> Iterator[http.client.HTTPConnection]:
    """gunicorn as `make run` and the image start it, reached without a proxy."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.set_inheritable(True)
        port = listening.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:rectify.web_server",
             "--bind", f"fd://{listening.fileno()}", "--workers", "1", "rectify.wsgi"],
            env={**site.environment, **variables}, cwd=ROOT, pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            # The port is open already: a request waits until the server takes it.
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                yield connection
        finally:
            server.terminate()
            server.wait(timeout=30)


def test_a_forged_scheme_is_not_believed_even_on_the_machine_itself(prod_site: ProdSite) -> None:
    """gunicorn by itself believes 127.0.0.1; here only TRUSTED_PROXIES counts."""
    with serving(prod_site, TRUSTED_PROXIES="") as connection:
        connection.request("GET", "/nowhere/", headers=FORGED)
        answer = connection.getresponse()
        assert answer.status == 301
        assert not answer.getheader("Server")


def test_a_named_proxy_is_believed_and_no_banner_is_shown(prod_site: ProdSite) -> None:
    with serving(prod_site, TRUSTED_PROXIES="127.0.0.1") as connection:
        connection.request("GET", "/nowhere/", headers=FORGED)
        answer = connection.getresponse()
        assert answer.status == 404
        assert not answer.getheader("Server")
        assert answer.getheader("Strict-Transport-Security")
