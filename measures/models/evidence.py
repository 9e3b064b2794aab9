"""佐证材料: files of an inspection, each linked to any number of measures, and their pictures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from issues.models import Inspection
from measures.enums import EvidenceKind, PreviewState
from measures.models.measure import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.models import VersionedRow
from rectify.jobs.models import Job
from rectify.lib.clock import now


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> EvidenceQuerySet:
        """Files of measures that the person reads in full: evidence, scans of decisions and what
        a look-back found, the last only with the look-back itself."""
        full = Measure.objects.within(user.access, Ability.SEE_FULL).values("pk")
        checked = Q(look_backs__measure__organization_id__in=user.access.whole(Ability.LOOK_BACK))
        return self.filter(
            Q(links__measure__in=full)
            | Q(decisions__closure__measure__in=full)
            | Q(decisions__extension__measure__in=full)
            | Q(decisions__adjustment__measure__in=full)
            | checked
            | Q(look_backs__issued_at__isnull=False, look_backs__measure__in=full)
        ).distinct()


def evidence_path(evidence: Evidence, filename: str) -> str:
    """Stored under the random id without a name: the original name never touches the disk."""
    return f"evidence/{evidence.public_id.hex[:2]}/{evidence.public_id.hex}"


class Evidence(VersionedRow):
    """One file. The same bytes under the same name are one row of an inspection with more links.

    Added by `measures.domain.evidence`; sha256 is checked at download.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="evidence")
    file = models.FileField(upload_to=evidence_path, max_length=200)
    original_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    kind = models.CharField("种类", max_length=10, choices=EvidenceKind, default=EvidenceKind.OTHER)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="uploads")
    uploaded_by_name = models.CharField(max_length=60)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("inspection", "created_at", "pk")
        verbose_name = "佐证材料"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "sha256", "original_name"],
                condition=Q(archived_at__isnull=True),
                name="evidence_bytes_once",
                violation_error_message="该文件已上传。",
            )
        ]

    def __str__(self) -> str:
        return self.original_name


class EvidenceLink(models.Model):
    """One file supports one measure."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="links")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="evidence_links")
    linked_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("measure", "pk")
        constraints = [
            models.UniqueConstraint(fields=["evidence", "measure"], name="evidence_link_once")
        ]

    def __str__(self) -> str:
        return str(self.evidence)


class EvidencePreview(VersionedRow):
    """The pictures of one file's first pages, made by a job; the file itself is never shown.

    Comes into being with the file (`measures.domain.evidence`), filled by
    `measures.domain.previews`. `pages` counts pictures; `reason` says why there are none.
    """

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="preview")
    state = models.CharField(
        "状态", max_length=10, choices=PreviewState, default=PreviewState.WAITING
    )
    pages = models.PositiveSmallIntegerField("页数", default=0)
    reason = models.CharField("原因", max_length=120, blank=True)
    # The job that failed to make it: asked to run again, it tries again.
    tried_by = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="failed_previews"
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = "佐证材料预览"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PreviewState.READY, pages__gt=0)
                | (~Q(state=PreviewState.READY) & Q(pages=0)),
                name="preview_ready_has_pages",
                violation_error_message="可预览的材料须有页面。",
            )
        ]
        indexes = [models.Index(fields=["state"], name="preview_state")]

    def __str__(self) -> str:
        return str(self.evidence)

    def picture(self, page: int) -> str:
        """The stored name of a page's picture, `page` from 1."""
        return f"previews/{self.evidence.public_id.hex}/{page}.png"
