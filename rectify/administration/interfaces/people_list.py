"""Lists of people: searched, narrowed, in pages by key."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.http import QueryDict

from rectify.accounts.domain.idle import idle_before
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, User
from rectify.lib.clean_text import clean_text

PAGE = 50
_LONGEST_SEARCH = 60


class AccountState(models.TextChoices):
    """Which accounts a list shows; also the badge of each line."""

    ACTIVE = "active", "启用"
    INACTIVE = "inactive", "已停用"
    IDLE = "idle", "闲置"
    NEVER = "never", "从未登录"


class GrantState(models.TextChoices):
    """Whom a list of grants shows, besides one role."""

    GRANTED = "granted", "有授权"
    BARE = "bare", "没有授权"


@dataclass(frozen=True)
class Page:
    """`next_key` is the `after` of the next page, "" on the last one."""

    people: list[User]
    next_key: str


def state_of(user: User) -> AccountState:
    if not user.is_active:
        return AccountState.INACTIVE
    if (user.last_login or user.password_set_at) < idle_before() > user.password_set_at:
        return AccountState.IDLE
    return AccountState.ACTIVE if user.last_login else AccountState.NEVER


def in_state(people: QuerySet[User], state: str) -> QuerySet[User]:
    """The people whose account is in the state; an unknown state narrows nothing."""
    if state == AccountState.ACTIVE:
        return people.filter(is_active=True)
    if state == AccountState.INACTIVE:
        return people.filter(is_active=False)
    if state == AccountState.IDLE:
        return people.filter(pk__in=User.objects.idle_since(idle_before()).values("pk"))
    if state == AccountState.NEVER:
        return people.filter(is_active=True, last_login__isnull=True)
    return people


def with_grants(people: QuerySet[User], wanted: str, live: QuerySet[Membership]) -> QuerySet[User]:
    """The people with the wanted role, with any or with no grant among `live`."""
    if wanted in Role.values:
        return people.filter(pk__in=live.filter(role=wanted).values("user"))
    if wanted == GrantState.GRANTED:
        return people.filter(pk__in=live.values("user"))
    if wanted == GrantState.BARE:
        return people.exclude(pk__in=live.values("user"))
    return people


def search(people: QuerySet[User], text: str) -> QuerySet[User]:
    """By 姓名, 拼音, 首字母 or login name, anywhere in it."""
    words = clean_text(text)[:_LONGEST_SEARCH]
    if not words:
        return people
    return people.filter(
        Q(name__icontains=words)
        | Q(username__icontains=words)
        | Q(pinyin__icontains=words)
        | Q(pinyin_initials__istartswith=words)
    )


def page_of(people: QuerySet[User], query: QueryDict) -> Page:
    """One page in 班子 order after the person whose public id is `after`."""
    ordered = people.order_by("sort_order", "pk")
    last = people.filter(public_id=key).first() if (key := _uuid(query.get("after"))) else None
    if last is not None:
        ordered = ordered.filter(
            Q(sort_order__gt=last.sort_order) | Q(sort_order=last.sort_order, pk__gt=last.pk)
        )
    found = list(ordered[: PAGE + 1])
    more = len(found) > PAGE
    return Page(found[:PAGE], str(found[PAGE - 1].public_id) if more else "")


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
