"""Bureaus, the offices above them, and their sections."""

from typing import TYPE_CHECKING

from django.db import models

from rectify.accounts.enums import Ability, SectionKind
from rectify.audit.models import VersionedRow

if TYPE_CHECKING:
    from rectify.accounts.models.user import User


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: "User") -> "OrganizationQuerySet":
        """Organizations in which the person may read at least some records."""
        return self.filter(pk__in=user.access.anywhere(Ability.SEE_SUMMARY))

    def kept_by(self, user: "User") -> "OrganizationQuerySet":
        """Bureaus whose accounts and sections the person manages."""
        return self.filter(pk__in=user.access.whole(Ability.MANAGE_ACCOUNTS))

    def granted_by(self, user: "User") -> "OrganizationQuerySet":
        """Bureaus whose grants the person manages."""
        return self.filter(pk__in=user.access.whole(Ability.MANAGE_GRANTS))


class Organization(VersionedRow):
    """One bureau (or the inspection office above it). Set up by the administrator."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("全称", max_length=100, unique=True)
    short_name = models.CharField("简称", max_length=40)
    party_group_name = models.CharField("党组名称", max_length=100, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    address = models.CharField("通信地址", max_length=200, blank=True)
    postcode = models.CharField("邮政编码", max_length=10, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = "单位"

    def __str__(self) -> str:
        return self.short_name or self.name


class SectionQuerySet(models.QuerySet["Section"]):
    def visible_to(self, user: "User") -> "SectionQuerySet":
        """Sections of every organization in which the person may read something."""
        return self.filter(organization_id__in=user.access.anywhere(Ability.SEE_SUMMARY))

    def kept_by(self, user: "User") -> "SectionQuerySet":
        """Sections of the bureaus whose sections the person manages."""
        return self.filter(organization_id__in=user.access.whole(Ability.MANAGE_ACCOUNTS))


class Section(VersionedRow):
    """A section of a bureau. Always listed by `sort_order`; a section with nothing prints zeros."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="sections")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField(
        "性质", max_length=24, choices=SectionKind, default=SectionKind.INTERNAL
    )
    sort_order = models.PositiveIntegerField("排序")
    # Confirms what the section applies for; without one an application goes straight to the office.
    head = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="headed",
        verbose_name="负责人",
    )  # fmt: skip
    archived_at = models.DateTimeField("停用时间", null=True, blank=True)
    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ("organization", "sort_order", "pk")
        verbose_name = "科室"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="section_name_unique",
                violation_error_message="本单位已有同名科室。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
