"""People who log in."""

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from rectify.accounts.enums import Ability, Role
from rectify.accounts.models.organization import Organization
from rectify.accounts.password_profiles import normalised
from rectify.accounts.rules import Access
from rectify.audit.models import VersionedRow
from rectify.lib.clock import now


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """People of the organizations in which the person may read something."""
        return self.filter(
            memberships__organization_id__in=user.access.anywhere(Ability.SEE_SUMMARY),
            memberships__ended_at__isnull=True,
        ).distinct()

    def of_organization(self, organization: Organization) -> "UserQuerySet":
        """Active people of one bureau in 班子 order."""
        return self.filter(
            is_active=True,
            memberships__organization=organization,
            memberships__ended_at__isnull=True,
        ).distinct()

    def holding(self, role: Role, organization: Organization) -> "UserQuerySet":
        """Active people who have the role in the bureau now."""
        return self.filter(
            is_active=True,
            memberships__role=role,
            memberships__organization=organization,
            memberships__ended_at__isnull=True,
        ).distinct()

    def kept_by(self, user: "User") -> "UserQuerySet":
        """Accounts of the bureaus whose accounts the person manages."""
        return self.filter(organization_id__in=user.access.whole(Ability.MANAGE_ACCOUNTS))

    def grantable_by(self, user: "User") -> "UserQuerySet":
        """People of the bureaus whose grants the person manages: with an account there, or with
        a grant there now or in the past."""
        bureaus = user.access.whole(Ability.MANAGE_GRANTS)
        return self.filter(
            Q(organization_id__in=bureaus) | Q(memberships__organization_id__in=bureaus)
        ).distinct()

    def idle_since(self, moment: datetime) -> "UserQuerySet":
        """Active accounts that nobody has logged in to, nor got a password for, since then."""
        return self.filter(
            Q(last_login__isnull=True) | Q(last_login__lt=moment),
            is_active=True,
            password_set_at__lt=moment,
        )


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: "User") -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def of_organization(self, organization: Organization) -> UserQuerySet:
        return self.get_queryset().of_organization(organization)

    def holding(self, role: Role, organization: Organization) -> UserQuerySet:
        return self.get_queryset().holding(role, organization)

    def kept_by(self, user: "User") -> UserQuerySet:
        return self.get_queryset().kept_by(user)

    def grantable_by(self, user: "User") -> UserQuerySet:
        return self.get_queryset().grantable_by(user)

    def idle_since(self, moment: datetime) -> UserQuerySet:
        return self.get_queryset().idle_since(moment)


class User(AbstractBaseUser, VersionedRow):
    """A person: 姓名, 职务 and the place in the official order. What they may do is Membership."""

    username = models.CharField(
        "登录名",
        max_length=64,
        unique=True,
        error_messages={"unique": "该登录名已被使用。"},
    )
    name = models.CharField("姓名", max_length=60)
    position = models.CharField("职务", max_length=100, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    sort_order = models.PositiveIntegerField("班子排序", default=1000)
    pinyin = models.CharField("拼音", max_length=200, blank=True)
    pinyin_initials = models.CharField("拼音首字母", max_length=60, blank=True)
    is_active = models.BooleanField("启用", default=True)
    # The bureau whose administrators keep this account; roles in any bureau are Membership.
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name="所属单位",
    )
    must_change_password = models.BooleanField("须修改初始口令", default=False)
    password_set_at = models.DateTimeField("口令设置时间", default=now)
    preferences = models.JSONField("显示偏好", default=dict, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("sort_order", "pk")
        verbose_name = "人员"

    def __str__(self) -> str:
        return self.name

    @cached_property
    def access(self) -> Access:
        """What the person's live memberships allow; read once per request object."""
        by_role: dict[Role, set[int]] = {}
        sections: set[int] = set()
        rows = self.memberships.filter(ended_at__isnull=True).values_list(
            "role", "organization_id", "section_id"
        )
        for role, organization_id, section_id in rows if self.is_active else ():
            by_role.setdefault(Role(role), set()).add(organization_id)
            if section_id is not None:
                sections.add(section_id)
        return Access(
            user_id=self.pk,
            by_role={role: frozenset(ids) for role, ids in by_role.items()},
            sections=frozenset(sections),
            below=_below(by_role.get(Role.OVERSIGHT, set())),
        )

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else normalised(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(None if raw_password is None else normalised(raw_password))

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.pop("access", None)
        super().refresh_from_db(*args, **kwargs)


def _below(roots: set[int]) -> frozenset[int]:
    """Ids of all organizations under the roots, level by level."""
    found: set[int] = set()
    level = roots
    while level:
        level = (
            set(Organization.objects.filter(parent_id__in=level).values_list("pk", flat=True))
            - found
        )
        found |= level
    return frozenset(found)


class FormerPassword(models.Model):
    """A password that the person has had, as a hash: the last few may not be used again.

    Written by `accounts.domain.passwords` only.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="former_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField("设置时间")

    class Meta:
        ordering = ("user", "-set_at", "-pk")
        verbose_name = "曾用口令"

    def __str__(self) -> str:
        return f"{self.user} {self.set_at:%Y-%m-%d}"
