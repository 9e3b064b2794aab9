"""Text size, contrast, colour and keys: before and after login, kept, and never trusted."""

from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rectify.accounts.display import CHOICES, Display, from_cookie, from_mapping
from rectify.accounts.domain.sessions import set_preferences
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]


def test_a_visitor_chooses_before_login_and_the_browser_keeps_it() -> None:
    client = Client()
    response = client.post("/preferences/", {"size": "largest", "next": "/login/?next=/"})
    assert response.headers["Location"] == "/login/?next=/"
    page = client.get("/login/").content.decode()
    assert 'data-size="largest" data-contrast="normal"' in page


def test_a_person_s_choice_follows_them_to_another_computer(
    person: People, client_of: Callable[[User], Client]
) -> None:
    user = person(Role.OFFICE)
    client_of(user).post("/preferences/", {"contrast": "high"})
    elsewhere = client_of(User.objects.get(pk=user.pk))
    elsewhere.post("/preferences/", {"size": "large"})
    assert 'data-size="large" data-contrast="high"' in elsewhere.get("/").content.decode()
    assert Event.objects.filter(action="user.set_preferences", actor=user).count() == 2


@pytest.mark.parametrize("sent", [{}, {"size": "huge"}, {"size": "large", "keys": "<b>"}])
def test_an_unknown_choice_is_refused_and_nothing_is_kept(
    person: People, client_of: Callable[[User], Client], sent: dict[str, str]
) -> None:
    user = person()
    response = client_of(user).post("/preferences/", sent)
    assert response.status_code == 400
    assert "display" not in response.cookies
    assert User.objects.get(pk=user.pk).preferences == {}
    with pytest.raises(Refused):
        set_preferences(user, choices={"size": "huge"})


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_the_way_back_never_leaves_the_site(wanted: str) -> None:
    response = Client().post("/preferences/", {"size": "small", "next": wanted})
    assert response.headers["Location"] == "/"


def test_choosing_is_a_post() -> None:
    assert Client().get("/preferences/?size=large").status_code == 405


@given(st.text(max_size=80))
def test_any_cookie_text_gives_a_valid_display(text: str) -> None:
    display = from_cookie(text)
    assert all(getattr(display, name) in choices.values for name, choices in CHOICES.items())


def test_a_cookie_reads_back_as_it_was_written() -> None:
    display = from_mapping({"size": "large", "theme": "red", "keys": "off"})
    assert from_cookie(display.cookie()) == display != Display()
