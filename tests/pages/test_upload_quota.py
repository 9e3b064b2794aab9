"""A body that can hold no acceptable file is refused before a byte of it is read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.test.client import FakePayload
from django.urls import reverse
from pytest_django import Settings

from measures.models import Evidence
from rectify.upload_quota import largest_body
from tests.conftest import Demo

MIB = 1024 * 1024


class Unread(io.RawIOBase):
    """A body that must not be asked for."""

    def read(self, size: int = -1) -> bytes:
        pytest.fail("the body was read")


def announced(length: int) -> WSGIRequest:
    return WSGIRequest({
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "CONTENT_LENGTH": str(length),
        "wsgi.input": Unread(),
    })  # fmt: skip


def test_a_body_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(RequestDataTooBig):
        announced(largest_body() + 1).FILES  # noqa: B018 - reading it parses the body


def test_the_limit_is_one_evidence_file_and_its_form(settings: Settings) -> None:
    assert settings.EVIDENCE_MAX_BYTES < largest_body() <= 26 * MIB, "docs/deployment.md, nginx"


def test_a_body_of_just_the_limit_is_read() -> None:
    with pytest.raises(pytest.fail.Exception, match="was read"):
        announced(largest_body()).FILES  # noqa: B018 - reading it parses the body


@pytest.fixture
def address(demo: Demo) -> str:
    measure = demo.measure(demo.a, closed_at__isnull=True)
    return reverse("evidence_add", kwargs={"measure": measure.public_id})


def test_a_file_far_too_large_gets_the_page_and_changes_nothing(
    address: str, as_user: Callable[[str], Client], settings: Settings
) -> None:
    settings.EVIDENCE_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000, 2000
    before = Evidence.objects.count()
    file = io.BytesIO(b"x" * 4000)
    file.name = "材料.pdf"
    response = as_user("office").post(address, {"file": file, "kind": "other"})
    assert response.status_code == 413
    assert "压缩或拆分文件" in response.content.decode()
    assert Evidence.objects.count() == before


def test_a_body_that_lies_about_its_length_is_cut_there(
    address: str, as_user: Callable[[str], Client]
) -> None:
    """Announced short, sent long: what was not announced is never read."""
    body = b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nother\r\n' + b"x" * MIB
    payload = FakePayload(body)
    told: dict[str, Any] = {"CONTENT_LENGTH": "60", "wsgi.input": payload}
    response = as_user("office").generic(
        "POST", address, content_type="multipart/form-data; boundary=b", **told
    )
    assert response.status_code in {400, 422}
    assert payload.read(), "the rest is still there"
