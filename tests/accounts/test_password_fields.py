"""Boxes for passwords: masked, open to paste and to password managers, and long enough."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from rectify.accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]
ClientOf = Callable[[User], Client]
LONG = "Bamboo-77 " + "by the river " * 8 + "end"


def boxes(page: str) -> list[str]:
    """Every box of the page whose name says that it takes a password."""
    found = re.findall(r"<input[^>]*>", page)
    return [box for box in found if re.search(r'name="\w*(password|repeated)\w*"', box)]


def test_every_box_is_masked_and_tells_a_password_manager_what_it_wants(
    person: People, client_of: ClientOf
) -> None:
    login = boxes(Client().get("/login/").content.decode())
    change = boxes(client_of(person()).get("/password/").content.decode())
    assert len(login) == 1
    assert len(change) == 3
    for box in (*login, *change):
        assert 'type="password"' in box
        assert re.search(r'autocomplete="(current|new)-password"', box), box
        assert "onpaste" not in box and "readonly" not in box
        assert "value=" not in box
        shortest = re.search(r'maxlength="(\d+)"', box)
        assert shortest is None or int(shortest.group(1)) >= 128


def test_a_password_of_more_than_a_hundred_characters_is_taken_whole(
    person: People, client_of: ClientOf
) -> None:
    user = person()
    assert 64 < len(LONG) <= 128
    sent = {"old_password": PASSWORD, "new_password": LONG, "repeated": LONG}
    assert client_of(user).post("/password/", sent).status_code == 302
    user.refresh_from_db()
    assert user.check_password(LONG)
    assert not user.check_password(LONG[:-1])
    assert not user.check_password(LONG.lower())
