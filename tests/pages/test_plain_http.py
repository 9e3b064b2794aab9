"""A bureau without TLS is told so where it can be changed, and not where it only disturbs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

WARNING = "没有启用 HTTPS"


def page_of(client: Client, name: str) -> str:
    return client.get(reverse(name)).content.decode()


@pytest.mark.django_db
def test_the_login_page_warns_only_without_tls(settings: Settings) -> None:
    assert WARNING not in page_of(Client(), "account_login")
    settings.PLAIN_HTTP = True
    assert WARNING in page_of(Client(), "account_login")


@pytest.mark.parametrize("name", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_reminded_on_every_page(
    name: str, as_user: Callable[[str], Client], settings: Settings
) -> None:
    assert WARNING not in page_of(as_user(name), "help")
    settings.PLAIN_HTTP = True
    assert WARNING in page_of(as_user(name), "help")


@pytest.mark.parametrize("name", ["office", "clerk-center"])
def test_people_at_work_are_not(
    name: str, as_user: Callable[[str], Client], settings: Settings
) -> None:
    settings.PLAIN_HTTP = True
    assert WARNING not in page_of(as_user(name), "help")
