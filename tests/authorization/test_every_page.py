"""What holds for every address: security headers, nothing kept by browsers, GET changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse

from tests.authorization.test_matrix import Objects, client_of, objects
from tests.authorization.walk import cells
from tests.conftest import Demo

__all__ = ["objects"]

# Reading a sensitive file is itself an event; everything else must stand still.
RECORDS = {"audit.chain", "audit.event", "sessions.session"}


def pages(objects: Objects, subject: str) -> Iterator[str]:
    """Addresses that answer the subject's GET with a page."""
    for cell in cells():
        if cell.method == "GET" and cell.subject == subject and cell.answer in {"ok", "any"}:
            yield reverse(cell.name, kwargs=objects.arguments(cell.name))


def checksum() -> str:
    """A hash over every row of every table that a GET may not touch."""
    digest = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.label_lower not in RECORDS:
            rows = model._default_manager.order_by("pk")
            digest.update(serializers.serialize("json", rows).encode())
    return digest.hexdigest()


def test_every_page_carries_the_security_headers(objects: Objects) -> None:
    client = client_of("office")
    asked = 0
    for address in pages(objects, "office"):
        response = client.get(address)
        getattr(response, "getvalue", bytes)()
        headers = response.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy or "sandbox" in policy, address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert headers["X-Request-ID"], address
        assert "no-store" in headers["Cache-Control"], address
        asked += 1
    assert asked > 25


@pytest.mark.parametrize("path", ["/nowhere/", "/inspections/", "/login/"])
def test_pages_before_login_and_missing_ones_carry_them_too(demo: Demo, path: str) -> None:
    headers = Client().get(path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


def test_a_get_changes_nothing_but_the_record_of_reading(objects: Objects) -> None:
    client = client_of("office")
    before = checksum()
    for address in pages(objects, "office"):
        getattr(client.get(address), "getvalue", bytes)()
    assert checksum() == before


def test_the_checksum_sees_a_change(objects: Objects) -> None:
    before = checksum()
    objects.demo.a.areas.filter(position=1).update(title="改动")
    assert checksum() != before


def test_posts_without_a_token_are_refused(objects: Objects) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(objects.demo.user("office"), "django.contrib.auth.backends.ModelBackend")
    posts = [c for c in cells() if c.method == "POST" and c.subject == "office"]
    for cell in posts:
        address = reverse(cell.name, kwargs=objects.arguments(cell.name))
        assert client.post(address, objects.form(cell.name)).status_code == 403, cell.name
    assert len(posts) > 10
