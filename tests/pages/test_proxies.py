"""Forwarding headers count from the named proxies only, before anything reads them."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from rectify.audit.middleware import OriginMiddleware
from rectify.audit.models import Event
from rectify.audit.origin import current_origin

FORGED = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.1",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PORT": "443",
    "HTTP_FORWARDED": "for=198.51.100.1;proto=https",
    "HTTP_X_REAL_IP": "198.51.100.1",
}


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = (ip_network("10.0.0.0/24"), ip_network("::1"))
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def seen(**meta: Any) -> HttpRequest:
    """The request as everything behind the first middleware sees it."""
    kept: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        kept.append(request)
        assert current_origin().ip == request.META["REMOTE_ADDR"]
        return HttpResponse()

    OriginMiddleware(view)(RequestFactory().get("/", **meta))
    return kept[0]


def test_a_stranger_forges_nothing() -> None:
    request = seen(REMOTE_ADDR="192.0.2.7", **FORGED)
    assert request.META["REMOTE_ADDR"] == "192.0.2.7"
    assert not set(FORGED) & set(request.META)
    assert not request.is_secure()


def test_a_named_proxy_tells_the_sender_and_the_scheme_and_nothing_else() -> None:
    request = seen(REMOTE_ADDR="10.0.0.5", **FORGED)
    assert request.META["REMOTE_ADDR"] == "198.51.100.1"
    assert request.is_secure()
    assert set(FORGED) & set(request.META) == {"HTTP_X_FORWARDED_PROTO"}
    assert request.get_host().partition(":")[0] == "testserver"


@pytest.mark.parametrize("proto", ["https, http", "http", "HTTPS,http", "ftp", "", "https,"])
def test_only_the_proxys_own_word_makes_a_request_secure(proto: str) -> None:
    """The proxy adds its word at the right; Django alone would read the left-most."""
    assert not seen(REMOTE_ADDR="::1", HTTP_X_FORWARDED_PROTO=proto).is_secure()


def test_a_scheme_told_by_a_chain_that_ends_in_https_is_secure() -> None:
    assert seen(REMOTE_ADDR="::1", HTTP_X_FORWARDED_PROTO="http, HTTPS").is_secure()


def test_a_socket_without_an_address_is_no_proxy() -> None:
    request = seen(REMOTE_ADDR="", **FORGED)
    assert request.META["REMOTE_ADDR"] == ""
    assert not request.is_secure()


def wrong_password(**meta: Any) -> None:
    Client().post(reverse("account_login"), {"username": "office", "password": "wrong"}, **meta)


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_lock_out_and_audit_log_read_the_address_that_was_settled() -> None:
    wrong_password(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="198.51.100.1")
    wrong_password(REMOTE_ADDR="10.0.0.5", HTTP_X_FORWARDED_FOR="198.51.100.2")
    counted = set(AccessAttempt.objects.values_list("ip_address", flat=True))
    assert counted == {"192.0.2.7", "198.51.100.2"}
    recorded = list(Event.objects.order_by("-pk").values_list("ip", flat=True)[:2])
    assert recorded == ["198.51.100.2", "192.0.2.7"]


def test_the_middleware_comes_before_everything_that_reads_the_request(
    settings: Settings,
) -> None:
    assert settings.MIDDLEWARE[0] == "rectify.audit.middleware.OriginMiddleware"
