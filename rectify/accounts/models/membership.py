"""Which role a person has in which organization."""

from django.db import models
from django.db.models import Q

from rectify.accounts.enums import Ability, Role
from rectify.accounts.models.organization import Organization, Section
from rectify.accounts.models.user import User
from rectify.audit.models import VersionedRow


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> "MembershipQuerySet":
        return self.filter(ended_at__isnull=True)

    def managed_by(self, user: User) -> "MembershipQuerySet":
        """Grants, ended ones too, of the bureaus whose grants the person manages."""
        return self.filter(organization_id__in=user.access.whole(Ability.MANAGE_GRANTS))


class Membership(VersionedRow):
    """One grant. It ends by `ended_at` and is never deleted, so that the past stays explained."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField("角色", max_length=16, choices=Role)
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("organization", "user", "role")
        verbose_name = "任职授权"
        constraints = [
            models.CheckConstraint(
                condition=Q(role=Role.SECTION, section__isnull=False)
                | (~Q(role=Role.SECTION) & Q(section__isnull=True)),
                name="membership_section_role",
                violation_error_message="责任科室角色须选定科室，其他角色不选科室。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "section"],
                condition=Q(ended_at__isnull=True, section__isnull=False),
                name="membership_section_once",
                violation_error_message="该人员已有同样的授权。",
            ),
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(ended_at__isnull=True, section__isnull=True),
                name="membership_role_once",
                violation_error_message="该人员已有同样的授权。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
