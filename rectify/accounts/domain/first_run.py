"""From an empty database to a bureau with administrators: no account has a known password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.organizations import add_organization
from rectify.accounts.domain.passwords import (
    initial_password_expired,
    issue_initial_password,
    new_initial_password,
)
from rectify.accounts.domain.people import NewAccount, create_user
from rectify.accounts.domain.sessions import end_sessions
from rectify.accounts.enums import Role
from rectify.accounts.models import Organization, User
from rectify.audit.actors import SYSTEM
from rectify.audit.domain.changes import change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused

FIRST_LOGIN = "setup"
ADMINISTRATORS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)


@dataclass(frozen=True)
class Administrator:
    """Who is to hold one of the three roles."""

    role: Role
    username: str
    name: str


@dataclass(frozen=True)
class SetUp:
    organization: Organization
    accounts: Sequence[NewAccount]


@transaction.atomic
def first_account() -> NewAccount | None:
    """The account that sets the system up: made where no account exists at all, given a new
    password where its first one expired unused; None where there is nothing to do."""
    people = list(User.objects.select_for_update(no_key=True)[:2])
    if not people:
        password = new_initial_password()
        try:
            user = create_user(actor=SYSTEM, username=FIRST_LOGIN, name="初始设置",
                               password=password, must_change_password=True)  # fmt: skip
        except ValidationError:  # another process was first
            return None
        return NewAccount(user, password)
    only = people[0]
    waits = len(people) == 1 and only.username == FIRST_LOGIN and initial_password_expired(only)
    return NewAccount(only, issue_initial_password(only, actor=SYSTEM)) if waits else None


def awaits_first_login() -> bool:
    """Whether the first account's initial password has still to be used."""
    return User.objects.filter(username=FIRST_LOGIN, must_change_password=True).exists()


def awaits_set_up(user: User) -> bool:
    """Whether the person is to set the system up: the only account, and no bureau yet."""
    return (
        user.username == FIRST_LOGIN
        and not Organization.objects.exists()
        and not User.objects.exclude(pk=user.pk).exists()
    )


@transaction.atomic
def set_up(
    user: User, *, bureau: Mapping[str, Any], administrators: Sequence[Administrator]
) -> SetUp:
    """The bureau and its administrators, in one step that can be taken once.

    With 三员分立 the three named people get an account each and the set-up account closes; without
    it (`administrators` empty) the set-up account gets the three roles and stays. The person has
    no right to any of this: the system does it at their word, and the log says so.
    Raises Refused where it has been done, and ValidationError for names that are taken.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not awaits_set_up(locked):
        raise Refused("系统已经完成初始设置，不能再次进行。")
    if settings.THREE_ADMINS and [one.role for one in administrators] != list(ADMINISTRATORS):
        raise Refused("三员分立须分别指定系统管理员、安全管理员和审计员。")
    organization = add_organization(actor=SYSTEM, **bureau)
    accounts: list[NewAccount] = []
    values: dict[str, Any]
    if settings.THREE_ADMINS:
        accounts = [_appoint(one, organization) for one in administrators]
        action, values = "user.deactivate", {"is_active": False}
        end_sessions(locked)
    else:
        for role in ADMINISTRATORS:
            grant(locked, actor=SYSTEM, organization=organization, role=role)
        action, values = "user.update", {"organization": organization}
    change(locked, actor=SYSTEM, organization=organization, action=action,
           version=locked.version, values=values)  # fmt: skip
    record(actor=user, organization=organization, action="system.set_up", subject=organization)
    return SetUp(organization, accounts)


def _appoint(one: Administrator, organization: Organization) -> NewAccount:
    password = new_initial_password()
    user = create_user(
        actor=SYSTEM, organization=organization, username=one.username, name=one.name,
        position=one.role.label, password=password, must_change_password=True,
    )  # fmt: skip
    grant(user, actor=SYSTEM, organization=organization, role=one.role)
    return NewAccount(user, password)
