"""A bureau with its three administrators, an office, a leader and two sections; and a neighbour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.organizations import add_organization, add_section
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Role, SectionKind
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.audit.actors import SYSTEM

PASSWORD = "Plum-blossom-1949"


@dataclass(frozen=True)
class Bureau:
    """`sys2` and `sec2` are the second of their kind."""

    organization: Organization
    service: Section
    archive: Section
    sys: User
    sys2: User
    sec: User
    sec2: User
    auditor: User
    office: User
    leader: User
    clerk: User
    bare: User

    def live(self, user: User) -> list[str]:
        return sorted(Membership.objects.live().filter(user=user).values_list("role", flat=True))

    def membership(self, user: User) -> Membership:
        return Membership.objects.live().get(user=user)


def set_up(code: str) -> Bureau:
    """Every login name begins with the bureau's code."""
    organization = add_organization(
        actor=SYSTEM, code=code, name=f"{code}局", short_name=f"{code}局"
    )
    service = add_section(
        organization, actor=SYSTEM, name="服务科", kind=SectionKind.INTERNAL, sort_order=1
    )
    archive = add_section(
        organization, actor=SYSTEM, name="档案科", kind=SectionKind.INTERNAL, sort_order=2
    )

    def person(word: str, role: Role | None = None) -> User:
        user = create_user(
            actor=SYSTEM, organization=organization, username=f"{code}-{word}",
            name=f"{code}{word}", password=PASSWORD,
        )  # fmt: skip
        if role is not None:
            section = service if role is Role.SECTION else None
            grant(user, actor=SYSTEM, organization=organization, role=role, section=section)
        return user

    return Bureau(
        organization, service, archive,
        sys=person("sys", Role.SYSADMIN), sys2=person("sys2", Role.SYSADMIN),
        sec=person("sec", Role.SECADMIN), sec2=person("sec2", Role.SECADMIN),
        auditor=person("auditor", Role.AUDITOR), office=person("office", Role.OFFICE),
        leader=person("leader", Role.LEADER), clerk=person("clerk", Role.SECTION),
        bare=person("bare"),
    )  # fmt: skip


@pytest.fixture
def home(db: None, settings: object) -> Bureau:
    settings.TOTP_FOR_ADMINS = False  # type: ignore[attr-defined]  # pytest-django's wrapper is untyped
    return set_up("home")


@pytest.fixture
def away(home: Bureau) -> Bureau:
    return set_up("away")


LogIn = Callable[[User], Client]


@pytest.fixture
def log_in() -> LogIn:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return client_of
