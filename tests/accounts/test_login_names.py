"""Login names that look alike are one name: at login, in the count of failures, at creation."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.models import Event
from rectify.lib.login_names import canonical_login_name, is_login_name
from tests.accounts.conftest import PASSWORD, full_width

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("ZhangSan", "zhangsan"),
        (full_width("zhangsan"), "zhangsan"),
        (" zhangsan\u3000", "zhangsan"),
        ("ﬁnance", "finance"),
        ("张三", "张三"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
    ],
)
def test_look_alikes_have_one_spelling(typed: str, canonical: str) -> None:
    assert canonical_login_name(typed) == canonical
    assert canonical_login_name(canonical) == canonical


@pytest.mark.parametrize("spelling", ["person", "PERSON", full_width("person"), "  Person "])
def test_any_spelling_logs_the_person_in(person: People, spelling: str) -> None:
    user = person(Role.OFFICE)
    client = Client()
    assert client.post("/login/", {"username": spelling, "password": PASSWORD}).status_code == 302
    assert Event.objects.filter(action="user.log_in").latest("pk").actor == user


@pytest.mark.parametrize("taken", ["person", "Person", full_width("person"), " PERSON"])
def test_a_look_alike_of_a_taken_name_is_refused(person: People, taken: str) -> None:
    person()
    with pytest.raises(ValidationError, match="该登录名已被使用"):
        person(username=taken)
    assert User.objects.filter(name="某同志").count() == 1


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "zhang san",
        "zhang\r\nsan",
        "zhang\u200bsan",
        "zh\u0430ngsan",  # a Cyrillic letter that looks Latin
        "-zhang",
        "<script>",
        "zhang\x00",
        "\u202ezhang",
    ],
)
def test_a_login_name_of_odd_characters_is_refused(person: People, odd: str) -> None:
    assert not is_login_name(canonical_login_name(odd))
    with pytest.raises(ValidationError, match="登录名只能用"):
        person(username=odd)


@pytest.mark.parametrize("odd", ["张\r\n三", "张\n三", "张\t三", "张\u200b三", "张\u202e三"])
def test_a_name_of_several_lines_or_with_unseen_characters_is_refused(odd: str) -> None:
    with pytest.raises(ValidationError, match="姓名中有换行"):
        create_user(actor=SYSTEM, username="zhang", name=odd, password=None)
    assert not User.objects.filter(username="zhang").exists()


def test_surrounding_spaces_and_line_ends_of_a_name_are_dropped() -> None:
    assert create_user(actor=SYSTEM, username="z", name=" 张三\r\n", password=None).name == "张三"
