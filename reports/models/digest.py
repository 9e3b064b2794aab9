"""Weekly digests."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce

from issues.models import Inspection
from measures.models.rounds import require_monday
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Section, User
from rectify.audit.models import PublicRow
from reports.enums import Audience


class DigestQuerySet(models.QuerySet["Digest"]):
    def visible_to(self, user: User) -> DigestQuerySet:
        """The bureau's digests for those who read it whole; a section's or leader's for them."""
        access = user.access
        return self.filter(
            models.Q(
                audience__in=[Audience.OFFICE, Audience.PARTY_GROUP],
                inspection__organization_id__in=access.anywhere(Ability.READ_DIGEST),
            )
            | models.Q(
                audience=Audience.LEADER,
                leader=user,
                inspection__organization_id__in=access.by_role.get(Role.LEADER, frozenset()),
            )
            | models.Q(audience=Audience.SECTION, section_id__in=access.sections)
        )


class Digest(PublicRow):
    """The stored weekly report of one audience. Never changed: a reopened round makes revision n+1.

    Built by `reports.domain.digests.build_digest`, idempotent by its unique key.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="digests")
    week_start = models.DateField("周一", validators=[require_monday])
    audience = models.CharField("对象", max_length=12, choices=Audience)
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    leader = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveSmallIntegerField("版次", default=1)
    as_of = models.DateField("统计截至日")
    built_at = models.DateTimeField("生成时间")
    content = models.JSONField("内容")
    # The anchor of trust.md §5: how long the bureau's chain was, and the hash of its last event.
    audit_length = models.PositiveBigIntegerField("审计链条数", default=0)
    audit_head = models.CharField("审计链末条摘要", max_length=64, blank=True)
    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering = ("inspection", "-week_start", "audience", "-revision")
        verbose_name = "周报"
        constraints = [
            models.UniqueConstraint(
                "inspection",
                "week_start",
                "audience",
                Coalesce("section", 0),
                Coalesce("leader", 0),
                "revision",
                name="digest_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.week_start:%Y-%m-%d} {self.get_audience_display()}"
