"""The outbox."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from rectify.accounts.models import Organization, User
from rectify.audit.models import PublicRow
from rectify.jobs.enums import Channel, DeliveryStatus
from rectify.lib.clock import now


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        """Messages addressed to the person."""
        return self.filter(recipient=user)


class Delivery(PublicRow):
    """One message that must reach one person, written in the transaction of what it tells about.

    `key` is deterministic, so that the same fact is told once however often the work is run.
    Mail carries numbers and a link only. Sent by `jobs.domain.outbox.deliver_due`.
    """

    key = models.CharField("键", max_length=200, unique=True)
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(User, models.PROTECT, null=True, related_name="deliveries")
    address = models.EmailField("地址", blank=True)
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    link = models.CharField("链接", max_length=200, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    due_at = models.DateTimeField("应发时间")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    error = models.CharField("错误", max_length=500, blank=True)
    created_at = models.DateTimeField("建立时间", default=now, editable=False)
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = "消息"
        constraints = [
            models.CheckConstraint(
                condition=~Q(channel=Channel.EMAIL) | ~Q(address=""),
                name="delivery_mail_address",
                violation_error_message="电子邮件须有收件地址。",
            )
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="delivery_due")]

    def __str__(self) -> str:
        return self.subject
