"""What goes wrong is answered with a page of our own that says what to do next."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion, TooMany
from rectify.audit.origin import Origin, coming_from
from rectify.error_pages import WORDS, error_page
from rectify.log_lines import RequestId
from rectify.refusals import RefusalMiddleware
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]


@pytest.fixture
def request_of_nobody(db: None, rf: RequestFactory) -> HttpRequest:
    request = rf.get("/some/page/", {"q": "字"})
    request.user = AnonymousUser()
    request.session = Client().session
    return request


@pytest.mark.parametrize("status", list(WORDS), ids=lambda status: str(status.value))
def test_every_status_has_its_words_and_the_next_step(
    status: HTTPStatus, request_of_nobody: HttpRequest
) -> None:
    with coming_from(Origin("browser", "192.0.2.7", "f" * 32)):
        response = error_page(request_of_nobody, status)
    title, advice = WORDS[status]
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert advice in page
    assert "请" in advice
    assert ("f" * 32 in page) == (status != HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotAllowed("请联系整改办。"), 403),
        (StaleVersion(current=None), 409),
        (TooMany("请 9 秒后再试。", retry_after=9), 429),
        (Refused("请先填写结果。"), 422),
    ],
)
def test_a_refusal_that_no_view_put_beside_a_field_becomes_a_page(
    refusal: Refused, status: int, request_of_nobody: HttpRequest
) -> None:
    middleware = RefusalMiddleware(lambda request: pytest.fail("not asked"))
    response = middleware.process_exception(request_of_nobody, refusal)
    assert response is not None
    assert response.status_code == status
    assert refusal.message in response.content.decode()
    assert response.headers.get("Retry-After") == ("9" if status == 429 else None)


def test_an_error_that_is_no_refusal_is_left_to_the_500_page(
    request_of_nobody: HttpRequest,
) -> None:
    middleware = RefusalMiddleware(lambda request: pytest.fail("not asked"))
    assert middleware.process_exception(request_of_nobody, ValueError()) is None


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_nobody_serves_gets_the_page(
    method: str, as_user: Callable[[str], Client]
) -> None:
    response = getattr(as_user("office"), method)("/help/")
    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert "不能这样打开" in response.content.decode()


def test_a_missing_page_says_nothing_of_the_address(as_user: Callable[[str], Client]) -> None:
    office = as_user("office")
    first, second = office.get("/nowhere/<b>x</b>/"), office.get("/elsewhere/?q=1")
    assert first.status_code == second.status_code == 404
    assert first.content == second.content


def test_only_a_search_that_was_refused_offers_to_try_again(
    request_of_nobody: HttpRequest,
) -> None:
    again = re.compile(r'href="/some/page/\?q=%E5%AD%97">再试一次')
    page = error_page(request_of_nobody, HTTPStatus.TOO_MANY_REQUESTS).content.decode()
    assert again.search(page)
    request_of_nobody.method = "POST"
    page = error_page(request_of_nobody, HTTPStatus.TOO_MANY_REQUESTS).content.decode()
    assert "再试一次" not in page


def test_words_of_a_message_are_never_markup(request_of_nobody: HttpRequest) -> None:
    page = error_page(request_of_nobody, HTTPStatus.FORBIDDEN, "<script>x</script>")
    assert b"<script>x" not in page.content


@pytest.mark.parametrize(
    ("name", "policy"), [("evidence", "sandbox"), ("job_file", "default-src 'self'")]
)
def test_a_download_carries_the_headers_of_a_page(name: str, policy: str, objects: Objects) -> None:
    """Evidence brings a stricter policy of its own, which nothing weakens on the way out."""
    response = client_of("office").get(reverse(name, kwargs=objects.arguments(name)))
    assert b"".join(response)
    assert response["Content-Disposition"].startswith("attachment")
    assert policy in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


def test_the_log_line_names_the_request() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "text", (), None)
    assert RequestId().filter(record)
    assert vars(record)["request_id"] == ""
    with coming_from(Origin("browser", "192.0.2.7", "abc")):
        RequestId().filter(record)
    assert vars(record)["request_id"] == "[abc] "
