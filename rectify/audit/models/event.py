"""The append-only log and what groups its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from rectify.audit.models.rows import PublicRow

if TYPE_CHECKING:
    from rectify.accounts.models import User


class OperationQuerySet(models.QuerySet["Operation"]):
    def visible_to(self, user: User) -> OperationQuerySet:
        """Operations of the bureaus whose measures the person edits: they may be undone there."""
        return self.filter(organization_id__in=user.access.operated)


class Operation(PublicRow):
    """What one action changed: groups events so that an import or a bulk edit is undone as one.

    Written by `audit.domain.operations.begin`; its rows never change except `undone_by`.
    """

    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, null=True, related_name="operations"
    )
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="operations")
    actor_name = models.CharField("操作人", max_length=60)
    kind = models.CharField("种类", max_length=40)
    reason = models.CharField("事由", max_length=500, blank=True)
    source = models.CharField("来源", max_length=20)
    at = models.DateTimeField("时间")
    undone_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undoes"
    )
    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = "操作"

    def __str__(self) -> str:
        return f"{self.kind} · {self.actor_name}"


class ChainQuerySet(models.QuerySet["Chain"]):
    def visible_to(self, user: User) -> ChainQuerySet:
        """Chains of the bureaus whose log the person reads; with one of them comes the system's,
        which holds what belongs to no bureau: unknown login names, backups, the first run."""
        if not user.access.audited:
            return self.none()
        return self.filter(
            models.Q(organization_id__in=user.access.audited) | models.Q(organization__isnull=True)
        )


class Chain(models.Model):
    """The head of one hash chain: one per organization, one (organization null) for the system.

    Only `audit.domain.events.record` moves it, holding its row lock, last in the transaction.
    """

    key = models.CharField("链", max_length=40, unique=True)
    organization = models.OneToOneField(
        "accounts.Organization", models.PROTECT, null=True, related_name="audit_chain"
    )
    length = models.PositiveBigIntegerField("条数", default=0)
    head = models.CharField("末条摘要", max_length=64, default="", blank=True)
    objects = ChainQuerySet.as_manager()

    class Meta:
        verbose_name = "审计链"

    def __str__(self) -> str:
        return f"{self.name} · {self.length}"

    @property
    def name(self) -> str:
        """The bureau's short name, or 系统."""
        return str(self.organization or "系统")

    @property
    def slug(self) -> str:
        """What an address calls the chain: the bureau's public id, or `system`."""
        return str(self.organization.public_id) if self.organization else "system"


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User) -> EventQuerySet:
        """Events of the chains that the person reads."""
        return self.filter(chain__in=Chain.objects.visible_to(user))


class Event(models.Model):
    """One thing that happened, inserted in the transaction of the change and never altered.

    `hash` is SHA-256 over the canonical JSON of every other column including `prev_hash`.
    """

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField("序号")
    at = models.DateTimeField("时间")
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="events")
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="events")
    actor_name = models.CharField("操作人", max_length=60)
    roles = models.CharField("角色", max_length=120, blank=True)
    ip = models.CharField("地址", max_length=45, blank=True)
    request_id = models.CharField("请求编号", max_length=32, blank=True)
    action = models.CharField("动作", max_length=40)
    object_type = models.CharField("对象类型", max_length=40)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    object_label = models.CharField("对象", max_length=120, blank=True)
    # {field: [before, after]}
    changes = models.JSONField("变化", default=dict)
    success = models.BooleanField("成功", default=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("chain", "seq")
        verbose_name = "审计事件"
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="event_seq_unique")]
        indexes = [models.Index(fields=["object_type", "object_id", "at"], name="event_object")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.object_label}"
