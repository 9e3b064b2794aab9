"""An error that nobody expected is logged with its cause, and nobody writes a line of the log."""

from __future__ import annotations

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from rectify.urls import handler404, handler500
from rectify.urls import urlpatterns as real

__all__ = ["handler404", "handler500"]


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the cause, with the name of a table")


urlpatterns = [*real, path("broken/", broken, name="broken")]


@pytest.mark.urls(__name__)
def test_an_unexpected_error_is_logged_with_its_cause_and_shown_without(
    as_user: object, caplog: pytest.LogCaptureFixture
) -> None:
    client: Client = as_user("office")  # type: ignore[operator]
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR, logger="django.request"):
        response = client.get("/broken/")
    assert response.status_code == 500
    assert b"the cause" not in response.content
    (entry,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert entry.exc_info is not None
    assert "the cause" in str(entry.exc_info[1])


@pytest.mark.parametrize("end", ["%0A", "%0D%0A", "%0D", "%C2%85", "%E2%80%A8", "%1B%5B2J"])
def test_a_line_end_in_an_address_begins_no_line_of_the_log(
    as_user: object, caplog: pytest.LogCaptureFixture, end: str
) -> None:
    client: Client = as_user("office")  # type: ignore[operator]
    with caplog.at_level(logging.INFO):
        assert client.get(f"/nowhere{end}ERROR forged: all is well").status_code == 404
    written = [one.getMessage() for one in caplog.records if "forged" in one.getMessage()]
    assert written != []
    for line in written:
        assert len(line.splitlines()) == 1
        assert "\x1b" not in line
