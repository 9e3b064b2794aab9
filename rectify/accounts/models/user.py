"""People who log in."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from rectify.accounts.enums import Ability, Role
from rectify.accounts.models.organization import Organization
from rectify.accounts.rules import Access
from rectify.audit.models import VersionedRow


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


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: "User") -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def of_organization(self, organization: Organization) -> UserQuerySet:
        return self.get_queryset().of_organization(organization)


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
    must_change_password = models.BooleanField("须修改初始口令", default=False)
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
