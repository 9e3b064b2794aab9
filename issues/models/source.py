"""Texts that the ledger was read from, and what they claimed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from issues.enums import ClaimKind, SourceKind
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, User
from rectify.audit.models import PublicRow
from rectify.lib.clock import now


class SourceDocumentQuerySet(models.QuerySet["SourceDocument"]):
    def visible_to(self, user: User) -> SourceDocumentQuerySet:
        return self.filter(organization_id__in=user.access.whole(Ability.SEE_FULL))


class SourceDocument(PublicRow):
    """One text exactly as it came, never corrected; nodes point into it by character offsets."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="sources")
    kind = models.CharField("种类", max_length=10, choices=SourceKind)
    name = models.CharField("名称", max_length=200)
    text = models.TextField("全文", blank=True)
    sha256 = models.CharField("摘要", max_length=64)
    created_at = models.DateTimeField("录入时间", default=now, editable=False)
    objects = SourceDocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = "来源文本"

    def __str__(self) -> str:
        return self.name


class SourceSpan(models.Model):
    """Where a node stood in its source and how it was printed there. Abstract.

    `source_start`/`source_end` are Python string offsets, `source[start:end]` being the raw text.
    """

    source_number = models.CharField("原编号", max_length=20, blank=True)
    source_title = models.TextField("原标题", blank=True)
    source_start = models.PositiveIntegerField("起", null=True, blank=True)
    source_end = models.PositiveIntegerField("止", null=True, blank=True)

    class Meta:
        abstract = True


class ClaimedFigure(models.Model):
    """A figure that a source text claimed. Kept as claimed, beside what the ledger counts."""

    inspection = models.ForeignKey(
        "issues.Inspection", models.PROTECT, related_name="claimed_figures"
    )
    source = models.ForeignKey(SourceDocument, models.PROTECT, related_name="claims")
    kind = models.CharField("种类", max_length=24, choices=ClaimKind)
    # Money in integer fen, everything else a plain count.
    value = models.BigIntegerField("数值")
    unit = models.CharField("单位", max_length=10, blank=True)
    text = models.TextField("原文", blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("inspection", "pk")
        verbose_name = "原文数字"
        constraints = [
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(end__gte=F("start")), name="claim_span_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}{self.unit}"
