"""What holds for every address: security headers, nothing kept by browsers, GET changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.authorization.posting import every_address
from tests.authorization.rows import checksum
from tests.authorization.test_matrix import Objects, client_of, objects
from tests.authorization.walk import SUBJECTS, cells
from tests.conftest import Demo

__all__ = ["objects"]


def answers(
    objects: Objects, subject: str, client: Client
) -> Iterator[tuple[str, HttpResponseBase]]:
    """What every GET of the matrix answers the subject, refusals included."""
    addresses = every_address(objects)
    for cell in cells():
        if cell.method == "GET" and cell.subject == subject:
            response = client.get(addresses[cell.name])
            getattr(response, "getvalue", bytes)()  # a download is read to its end
            yield cell.name, response


def missing_headers(response: HttpResponseBase) -> list[str]:
    """What trust.md §2 asks of every answer and this one lacks."""
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    strict = "default-src 'self'" in policy or "default-src 'none'" in policy
    expected = {
        "policy": strict and "frame-ancestors 'none'" in policy,
        "policy without inline code": "unsafe-inline" not in policy,
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") == "same-origin",
        "request id": bool(headers.get("X-Request-ID")),
    }
    return [name for name, held in expected.items() if not held]


def test_every_answer_carries_the_security_headers_and_is_not_kept(objects: Objects) -> None:
    """Pages, files, redirects and refusals, for somebody let in, kept out and not logged in."""
    wrong, asked = [], 0
    for subject in ("anonymous", "office", "other_section", "other_bureau", "sysadmin"):
        for name, response in answers(objects, subject, client_of(subject)):
            missing = missing_headers(response)
            if "no-store" not in response.headers.get("Cache-Control", ""):
                missing.append("no-store")
            wrong += [f"{name} {subject} {response.status_code}: {missing}"] if missing else []
            asked += 1
    assert not wrong, "\n".join(wrong)
    assert asked > 150


def test_every_post_and_its_refusal_carry_them_too(objects: Objects) -> None:
    wrong = []
    for subject in ("anonymous", "office", "other_bureau"):
        for cell in cells():
            if cell.method == "POST" and cell.subject == subject:
                address = reverse(cell.name, kwargs=objects.arguments(cell.name))
                response = client_of(subject).post(address, {})
                if missing := missing_headers(response):
                    wrong.append(f"{cell} {response.status_code}: {missing}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/nowhere/", "/inspections/", "/login/"])
def test_pages_before_login_and_missing_ones_carry_them_too(demo: Demo, path: str) -> None:
    response = Client().get(path)
    assert missing_headers(response) == []
    assert "no-store" in response.headers["Cache-Control"]


def test_a_missing_header_is_seen(demo: Demo) -> None:
    response = Client().get("/login/")
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        kept = response.headers[name]
        del response.headers[name]
        assert missing_headers(response)
        response.headers[name] = kept
    assert missing_headers(response) == []


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_a_get_changes_nothing_but_the_record_of_reading(subject: str, objects: Objects) -> None:
    client = client_of(subject)  # logging in is noted in the account
    every_address(objects)
    before, asked = checksum(), 0
    for _ in answers(objects, subject, client):
        asked += 1
    after = checksum()
    assert [name for name in after if after[name] != before.get(name)] == []
    assert asked > 20


def test_the_checksum_sees_a_change(objects: Objects) -> None:
    before = checksum()
    objects.demo.a.areas.filter(position=1).update(title="改动")
    after = checksum()
    assert [name for name in after if after[name] != before[name]] == ["issues.problemarea"]


def test_posts_without_a_token_are_refused_and_change_nothing(objects: Objects) -> None:
    """Every POST of the matrix, with what would do something; those before login as well."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(objects.demo.user("office"), "django.contrib.auth.backends.ModelBackend")
    stranger = Client(enforce_csrf_checks=True)
    addresses = every_address(objects)
    before, asked = checksum(), 0
    for name in sorted({cell.name for cell in cells() if cell.method == "POST"}):
        for one in (client, stranger):
            assert one.post(addresses[name], objects.form(name)).status_code == 403, name
            asked += 1
    assert checksum() == before
    assert asked > 40
