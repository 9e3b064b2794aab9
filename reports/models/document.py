"""Documents composed from the ledger, and imports into it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from issues.models import Inspection
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, User
from rectify.audit.models import Operation, VersionedRow
from reports.enums import DocumentKind, DocumentState, ImportState


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> DocumentQuerySet:
        return self.filter(
            inspection__organization_id__in=user.access.anywhere(Ability.READ_DOCUMENT)
        )


class Document(VersionedRow):
    """One document in the making. Changed by `reports.domain.documents`.

    `sections` holds the drafter's words {intro, organisation: [{title, text}], results_lead,
    next_steps: [{title, text}], contact_note}; `points` how measures are printed; `snapshot` is
    frozen at sign-off with its sha256 and never recomputed.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="documents")
    kind = models.CharField("种类", max_length=24, choices=DocumentKind)
    title = models.CharField("标题", max_length=200)
    dated_on = models.DateField("成文日期", null=True, blank=True)
    as_of = models.DateField("统计截至日", null=True, blank=True)
    state = models.CharField(
        "环节", max_length=20, choices=DocumentState, default=DocumentState.DRAFT
    )
    sections = models.JSONField("文字", default=dict, blank=True)
    points = models.JSONField("印出的要点", default=list, blank=True)
    snapshot = models.JSONField("签发快照", null=True, blank=True)
    snapshot_sha256 = models.CharField(max_length=64, blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drafted_by_name = models.CharField(max_length=60)
    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("inspection", "kind", "-pk")
        verbose_name = "文件"
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "kind"],
                condition=Q(
                    state__in=[
                        DocumentState.DRAFT,
                        DocumentState.SECRECY_REVIEW,
                        DocumentState.PARTY_GROUP,
                        DocumentState.OVERSIGHT_REVIEW,
                        DocumentState.SIGN_OFF,
                    ]
                ),
                name="document_one_in_work",
                violation_error_message="该类文件已有一份正在办理。",
            )
        ]

    def __str__(self) -> str:
        return self.title


class LedgerImportQuerySet(models.QuerySet["LedgerImport"]):
    def visible_to(self, user: User) -> LedgerImportQuerySet:
        return self.filter(organization_id__in=user.access.whole(Ability.EDIT_TREE))


class LedgerImport(VersionedRow):
    """One file brought into the ledger, idempotent by (organization, sha256, code)."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="imports")
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="imports"
    )
    operation = models.OneToOneField(
        Operation, models.PROTECT, null=True, blank=True, related_name="ledger_import"
    )
    name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=10, choices=ImportState)
    report = models.JSONField("校验结果", default=dict, blank=True)
    objects = LedgerImportQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        verbose_name = "导入"

    def __str__(self) -> str:
        return self.name
