"""The web server that is shipped reads a request in one way only, or refuses it."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from rectify import web_server

HEAD = b"POST /login/ HTTP/1.1\r\nHost: zhenggai.example\r\n"


def parsed(request: bytes) -> list[bytes]:
    """Bodies of the requests that the server sees in these bytes."""

    def pieces() -> Iterator[bytes]:
        yield request

    return [one.body.read() for one in RequestParser(Config(), pieces(), ("127.0.0.1", 1))]


def test_a_plain_request_is_read() -> None:
    assert parsed(HEAD + b"Content-Length: 3\r\n\r\nabc") == [b"abc"]


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"Content-Length: +3\r\n\r\nabc",
        b"Content-Length: -1\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        b"X-Split: a\nContent-Length: 3\r\n\r\nabc",
        b"X Space: a\r\n\r\n",
        b" Folded: a\r\n\r\n",
    ],
    ids=[
        "both lengths",
        "two lengths",
        "signed length",
        "negative length",
        "two encodings",
        "hidden encoding",
        "bare line feed",
        "space in a name",
        "folded line",
    ],
)
def test_a_request_that_two_servers_could_read_differently_is_refused(headers: bytes) -> None:
    with pytest.raises(ParseException):
        parsed(HEAD + headers)


def logged(line: str) -> str:
    """What the access log keeps of one request, in the given form."""
    config = Config()
    config.set("access_log_format", line)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/ledger/",
        "QUERY_STRING": "q=word-of-a-person",
        "RAW_URI": "/ledger/?q=word-of-a-person",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.0.0.9",
        "HTTP_REFERER": "https://zhenggai.example/ledger/?q=word-of-a-person",
    }
    logger = Logger(config)
    answer = SimpleNamespace(status="200 OK", sent=5, headers=[])
    request = SimpleNamespace(headers=[])
    atoms = logger.atoms(answer, request, environ, timedelta(seconds=1))
    return str(line % logger.atoms_wrapper_class(atoms))


def test_the_access_log_keeps_the_page_and_not_what_was_searched_for() -> None:
    kept = logged(web_server.access_log_format)
    assert "GET /ledger/ HTTP/1.1" in kept and "200" in kept
    assert "word-of-a-person" not in kept
    assert "word-of-a-person" in logged(str(Config().access_log_format))
