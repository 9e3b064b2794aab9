"""Two small bureaus of their own, so that these tests do not depend on the demo's wording."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client

from issues.models import Inspection
from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.organizations import add_organization, add_section
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Role, SectionKind
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import SYSTEM

PASSWORD = "plum-blossom-1949"


def full_width(text: str) -> str:
    """The text as an input method types it that was left in its full-width state."""
    return text.translate({plain: plain + 0xFEE0 for plain in range(0x21, 0x7F)})


@dataclass(frozen=True)
class Bureaus:
    one: Organization
    two: Organization
    section: Section
    older: Inspection
    newer: Inspection
    foreign: Inspection


@pytest.fixture
def bureaus(db: None) -> Bureaus:
    one = add_organization(actor=SYSTEM, code="one", name="第一局", short_name="一局")
    two = add_organization(actor=SYSTEM, code="two", name="第二局", short_name="二局")
    section = add_section(one, actor=SYSTEM, name="业务科", kind=SectionKind.INTERNAL, sort_order=1)

    def inspection(bureau: Organization, code: str, feedback: date) -> Inspection:
        return Inspection.objects.create(
            organization=bureau, code=code, name=f"巡察{code}", feedback_on=feedback
        )

    return Bureaus(
        one=one,
        two=two,
        section=section,
        older=inspection(one, "older", date(2020, 1, 1)),
        newer=inspection(one, "newer", date(2021, 1, 21)),
        foreign=inspection(two, "foreign", date(2022, 1, 1)),
    )


MakePerson = Callable[..., User]


@pytest.fixture
def person(bureaus: Bureaus) -> MakePerson:
    """A person of bureau one with the role, or with none."""

    def make(role: Role | None = None, username: str = "person", **more: object) -> User:
        user = create_user(
            actor=SYSTEM,
            organization=bureaus.one,
            username=username,
            name="某同志",
            password=PASSWORD,
            must_change_password=bool(more.get("must_change_password", False)),
        )
        if role is not None:
            section = bureaus.section if role is Role.SECTION else None
            grant(user, actor=SYSTEM, organization=bureaus.one, role=role, section=section)
        return user

    return make


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
